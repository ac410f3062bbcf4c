package assemble

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/journal"
)

// snapshot copies what a crash would leave beside the output.
type snapshot struct {
	part, journal []byte
}

func snap(t *testing.T, output string) (s snapshot) {
	t.Helper()
	var err error
	if s.journal, err = os.ReadFile(output + ".part.journal"); err != nil {
		t.Fatal(err)
	}
	if s.part, err = os.ReadFile(output + ".part"); err != nil {
		t.Fatal(err)
	}
	return s
}

// records is how many parts are on record.
func (s snapshot) records(t *testing.T) int {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "journal")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(s.journal); err != nil {
		t.Fatal(err)
	}
	_, _, records, err := journal.Open(f, journal.Header{Likeness: [32]byte(s.journal[48:80])})
	if err != nil {
		t.Fatal(err)
	}
	return len(records)
}

func (s snapshot) restore(t *testing.T, output string) {
	t.Helper()
	if err := errors.Join(os.WriteFile(output+".part", s.part, 0o600), os.WriteFile(output+".part.journal", s.journal, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// snapshots runs a job and copies its files before each segment is answered.
func snapshots(t *testing.T) (o *origin, list []snapshot) {
	t.Helper()
	o = newOrigin(t)
	job := o.job(t)
	job.Workers = 1
	o.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if strings.HasSuffix(r.URL.Path, ".ts") {
			list = append(list, snap(t, job.Output))
		}
		return false
	}
	if _, err := Run(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	o.behave()
	return o, list
}

func TestResumeFromEachPart(t *testing.T) {
	o, list := snapshots(t)
	if len(list) != segments {
		t.Fatalf("%d snapshots", len(list))
	}
	for i, s := range list {
		job := o.job(t)
		s.restore(t, job.Output)
		o.reset()
		v, err := Run(t.Context(), job)
		if err != nil {
			t.Fatalf("snapshot %d: %v", i, err)
		}
		wantGolden(t, job.Output)
		if want := s.records(t); v.Resumed != want || want > i {
			t.Errorf("snapshot %d: %d resumed, %d on record", i, v.Resumed, want)
		}
		for k := range v.Resumed {
			if o.count(seg(k)) != 0 {
				t.Errorf("snapshot %d: segment %d was asked for again", i, k)
			}
		}
	}
}

// Power failures leave any mixture of old and new: torn journals, missing and wrong data. The film is right nevertheless.
func TestResumeFromDamage(t *testing.T) {
	o, list := snapshots(t)
	last := list[len(list)-1]
	for name, damage := range map[string]func(*snapshot){
		"torn journal":    func(s *snapshot) { s.journal = s.journal[:rand.IntN(len(s.journal))] },
		"flipped journal": func(s *snapshot) { s.journal[40+rand.IntN(len(s.journal)-40)] ^= 1 << rand.IntN(8) },
		"grown journal":   func(s *snapshot) { s.journal = append(s.journal, make([]byte, rand.IntN(100))...) },
		"short data":      func(s *snapshot) { s.part = s.part[:rand.IntN(len(s.part))] },
		"flipped data":    func(s *snapshot) { s.part[rand.IntN(len(s.part))] ^= 0x80 },
		"zeros at end":    func(s *snapshot) { clear(s.part[len(s.part)-rand.IntN(len(s.part)/2):]) },
		"more data":       func(s *snapshot) { s.part = append(s.part, make([]byte, 1000)...) },
		"no data":         func(s *snapshot) { s.part = nil },
	} {
		for range 5 {
			s := snapshot{append([]byte(nil), last.part...), append([]byte(nil), last.journal...)}
			damage(&s)
			job := o.job(t)
			job.Force = len(s.journal) < 100 // a journal without header: the part file may be anybody's
			s.restore(t, job.Output)
			if _, err := Run(t.Context(), job); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			wantGolden(t, job.Output)
		}
	}
}

func TestChanged(t *testing.T) {
	o := newOrigin(t)
	strike(seg(6), 0, refusing(404))(t, o)
	job := o.job(t)
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
		t.Fatal(err)
	}
	o.behave()
	before := snap(t, job.Output)
	job.URL = o.URL + "/film/180p/index.m3u8"
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrChanged) || Hint(err) == "" {
		t.Fatal(err)
	}
	if got := snap(t, job.Output); string(got.journal) != string(before.journal) || string(got.part) != string(before.part) {
		t.Error("the unfinished film was touched")
	}
	job.Force = true
	if v, err := Run(t.Context(), job); err != nil || v.Resumed != 0 || v.Tracks[0].Width != 320 {
		t.Errorf("%+v, %v", v, err)
	}
}

// New tokens are no new film.
func TestResumeWithNewToken(t *testing.T) {
	o, list := snapshots(t)
	job := o.job(t)
	last := list[len(list)-1]
	last.restore(t, job.Output)
	o.playlist = func(s string) string { return strings.ReplaceAll(s, ".ts", ".ts?token=new") }
	v, err := Run(t.Context(), job)
	if err != nil || v.Resumed != last.records(t) {
		t.Fatalf("%+v, %v", v, err)
	}
	wantGolden(t, job.Output)
}

func TestExists(t *testing.T) {
	o := newOrigin(t)
	job := o.job(t)
	if err := os.WriteFile(job.Output, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrExists) || len(o.order) != 0 {
		t.Fatalf("%v, asked for %v", err, o.order)
	}
	if b, _ := os.ReadFile(job.Output); string(b) != "precious" {
		t.Fatal("overwritten")
	}
	wantOnly(t, filepath.Dir(job.Output), "film.mp4")
	job.Force = true
	if _, err := Run(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	wantGolden(t, job.Output)
}

// A part file of another program is not ours to write into; a planted link is not followed.
func TestForeignFiles(t *testing.T) {
	o := newOrigin(t)
	job := o.job(t)
	if err := os.WriteFile(job.Output+".part", []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrExists) {
		t.Error(err)
	}
	if b, _ := os.ReadFile(job.Output + ".part"); string(b) != "precious" {
		t.Error("the other program's file is lost")
	}
	for _, suffix := range []string{".part", ".part.journal", ".part.lock"} {
		job := o.job(t)
		target := filepath.Join(filepath.Dir(job.Output), "target")
		if err := errors.Join(os.WriteFile(target, []byte("precious"), 0o600), os.Symlink("target", job.Output+suffix)); err != nil {
			t.Fatal(err)
		}
		if _, err := Run(t.Context(), job); !errors.Is(err, ErrOutput) {
			t.Errorf("%s: %v", suffix, err)
		}
		if b, _ := os.ReadFile(target); string(b) != "precious" {
			t.Errorf("%s: the link was followed", suffix)
		}
	}
}

// Sixteen runs on one output: one makes the film, the others say that it is busy, or that it is there already.
func TestTwoRuns(t *testing.T) {
	o := newOrigin(t)
	started, release := make(chan struct{}), make(chan struct{})
	o.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path == "/"+seg(0) {
			close(started)
			<-release
		}
		return false
	}
	job := o.job(t)
	first := make(chan error, 1)
	go func() {
		_, err := Run(t.Context(), job)
		first <- err
	}()
	<-started
	others := make(chan error, 15)
	for range 15 {
		go func() {
			_, err := Run(t.Context(), job)
			others <- err
		}()
	}
	for range 15 {
		if err := <-others; !errors.Is(err, ErrBusy) {
			t.Errorf("got %v", err)
		}
	}
	close(release)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	wantGolden(t, job.Output)
	wantOnly(t, filepath.Dir(job.Output), "film.mp4")
}

// A full disk ends the run; with room made, the same command goes on. The disk is a small tmpfs in a namespace.
func TestDiskFull(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own := "-rm"
	if os.Geteuid() == 0 {
		own = "-m" // root mounts without a user namespace, which not every kernel gives
	}
	if err := exec.CommandContext(t.Context(), "unshare", own, "true").Run(); err != nil {
		t.Skipf("SKIPPED, NOT PROVED: no namespaces here: %v", err)
	}
	o := newOrigin(t)
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "film.mp4")
	script := `mount -t tmpfs -o size=256k none "$DIR" || exit 9
"$SELF" && exit 8
ls "$DIR"
mount -o remount,size=4m "$DIR" || exit 7
"$SELF" && cp "$DIR/film.mp4" "$OUT"`
	cmd := exec.CommandContext(t.Context(), "unshare", own, "sh", "-c", script)
	cmd.Env = append(os.Environ(), "DIR="+dir, "SELF="+self, "OUT="+out,
		childURL+"="+o.URL+"/"+film+"/index.m3u8", childOutput+"="+filepath.Join(dir, "film.mp4"))
	text, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(text), "no space left") || !strings.Contains(string(text), "film.mp4.part.journal") {
		t.Fatalf("%v:\n%s", err, text)
	}
	wantGolden(t, out)
	if n := o.count(seg(0)); n != 1 {
		t.Errorf("the first segment was asked for %d times", n)
	}
}

