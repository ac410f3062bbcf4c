package assemble

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"seine/assemble/internal/hostile"
)

// A process that makes a film of two hours, or one of large segments, stays small, however fast the network is, and
// without a word to its garbage collector.
func TestMemory(t *testing.T) {
	if hostile.RaceEnabled() {
		t.Skip("SKIPPED, NOT PROVED: the race detector takes memory of its own")
	}
	for name, c := range map[string]struct{ count, size int }{
		"two hours":      {300, 0},
		"large segments": {30, 23 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			size := longFilm(t, o, c.count, c.size)
			most := peak(t, o)
			t.Logf("%d MiB for a film of %d MiB", most, size>>20)
			if most > 150 {
				t.Errorf("%d MiB, the limit is 150", most)
			}
		})
	}
}

// peak makes the film in another process and returns how many MiB that took at most. The usage that wait4 returns would count
// what this process had when it started the other.
func peak(t *testing.T, o *origin) (mebibytes int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childURL+"="+o.URL+"/"+film+"/index.m3u8", childOutput+"="+filepath.Join(t.TempDir(), "film.mp4"),
		childWorkers+"=16")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(out), "\nVmHWM:")
	if _, err := fmt.Sscanf(line, "%d kB", &mebibytes); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return mebibytes >> 10
}
