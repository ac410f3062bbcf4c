package session

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"seine/capture/session/sessiontest"
)

// What is posted stays on its origin; a redirect makes a GET of it, or has it sent again (RFC 9110 §15.4).
func TestPost(t *testing.T) {
	var mu sync.Mutex
	var heard []string
	answer := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		heard = append(heard, fmt.Sprintf("%s %s %s %s", r.Method, r.URL.Path, r.Header.Get("Content-Type"), body))
		mu.Unlock()
		if to := r.URL.Query().Get("to"); to != "" {
			var code int
			_, _ = fmt.Sscan(r.URL.Query().Get("code"), &code)
			http.Redirect(w, r, to, code)
		}
	}
	home := "http://127.0.0.1:" + sessiontest.Serve(t, "127.0.0.1", nil, http.HandlerFunc(answer))
	other := "http://127.0.0.1:" + sessiontest.Serve(t, "127.0.0.1", nil, http.HandlerFunc(answer))
	c := client(t, Config{Start: home})
	const posted = "application/json {}"
	for _, x := range []struct {
		method, query string
		want          []string
		err           error
	}{
		{"POST", "", []string{"POST / " + posted}, nil},
		{"PUT", "?code=307&to=/there", []string{"PUT / " + posted, "PUT /there " + posted}, nil},
		{"POST", "?code=308&to=/there", []string{"POST / " + posted, "POST /there " + posted}, nil},
		{"POST", "?code=302&to=/there", []string{"POST / " + posted, "GET /there  "}, nil},
		{"PUT", "?code=303&to=/there", []string{"PUT / " + posted, "GET /there  "}, nil},
		{"POST", "?code=302&to=" + other + "/there", []string{"POST / " + posted, "GET /there  "}, nil},
		{"POST", "?code=307&to=" + other + "/there", []string{"POST / " + posted}, ErrRedirects},
		{"PUT", "?code=302&to=" + other + "/there", []string{"PUT / " + posted}, ErrRedirects},
	} {
		heard = nil
		req, err := http.NewRequestWithContext(t.Context(), x.method, home+"/"+x.query, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := c.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		if !errors.Is(err, x.err) || strings.Join(heard, "|") != strings.Join(x.want, "|") {
			t.Errorf("%s %s: %v, %q", x.method, x.query, err, heard)
		}
	}
	req := &http.Request{Method: "POST", URL: nil, Body: io.NopCloser(strings.NewReader("{}"))}
	resp, err := c.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, ErrBody) {
		t.Error(err)
	}
}
