package aside

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// holdEnv has this test binary, started again, hold a name in a folder until it is killed.
const holdEnv = "SEINE_TEST_HOLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdEnv); dir != "" {
		c, err := Take(dir, ".x-", nil)
		if err == nil {
			err = os.MkdirAll(filepath.Join(c.Path(), "half"), 0o700)
		}
		fmt.Println(err)
		select {}
	}
	os.Exit(m.Run())
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestWhatTheKilledLeft: it is removed by the next, whatever the moment of the kill; what belongs to somebody alive is not.
func TestWhatTheKilledLeft(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), holdEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if s := bufio.NewScanner(out); !s.Scan() || s.Text() != "<nil>" {
		t.Fatalf("%q", s.Text())
	}
	for _, file := range []string{".x-lock-only.lock", ".x-file-only", ".other-1", "x-2"} {
		if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	next := func(want int) {
		t.Helper()
		var told []string
		c, err := Take(dir, ".x-", func(path string) { told = append(told, path) })
		if err != nil {
			t.Fatal(err)
		}
		if len(told) != want {
			t.Errorf("told of %q", told)
		}
		if err := c.Release(); err != nil {
			t.Error(err)
		}
	}
	next(2)
	if got := names(t, dir); len(got) != 4 { // two of the living, two of others
		t.Errorf("left: %q", got)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	next(1)
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("left: %q", got)
	}
}

// TestManyAtOnce: all get a name of their own, which stays theirs while others sweep.
func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 30 {
				c, err := Take(dir, ".x-", func(path string) {
					if _, err := os.Lstat(path); err == nil {
						t.Errorf("%s is somebody's", path)
					}
				})
				if err != nil {
					t.Error(err)
					return
				}
				if err := os.Mkdir(c.Path(), 0o700); err != nil {
					t.Error(err)
				}
				if err := c.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := names(t, dir); len(got) > 0 {
		t.Errorf("left: %q", got)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.har")
	for _, text := range []string{"one", "two"} {
		if err := File(name, func(f *os.File) error { _, err := f.WriteString(text); return err }); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if info, statErr := os.Stat(name); err != nil || statErr != nil || string(got) != text || info.Mode().Perm() != 0o600 {
			t.Errorf("%q, %v, %v", got, err, info)
		}
	}
	if err := File(name, func(f *os.File) error { _, _ = f.WriteString("half"); return os.ErrInvalid }); err == nil {
		t.Error("a failure is not told")
	}
	if got, _ := os.ReadFile(name); string(got) != "two" || len(names(t, dir)) != 1 {
		t.Errorf("%q among %q", got, names(t, dir))
	}
	if err := File(filepath.Join(dir, "no", "folder"), nil); err == nil {
		t.Error("there is no such folder")
	}
}
