package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/dom"

	"seine/assemble/filename"
	"seine/browser"
	"seine/capture/aside"
)

// Bounds of files that are uploaded through the page.
const (
	mostUpload  = 1 << 30 // bytes of all of them
	mostUploads = 100     // for one field
)

// chooser is a file chooser that the page has opened: nobody sees Chrome's own.
type chooser struct {
	Number   int  `json:"number"` // tells them apart
	Multiple bool `json:"multiple"`

	session *browser.Session
	field   cdp.BackendNodeID
	files   []string
}

// uploads are files that were sent from the person's machine, in a folder that is nobody else's and goes with the server.
type uploads struct {
	dir   string
	claim *aside.Claim
	most  int64 // bytes of all of them

	mu   sync.Mutex
	size int64
	n    int
}

func (u *uploads) open() (err error) {
	u.most = mostUpload
	if u.claim, err = aside.Take(os.TempDir(), ".seine-remote.", nil); err != nil {
		return err
	}
	u.dir = u.claim.Path()
	if err = os.Mkdir(u.dir, 0o700); err == nil {
		u.dir, err = filepath.EvalSymlinks(u.dir) // as Chrome names what is in it
	}
	if err != nil {
		err = errors.Join(err, u.claim.Release())
	}
	return err
}

func (u *uploads) close() error { return u.claim.Release() }

// errTooMuch: what is sent is more than may be.
var errTooMuch = fmt.Errorf("more than %d MB are not taken", mostUpload>>20)

// take writes a file, and gives its path. Its name is cleaned; each has a folder of its own.
func (u *uploads) take(name string, body io.Reader) (path string, err error) {
	u.mu.Lock()
	u.n++
	folder, left := filepath.Join(u.dir, strconv.Itoa(u.n)), u.most-u.size
	u.mu.Unlock()
	root, err := os.OpenRoot(u.dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	local := filepath.Base(folder)
	if err := root.Mkdir(local, 0o700); err != nil {
		return "", err
	}
	local = filepath.Join(local, filename.Clean(name, "file"))
	f, err := root.OpenFile(local, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	n, err := io.Copy(f, io.LimitReader(body, left+1))
	if err = errors.Join(err, f.Close()); err == nil && n > left {
		err = errTooMuch
	}
	if err != nil {
		return "", errors.Join(err, root.RemoveAll(filepath.Dir(local)))
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.size += n; u.size > u.most { // another one came meanwhile
		u.size -= n
		return "", errors.Join(errTooMuch, root.RemoveAll(filepath.Dir(local)))
	}
	return filepath.Join(u.dir, local), nil
}

// intercept has file choosers told of in place of being shown (Page.setInterceptFileChooserDialog).
func (c *screen) intercept(s *browser.Session) {
	_, _ = s.Send(context.Background(), "Page.setInterceptFileChooserDialog", map[string]any{"enabled": true})
}

// opened takes a chooser (Page.fileChooserOpened).
func (c *screen) opened(s *browser.Session, params jsonv2.Value) {
	var ev struct {
		Mode  string            `json:"mode"`
		Field cdp.BackendNodeID `json:"backendNodeId"`
	}
	if json.Unmarshal(params, &ev) != nil || ev.Field == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	c.chooser = &chooser{Number: c.asked, Multiple: ev.Mode == "selectMultiple", session: s, field: ev.Field}
	c.told()
}

// pending is the chooser of a number, if it waits for files.
func (c *screen) pending(number int) *chooser {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chooser == nil || c.chooser.Number != number {
		return nil
	}
	return c.chooser
}

// upload takes a file for the chooser that waits for it: POST /upload?chooser=3&name=cat.png, from our own page.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if !s.gate.speaks(r) {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	number, err := strconv.Atoi(r.URL.Query().Get("chooser"))
	waits := s.pending(number)
	if err != nil || waits == nil || s.life.Err() != nil {
		http.Error(w, "no field waits for that file", http.StatusConflict)
		return
	}
	path, err := s.files.take(r.URL.Query().Get("name"), r.Body)
	if err != nil {
		s.log.Debug("a file that was uploaded", "error", err)
		http.Error(w, "the file was not taken: "+reason(err), http.StatusRequestEntityTooLarge)
		return
	}
	s.screen.mu.Lock()
	defer s.screen.mu.Unlock()
	if len(waits.files) >= mostUploads || len(waits.files) > 0 && !waits.Multiple {
		http.Error(w, "the field takes no more files", http.StatusConflict)
		return
	}
	waits.files = append(waits.files, path)
	w.WriteHeader(http.StatusNoContent)
}

// reason is what the person may know of an error: no path of this machine.
func reason(err error) string {
	if errors.Is(err, errTooMuch) {
		return errTooMuch.Error()
	}
	return "this machine could not write it"
}

// give gives the field the files that were uploaded for it (DOM.setFileInputFiles), unless the chooser was left.
func (s *Server) give(ctx context.Context, number int, chosen bool) {
	c := s.pending(number)
	if c == nil {
		return
	}
	s.screen.mu.Lock()
	s.chooser = nil
	files := c.files
	s.screen.mu.Unlock()
	var err error
	if chosen && len(files) > 0 {
		ctx, cancel := context.WithTimeout(ctx, askLimit)
		defer cancel()
		if _, err = cdp.Call(ctx, cdp.Session(c.session), dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, BackendNodeID: c.field}); err != nil {
			s.log.Debug("giving files to a field", "error", err)
			err = errors.New("the browser did not take the files: the page may have gone on, or the browser runs on another machine")
		}
	}
	s.tellWord(err)
}
