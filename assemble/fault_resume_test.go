package assemble

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"seine/capture/session"
)

// A film that was interrupted, and whose playlist reads otherwise when it is gone on with: the same film is finished to the byte
// whatever its addresses say; another one is refused, and nothing of it is put behind the first half.
func TestFaultPlaylistChanges(t *testing.T) {
	query := strings.NewReplacer(".ts", ".ts?token=two")
	for name, c := range map[string]struct {
		change func(string) string
		want   error
	}{
		"not at all":   {func(s string) string { return s }, nil},
		"other tokens": {query.Replace, nil},
		"fewer segments": {func(s string) string {
			head, _, _ := strings.Cut(s, "#EXTINF:2.000000,\nseg_009.ts")
			return head + "#EXT-X-ENDLIST\n"
		}, ErrChanged},
		"another length": {strings.NewReplacer("#EXTINF:2", "#EXTINF:3", "TARGETDURATION:2", "TARGETDURATION:3").Replace, ErrChanged},
		"grows":          {strings.NewReplacer("#EXT-X-ENDLIST", "", "#EXT-X-PLAYLIST-TYPE:VOD", "").Replace, ErrLive},
		"no playlist":    {func(string) string { return "<html>" }, ErrNotPlaylist},
		"empty":          {func(string) string { return "" }, ErrNothing},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			strike(seg(7), 0, refusing(404))(t, o)
			job := faulty(t, o, session.Config{})
			v, err := Run(t.Context(), job)
			holdFault(t, job, &v, err, []error{ErrIncomplete})
			o.behave()
			o.reset()
			o.playlist = c.change
			v, err = Run(t.Context(), job)
			if c.want != nil {
				holdFault(t, job, &v, err, []error{c.want})
				return
			}
			holdFault(t, job, &v, err, nil)
			wantFilm(t, job.Output)
			if v.Resumed == 0 || o.count(seg(0)) > 0 {
				t.Errorf("%+v, and the first segment was asked for %d times", v, o.count(seg(0)))
			}
		})
	}
}

// One segment is missing among such as are too large for memory to hold them all: it is known to be missing although those
// behind it wait for room.
func TestFaultAmongLargeSegments(t *testing.T) {
	o := newOrigin(t)
	longFilm(t, o, 12, 30<<20)
	others := o.hook
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if strings.HasSuffix(r.URL.Path, "/long_0.ts") {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		return others(w, r, n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // rather than for ever
	defer cancel()
	job := faulty(t, o, session.Config{})
	v, err := Run(ctx, job)
	holdFault(t, job, &v, err, []error{ErrIncomplete})
	if len(v.Missing) != 1 {
		t.Errorf("%+v", v.Missing)
	}
}
