package assemble

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// twins are two servers of a film, and a job for the presentation that names both; the first one is where everything is tried first.
func twins(t *testing.T, folder string) (first, second *origin, job Job) {
	first, second = newOrigin(t), newOrigin(t)
	job = first.job(t)
	job.URL = first.URL + "/both.m3u8"
	const variant = "#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=320x180\n%s/%s/index.m3u8\n"
	job.Manifest = fmt.Appendf(nil, "#EXTM3U\n"+variant+variant, first.URL, folder, second.URL, folder)
	return first, second, job
}

// An initialization section that one server lacks, or has otherwise, comes from the other, and the film is the same; when both lack it
// the film is not finished.
func TestMirroredInit(t *testing.T) {
	const folder = "fmp4/muxed"
	o := newOrigin(t)
	plain := o.job(t)
	plain.URL = o.URL + "/" + folder + "/index.m3u8"
	want := filmOf(t, plain)
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, c := range map[string]struct {
		first, second http.HandlerFunc
		err           error
	}{
		"there":     {},
		"missing":   {first: status(404)},
		"forbidden": {first: status(403)},
		"busy":      {first: status(503)},
		"a page":    {first: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>welcome") }},
		"broken": {first: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "half")
		}},
		"nowhere": {first: status(404), second: status(410), err: ErrIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			first, second, job := twins(t, folder)
			for o, answer := range map[*origin]http.HandlerFunc{first: c.first, second: c.second} {
				o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
					if answer == nil || !strings.HasSuffix(r.URL.Path, "init.mp4") {
						return false
					}
					answer(w, r)
					return true
				}
			}
			if _, err := Run(t.Context(), job); !errors.Is(err, c.err) {
				t.Fatal(err)
			}
			if c.err != nil {
				return
			}
			if got, err := os.ReadFile(job.Output); err != nil || !bytes.Equal(got, want) {
				t.Error("the film is another one", err)
			}
			if n := second.count(folder + "/init.mp4"); n == 0 != (c.first == nil) {
				t.Errorf("the second server was asked for it %d times", n)
			}
		})
	}
}
