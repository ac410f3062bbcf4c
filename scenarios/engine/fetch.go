package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"time"

	"seine/capture/session"
	"seine/scenarios"
)

// stall is how long a download may bring nothing.
const stall = 30 * time.Second

// ErrShort: fewer or more bytes came than the server said.
var ErrShort = errors.New("the file is not whole")

// half is what is known of a file that has come in part.
type half struct {
	URL       string `json:"url"`
	Validator string `json:"validator"` // ETag or Last-Modified: only the very same file is gone on with (RFC 9110 §13.1.5)
}

// fetch fetches one file: it goes on with one that has come in part, and leaves one that is there and has not changed.
func (a *actor) fetch(ctx context.Context, client *session.Client, s scenarios.Download, w wanted) (int64, error) {
	if dir := path.Dir(w.file); dir != "." {
		if err := a.r.root.MkdirAll(dir, 0o777); err != nil {
			return 0, err
		}
	}
	part := path.Join(path.Dir(w.file), "."+path.Base(w.file)+".part")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url, nil)
	if err != nil {
		return 0, err
	}
	for _, h := range s.Headers {
		text, err := textOf(h.Value)
		if err != nil {
			return 0, fmt.Errorf("header %s: %w", h.Name, err)
		}
		req.Header.Set(h.Name, text)
	}
	have := a.have(w, part, req)
	if err := a.wait(ctx); err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", w.url, err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified:
		info, err := a.r.root.Stat(w.file)
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	case resp.StatusCode == http.StatusPartialContent && have > 0 && startsAt(resp, have):
	case resp.StatusCode == http.StatusOK:
		have = 0
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		_ = a.r.root.Remove(part) // what is there is no beginning of it
		return 0, fmt.Errorf("%s: %w: it has changed", w.url, ErrShort)
	default:
		e := &StatusError{URL: w.url, Status: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"))}
		a.r.hold(e)
		return 0, e
	}
	size, err := a.store(resp, w, part, have)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", w.url, err)
	}
	return size, a.place(resp, part, w.file)
}

// have is how much of the file is there already, and makes the request ask for the rest; or asks only for what has changed since.
func (a *actor) have(w wanted, part string, req *http.Request) int64 {
	if info, err := a.r.root.Stat(w.file); err == nil {
		req.Header.Set("If-Modified-Since", info.ModTime().UTC().Format(http.TimeFormat))
		return 0
	}
	text, err := a.r.root.ReadFile(part + ".json")
	info, err2 := a.r.root.Stat(part)
	var h half
	if err != nil || err2 != nil || json.Unmarshal(text, &h) != nil || h.URL != w.url || h.Validator == "" || info.Size() == 0 {
		return 0
	}
	req.Header.Set("Range", "bytes="+strconv.FormatInt(info.Size(), 10)+"-")
	req.Header.Set("If-Range", h.Validator)
	return info.Size()
}

func startsAt(resp *http.Response, at int64) bool {
	var from int64
	_, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &from)
	return err == nil && from == at
}

// store writes what comes behind what is there, and checks the length.
func (a *actor) store(resp *http.Response, w wanted, part string, have int64) (int64, error) {
	if have == 0 {
		validator := resp.Header.Get("Last-Modified")
		if tag := resp.Header.Get("ETag"); tag != "" && tag[0] == '"' { // a weak one promises nothing of bytes
			validator = tag
		}
		text, err := json.Marshal(half{w.url, validator})
		if err != nil {
			return 0, err
		}
		if err := a.r.root.WriteFile(part+".json", text, 0o600); err != nil {
			return 0, err
		}
	}
	f, err := a.r.root.OpenFile(part, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return 0, err
	}
	if err := f.Truncate(have); err != nil {
		return 0, errors.Join(err, f.Close())
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return 0, errors.Join(err, f.Close())
	}
	n, err := io.Copy(f, impatient(resp.Body))
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	if l := resp.ContentLength; l >= 0 && l != n && !resp.Uncompressed {
		return 0, fmt.Errorf("%w: %d of %d bytes came", ErrShort, n, l)
	}
	return have + n, nil
}

// place gives the file its name, and the time of its last change.
func (a *actor) place(resp *http.Response, part, file string) error {
	if at, err := http.ParseTime(resp.Header.Get("Last-Modified")); err == nil {
		if err := a.r.root.Chtimes(part, at, at); err != nil {
			return err
		}
	}
	return errors.Join(a.r.root.Rename(part, file), a.r.root.Remove(part+".json"))
}

// impatient closes a body that brings nothing.
func impatient(body io.ReadCloser) io.Reader {
	return &patience{body, time.AfterFunc(stall, func() { _ = body.Close() })}
}

type patience struct {
	body  io.ReadCloser
	timer *time.Timer
}

func (p *patience) Read(b []byte) (int, error) {
	p.timer.Reset(stall)
	n, err := p.body.Read(b)
	if err != nil {
		p.timer.Stop()
	}
	return n, err
}
