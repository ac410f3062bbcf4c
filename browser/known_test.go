package browser

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestWhatIsKnownOfABrowser is nothing as soon as the browser has changed, or what is kept cannot be read.
func TestWhatIsKnownOfABrowser(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "chromium")
	changed := time.Unix(1_700_000_000, 0)
	install := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, want bool) {
		t.Helper()
		c := Candidate{Path: path}
		if got := readKnown(dir).tell(&c); got != want || want && (c.Version != "99.1.2.3" || c.Name != "Chromium") {
			t.Errorf("%s: %v, %+v", when, got, c)
		}
	}
	learn := func() {
		readKnown(dir).learn(&Candidate{Path: path, Name: "Chromium", Version: "99.1.2.3"})
	}
	install("one")
	check("at first", false)
	learn()
	check("asked", true)
	readKnown(dir).learn(&Candidate{Path: dir, Name: "Chromium", Problem: "it is a folder"})
	check("beside another", true)
	install("three")
	check("of another size", false)
	learn()
	check("asked again", true)
	changed = changed.Add(time.Second)
	install("three")
	check("of another time", false)
	learn()
	if err := os.WriteFile(filepath.Join(dir, "versions.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	check("of a broken file", false)
	learn()
	check("asked for the last time", true)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	check("gone", false)
}
