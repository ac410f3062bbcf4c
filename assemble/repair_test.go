package assemble

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// without has the origin refuse some segments for good.
func (o *origin) without(list ...int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		for _, i := range list {
			if r.URL.Path == "/"+seg(i) {
				w.WriteHeader(http.StatusNotFound)
				return true
			}
		}
		return false
	}
}

// gappy makes a film without some segments.
func gappy(t *testing.T, o *origin, list ...int) Job {
	t.Helper()
	o.without(list...)
	job := o.job(t)
	job.AllowGaps = true
	job.Origin = []byte("where it came from")
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Missing) != len(list) || !v.Finished {
		t.Fatalf("%+v, %v", v, err)
	}
	wantOnly(t, filepath.Dir(job.Output), "film.mp4", "film.mp4.gaps")
	return job
}

func TestRepair(t *testing.T) {
	o := newOrigin(t)
	job := gappy(t, o, 0, 3, 4, 7, 11)
	m, err := Recall(job.Output)
	if err != nil || !m.Finished || m.Missing != 5 || m.Parts != segments || string(m.Origin) != "where it came from" {
		t.Fatalf("%+v, %v", m, err)
	}
	if info, err := os.Stat(job.Output + ".gaps"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	// First some of them, then the rest.
	o.without(3, 11)
	o.reset()
	v, err := Repair(t.Context(), job)
	if err != nil || v.Filled != 3 || len(v.Missing) != 2 || !v.Finished {
		t.Fatalf("%+v, %v", v, err)
	}
	wantOnly(t, filepath.Dir(job.Output), "film.mp4", "film.mp4.gaps")
	if n := o.count(seg(2)) + o.count(seg(6)) + o.count(seg(9)); n != 0 {
		t.Errorf("segments that no hole touches were asked for %d times", n)
	}
	o.behave()
	if v, err = Repair(t.Context(), job); err != nil || v.Filled != 2 || len(v.Missing) != 0 || v.Segments != segments {
		t.Fatalf("%+v, %v", v, err)
	}
	wantFilm(t, job.Output)
	wantOnly(t, filepath.Dir(job.Output), "film.mp4")
	if _, err := Repair(t.Context(), job); !errors.Is(err, ErrNothing) {
		t.Errorf("nothing to repair: %v", err)
	}
}

// In vain, of a film that was changed, of another film: it stays as it is, and can be repaired later.
func TestRepairInVain(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, o *origin, path string)
		want  error
	}{
		"still missing": {func(*testing.T, *origin, string) {}, ErrIncomplete},
		"changed": {func(t *testing.T, o *origin, path string) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b[len(b)/2] ^= 1
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			o.behave()
		}, ErrChanged},
		"another film": {func(_ *testing.T, o *origin, _ string) {
			o.behave()
			o.playlist = func(s string) string { return strings.ReplaceAll(s, "2.000", "2.001") }
		}, ErrChanged},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			job := gappy(t, o, 3)
			c.spoil(t, o, job.Output)
			before, err := os.ReadFile(job.Output)
			if err != nil {
				t.Fatal(err)
			}
			v, err := Repair(t.Context(), job)
			if !errors.Is(err, c.want) {
				t.Fatalf("%+v, %v", v, err)
			}
			if after, err := os.ReadFile(job.Output); err != nil || string(after) != string(before) {
				t.Errorf("the film was touched, %v", err)
			}
			wantOnly(t, filepath.Dir(job.Output), "film.mp4", "film.mp4.gaps")
		})
	}
}

// An unfinished film is repaired by going on.
func TestRepairUnfinished(t *testing.T) {
	o := newOrigin(t)
	o.without(5)
	job := o.job(t)
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
		t.Fatal(err)
	}
	if m, err := Recall(job.Output); err != nil || m.Finished || m.Missing != 1 {
		t.Errorf("%+v, %v", m, err)
	}
	o.behave()
	if _, err := Repair(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	wantFilm(t, job.Output)
}
