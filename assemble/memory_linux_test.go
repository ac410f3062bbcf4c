package assemble

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
)

// A process that makes a film of two hours stays small, however fast the network is.
func TestMemory(t *testing.T) {
	if raceEnabled() {
		t.Skip("SKIPPED, NOT PROVED: the race detector takes memory of its own")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := newOrigin(t)
	size := longFilm(t, o, 300)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childURL+"="+o.URL+"/"+film+"/index.m3u8", childOutput+"="+filepath.Join(t.TempDir(), "film.mp4"))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("no resource usage")
	}
	t.Logf("%d MiB for a film of %d MiB", usage.Maxrss>>10, size>>20)
	if usage.Maxrss > 150<<10 {
		t.Errorf("%d MiB, the limit is 150", usage.Maxrss>>10)
	}
}

func raceEnabled() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
