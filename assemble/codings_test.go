package assemble

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/plan"
)

// spliced serves a film under names that tell nothing: the nth clip has the segments of a folder. Each entry is a folder, and the first
// and the number of its segments.
func (o *origin) spliced(clips ...string) {
	var list strings.Builder
	list.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:2\n")
	names := map[string]string{}
	for i, c := range clips {
		if i > 0 {
			list.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		var folder, init string
		var from, count int
		if n, _ := fmt.Sscan(c, &folder, &from, &count, &init); n < 3 {
			panic(c)
		}
		name := "seg_%03d.ts"
		if init != "" {
			name = "seg_%03d.m4s"
			names[fmt.Sprintf("/s/init%d.mp4", i)] = folder + "/" + init
			fmt.Fprintf(&list, "#EXT-X-MAP:URI=\"/s/init%d.mp4\"\n", i)
		}
		for s := range count {
			at := fmt.Sprintf("/s/%d.ts", len(names))
			names[at] = folder + "/" + fmt.Sprintf(name, from+s)
			fmt.Fprintf(&list, "#EXTINF:2,\n%s\n", at)
		}
	}
	list.WriteString("#EXT-X-ENDLIST\n")
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if path.Base(r.URL.Path) == "index.m3u8" {
			fmt.Fprint(w, list.String())
			return true
		}
		o.answer(w, r, names[r.URL.Path])
		return true
	}
}

func found(list []plan.Island) string {
	var out []string
	for i := range list {
		out = append(out, fmt.Sprintf("%v+%v %s", list[i].Start, list[i].Duration, strings.Join(list[i].Why, "; ")))
	}
	return strings.Join(out, ", ")
}

// Clips that nothing but their media tells from the film.
func TestIslandsByContent(t *testing.T) {
	for name, c := range map[string]struct {
		clips []string
		want  string
		looks int
	}{
		"a small picture":        {[]string{film + " 0 5", "film/180p 0 2", film + " 5 7"}, "10s+4s a picture of 320×180", 3},
		"the film itself":        {[]string{film + " 0 5", film + " 5 2", film + " 7 5"}, "", 3},
		"other sound":            {[]string{"codecs/mp3 0 4", "codecs/mp3low 0 1", "codecs/mp3 0 4"}, "8s+2s sound of 22050 Hz", 3},
		"another codec":          {[]string{"fmp4/muxed 0 4 init.mp4", "fmp4/hevc 0 1 init.mp4", "fmp4/muxed 0 4 init.mp4"}, "8s+2s another codec; another initialization section", 3},
		"two films":              {[]string{film + " 0 5", "film/180p 0 5"}, "", 2},
		"no period but one":      {[]string{film + " 0 12"}, "", 0},
		"the clips are the film": {[]string{"film/180p 0 2", film + " 0 12", "film/180p 2 2"}, "0s+4s a picture of 320×180, 28s+4s a picture of 320×180", 3},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.spliced(c.clips...)
			job := o.job(t)
			in, err := Inspect(t.Context(), job)
			if err != nil || in.Looked != 0 || len(in.Plan.Islands) != 0 {
				t.Fatalf("without a look: %+v, %v", in, err)
			}
			job.Probe = true
			in, err = Inspect(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, found(in.Plan.Islands)); diff != "" || in.Looked != c.looks {
				t.Errorf("looked %d times, want %d\n%s", in.Looked, c.looks, diff)
			}
			// A run without a look finds the same in the end, at no request more.
			o.reset()
			job.Probe = false
			v, err := Run(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, found(v.Islands)); diff != "" {
				t.Error(diff)
			}
			said := strings.Contains(strings.Join(v.Warnings, "\n"), "like adverts")
			if said != (c.want != "") {
				t.Errorf("warnings %q", v.Warnings)
			}
			for path, n := range o.counts {
				if n != 1 {
					t.Errorf("%s was asked for %d times", path, n)
				}
			}
		})
	}
}

// What is left out is the same film as if it had never been there; new addresses in mid-film do not have anybody look again.
func TestSkipByContent(t *testing.T) {
	want, o := newOrigin(t), newOrigin(t)
	want.spliced(film+" 0 5", film+" 5 7")
	o.spliced(film+" 0 5", "film/180p 0 2", film+" 5 7")
	job := o.job(t)
	job.Choice.SkipAds = true
	inner, dead := o.hook, false
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, ".m3u8"):
			dead = false
		case r.URL.Path == "/s/8.ts" && n == 1:
			dead = true
		}
		if dead {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return inner(w, r, n)
	}
	job.Workers = 1
	renewed := 0
	job.Refresh = func(context.Context) (Source, error) {
		renewed++
		return Source{URL: job.URL, Client: job.Client}, nil
	}
	v, err := Run(t.Context(), job)
	if err != nil || !v.Skipped || v.Segments != segments || renewed == 0 || (v.Duration-24*time.Second).Abs() > 100*time.Millisecond {
		t.Fatalf("%+v, %v, %d renewals", v, err, renewed)
	}
	if o.count("s/0.ts") != 2 || o.count("s/5.ts") != 1 || o.count("s/6.ts") != 0 {
		t.Errorf("asked for %v", o.counts)
	}
	plain := want.job(t)
	if got, err := os.ReadFile(job.Output); err != nil || !bytes.Equal(filmOf(t, plain), got) {
		t.Error("the film is not the one without the clip", err)
	}
}
