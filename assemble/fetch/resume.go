package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// minResume is how much must have come for the rest alone to be asked for.
const minResume = 1 << 20

// errChanged is a rest that does not belong to what came before: the next try begins anew.
var errChanged = errors.New("the rest of the body belongs to another version of it")

// partial is what a broken transfer left behind, between two tries.
type partial struct {
	buf []byte
	// url is where it came from.
	url string
	// length is that of the body when whole.
	length int64
	// validator is for If-Range (RFC 9110 §13.1.5): an entity tag or a date, empty when the server has given neither.
	validator string
}

// keep takes over the buffer of a transfer that broke, and reports whether it is worth it.
func (k *partial) keep(buf []byte, s span, resp *http.Response, url string) bool {
	validator, ok := validatorOf(resp.Header)
	if k.length > 0 { // of the first answer: a rest need not repeat its headers
		validator, ok = k.validator, true
	}
	if !ok || s.length < 0 || s.skip > 0 || s.cut || len(buf) < minResume || int64(len(buf)) >= s.length {
		return false
	}
	*k = partial{buf: buf, url: url, length: s.length, validator: validator}
	return true
}

// goesOnAt says whether the rest may be asked for at this address: of another mirror it must carry the same strong validator.
func (k *partial) goesOnAt(url string) bool {
	return k.length == 0 || k.url == url || k.tagged()
}

// tagged is for a strong entity tag.
func (k *partial) tagged() bool { return strings.HasPrefix(k.validator, `"`) }

// take hands the buffer back and forgets all else.
func (k *partial) take() []byte {
	buf := k.buf
	*k = partial{}
	return buf
}

// validatorOf returns what proves that a later answer is of the same body. ok is true without a validator where the server
// promises ranges: segments of a playlist do not change (RFC 8216 §6.2.1), and the length is compared.
func validatorOf(h http.Header) (validator string, ok bool) {
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) { // W/ is a weak one
		return tag, true
	}
	date, err1 := http.ParseTime(h.Get("Date"))
	modified, err2 := http.ParseTime(h.Get("Last-Modified"))
	if err1 == nil && err2 == nil && date.Sub(modified) >= time.Second { // RFC 9110 §8.8.2.2
		return h.Get("Last-Modified"), true
	}
	return "", strings.EqualFold(strings.TrimSpace(h.Get("Accept-Ranges")), "bytes")
}

// ask changes the request to one for the rest.
func (k *partial) ask(req *http.Request, r Request) {
	if k.length == 0 {
		return
	}
	from := r.offset()
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from+int64(len(k.buf)), from+k.length-1))
	if k.validator != "" {
		req.Header.Set("If-Range", k.validator)
	}
}

// offset is where the request begins in the file.
func (r Request) offset() int64 {
	if r.Range == nil {
		return 0
	}
	return r.Range.Offset
}

// check reports whether the answer is the rest that was asked for. The whole, with status 200, is none: the body is read
// from its beginning then. An answer that is neither is errChanged.
func (k *partial) check(resp *http.Response, r Request) (rest bool, err error) {
	switch resp.StatusCode {
	case http.StatusOK:
		return false, nil
	case http.StatusRequestedRangeNotSatisfiable:
		return false, fmt.Errorf("%w: it is shorter now", errChanged)
	case http.StatusPartialContent:
		return true, k.compare(resp.Header, r)
	}
	return true, nil // an error status, for others to judge
}

// compare wants the very bytes that are missing, of the same version.
func (k *partial) compare(h http.Header, r Request) error {
	var first, last int64
	var whole string
	header := h.Get("Content-Range")
	if n, err := fmt.Sscanf(header, "bytes %d-%d/%s", &first, &last, &whole); n != 3 || err != nil {
		return fmt.Errorf("%w: Content-Range is %.60q", errChanged, header)
	}
	from := r.offset()
	if first != from+int64(len(k.buf)) || last != from+k.length-1 || r.Range == nil && whole != "*" && whole != fmt.Sprint(k.length) {
		return fmt.Errorf("%w: Content-Range is %.60q", errChanged, header)
	}
	tag := h.Get("ETag")
	if tag != k.validator && (k.url != r.URL || tag != "" && k.tagged()) {
		return fmt.Errorf("%w: its ETag differs", errChanged)
	}
	return nil
}
