package assemble

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// steered is a job for a film on two servers, pathways a and b, that a steering manifest is named for.
func steered(t *testing.T, folder, address string) (a, b *origin, job Job) {
	a, b, job = twins(t, folder)
	const variant = "#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=320x180,PATHWAY-ID=%q\n%s/%s/index.m3u8\n"
	job.Manifest = fmt.Appendf(nil, "#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI=%q,PATHWAY-ID=\"a\"\n"+variant+variant,
		address, "a", a.URL, folder, "b", b.URL, folder)
	return a, b, job
}

// pathways tells where the first stream comes from, the servers in their order.
func pathways(in *Inspection, names map[string]string) string {
	text := names[in.Streams[0].URL.Host]
	for _, m := range in.Streams[0].Mirrors {
		text += " " + names[m.Host]
	}
	return text
}

// What a steering manifest says counts, whether it comes from a server or with the playlist. One that cannot be used is a note, is asked for
// once, and the film is made all the same.
func TestSteering(t *testing.T) {
	const folder = "fmp4/muxed"
	o := newOrigin(t)
	plain := o.job(t)
	plain.URL = o.URL + "/" + folder + "/index.m3u8"
	want := filmOf(t, plain)
	third := newOrigin(t)
	host := strings.TrimPrefix(third.URL, "http://")
	clone := fmt.Sprintf(`{"VERSION":1,"TTL":1,"RELOAD-URI":"/again","PATHWAY-PRIORITY":["c","b"],"PATHWAY-CLONES":[`+
		`{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"HOST":%q,"PARAMS":{"cdn":"c"}}}]}`, host)
	gives := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
	}
	const own = "; the servers are used in the playlist's own order"
	for name, c := range map[string]struct {
		data   string
		answer http.HandlerFunc
		order  string
		warns  string
	}{
		"an order":  {answer: gives(`{"VERSION":1,"TTL":1,"PATHWAY-PRIORITY":["b","a"]}`), order: "b a"},
		"a clone":   {answer: gives(clone), order: "c b a"},
		"by data":   {data: "data:application/json;base64," + base64.StdEncoding.EncodeToString([]byte(clone)), order: "c b a"},
		"bad data":  {data: "data:application/json;base64,!", order: "a b", warns: "the steering manifest: malformed: its data: address cannot be read" + own},
		"missing":   {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, order: "a b", warns: "steering manifest"},
		"busy":      {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, order: "a b", warns: "steering manifest"},
		"a page":    {answer: gives("<html>"), order: "a b", warns: "malformed"},
		"too large": {answer: gives(strings.Repeat(" ", 1<<20)), order: "a b", warns: "steering manifest"},
		"no answer": {answer: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, order: "a b", warns: "/steer.json): no answer within 5s" + own},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			director := newOrigin(t)
			director.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				c.answer(w, r)
				return true
			}
			address := c.data
			if address == "" {
				address = director.URL + "/steer.json"
			}
			a, b, job := steered(t, folder, address)
			in, err := Inspect(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			names := map[string]string{a.Listener.Addr().String(): "a", b.Listener.Addr().String(): "b", host: "c"}
			if diff := cmp.Diff(c.order, pathways(in, names)); diff != "" {
				t.Error(diff)
			}
			said := strings.Join(in.Warnings, "\n")
			if !strings.Contains(said, c.warns) || c.warns == "" && said != "" || c.warns != "" && !strings.HasSuffix(said, own) {
				t.Errorf("warnings %q", said)
			}
			if n := director.count("steer.json"); c.data == "" && n != 1 || director.count("again") > 0 {
				t.Errorf("the steering manifest was asked for %d times", n)
			}
			if _, err := Run(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(job.Output); err != nil || !bytes.Equal(got, want) {
				t.Error("the film is another one", err)
			}
		})
	}
}
