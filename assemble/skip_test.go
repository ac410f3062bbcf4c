package assemble

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
)

// Of what skipped returns, the first segment of the clip and the last one of the film.
const (
	advert = "/s/5.ts"
	finale = "/s/13.ts"
)

// skipped is a film of twelve segments with a clip of two behind the fifth, to be left out.
func skipped(t *testing.T) (*origin, Job) {
	o := newOrigin(t)
	o.spliced(film+" 0 5", "film/180p 0 2", film+" 5 7")
	job := o.job(t)
	job.Choice.SkipAds = true
	return o, job
}

// instead has some addresses answered otherwise, until behave takes that back.
func (o *origin) instead(answers map[string]http.HandlerFunc) (behave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	inner := o.hook
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if answer := answers[r.URL.Path]; answer != nil {
			answer(w, r)
			return true
		}
		return inner(w, r, n)
	}
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.hook = inner
	}
}

// as answers with a file of the origin.
func (o *origin) as(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { o.answer(w, r, name) }
}

// A run that goes on leaves out what the first one has left out, and nothing else, whatever a look into the media would tell now; the
// film is that of a run without interruption.
func TestSkipAgain(t *testing.T) {
	gone := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	for name, c := range map[string]struct {
		before, after func(*origin) http.HandlerFunc // how the clip is answered, nil for as it is
		left          bool                           // out
	}{
		"a look fails":              {nil, func(*origin) http.HandlerFunc { return gone }, true},
		"a look tells otherwise":    {nil, func(o *origin) http.HandlerFunc { return o.as(film + "/seg_005.ts") }, true},
		"a look had told otherwise": {func(o *origin) http.HandlerFunc { return o.as(film + "/seg_005.ts") }, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			o, job := skipped(t)
			answers := map[string]http.HandlerFunc{}
			if c.before != nil {
				answers[advert] = c.before(o)
			}
			behave := o.instead(answers)
			whole := job
			whole.Output += ".whole.mp4"
			v, err := Run(t.Context(), whole)
			if err != nil || v.Skipped != c.left {
				t.Fatalf("%+v, %v", v, err)
			}
			answers[finale] = gone
			v, err = Run(t.Context(), job)
			if !errors.Is(err, ErrIncomplete) || v.Skipped != c.left {
				t.Fatalf("%+v, %v", v, err)
			}
			behave()
			if c.after != nil {
				o.instead(map[string]http.HandlerFunc{advert: c.after(o)})
			}
			o.reset()
			v, err = Run(t.Context(), job)
			if err != nil || v.Skipped != c.left || v.Resumed == 0 {
				t.Fatalf("%+v, %v", v, err)
			}
			if n := o.count(strings.TrimPrefix(advert, "/")); n != 0 {
				t.Errorf("the clip was asked for %d times", n)
			}
			want, err1 := os.ReadFile(whole.Output)
			got, err2 := os.ReadFile(job.Output)
			if err := errors.Join(err1, err2); err != nil || !bytes.Equal(got, want) {
				t.Error("the film is not that of a run without interruption", err)
			}
		})
	}
}

// A film that was cancelled in the middle, in which the clips lie elsewhere now, is refused, and stays what it is. By force it is made
// anew, and looked at anew.
func TestSkipElsewhere(t *testing.T) {
	o, job := skipped(t)
	ctx, cancel := context.WithCancel(t.Context())
	o.instead(map[string]http.HandlerFunc{finale: func(http.ResponseWriter, *http.Request) { cancel() }})
	job.Workers = 1
	if _, err := Run(ctx, job); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	before := snap(t, job.Output)
	o.spliced("film/180p 0 2", film+" 0 5", film+" 5 7")
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrChanged) {
		t.Fatal(err)
	}
	if after := snap(t, job.Output); !bytes.Equal(before.journal, after.journal) || !bytes.Equal(before.part, after.part) {
		t.Error("the unfinished film was touched")
	}
	job.Force = true
	v, err := Run(t.Context(), job)
	if err != nil || v.Resumed != 0 || found(v.Islands) != "0s+4s a picture of 320×180" {
		t.Fatalf("%+v, %v", v, err)
	}
}