// Retries and bytes are told while a run waits, not only when it moves on.
func TestProgressWhileStandingStill(t *testing.T) {
	o := newOrigin(t)
	told := make(chan struct{})
	var done bool
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if r.URL.Path != "/"+seg(0) {
			return false
		}
		if n == 1 {
			w.WriteHeader(500)
			return true
		}
		<-told // the second try ends only when the first was told of
		return false
	}
	job := o.job(t)
	job.Retry = fetch.RetryPolicy{Base: time.Millisecond, Cap: time.Millisecond}
	job.Progress = func(p Progress) {
		if p.Retries == 1 && p.Retry != nil && !done {
			done = true
			close(told)
		}
	}
	if _, err := Run(t.Context(), job); err != nil {
		t.Fatal(err)
	}
}

// What has come goes on record while the next part keeps everybody waiting: a kill then costs nothing.
func TestRecordWhileStandingStill(t *testing.T) {
	o := newOrigin(t)
	kept := make(chan struct{})
	var first int64 // bytes on record with the first part
	var once sync.Once
	o.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path == "/"+seg(3) {
			select {
			case <-kept:
			case <-time.After(30 * time.Second):
				t.Error("the parts that are there are not on record")
				once.Do(func() { close(kept) })
			}
		}
		return false
	}
	job := o.job(t)
	job.Progress = func(p Progress) {
		if first == 0 {
			first = p.Written
		}
		if p.Done == 3 && first > 0 && p.Written > first {
			once.Do(func() { close(kept) })
		}
	}
	if _, err := Run(t.Context(), job); err != nil {
		t.Fatal(err)
	}
}
