package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"seine/scenarios/record"
)

// TestFullDiskMeanwhile: the disk is full for a while in the middle of a recording. What was recorded so far is in the file, whole; once there is
// room, so is the rest. If there never is, that is said.
func TestFullDiskMeanwhile(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED, NOT PROVED: only root may mount a small disk")
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("SKIPPED, NOT PROVED: ", err)
	}
	defer func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }()
	wrote := make(chan error, 1000)
	k := keepIn(tape(t, "/recordings/", record.Options{}), dir, func(err error) { wrote <- err })
	k.click("#plain")
	k.holds("#plain")
	fill := filepath.Join(dir, "full")
	if err := os.WriteFile(fill, make([]byte, 64<<10), 0o600); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	k.click("[data-testid=save-button]")
	for err := range wrote { // until a save has failed
		if errors.Is(err, unix.ENOSPC) {
			break
		}
	}
	if f := k.holds("#plain"); len(f.Steps) != 2 {
		t.Errorf("%d steps while the disk is full", len(f.Steps))
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	k.click("#more")
	if f := k.holds("#more"); len(f.Steps) < 4 {
		t.Errorf("%d steps once there is room", len(f.Steps))
	}
	if err := os.WriteFile(fill, make([]byte, 64<<10), 0o600); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	k.click("#spa")
	k.hears("items")
	k.end()
	if err := <-k.done; !errors.Is(err, unix.ENOSPC) {
		t.Errorf("the end of it: %v", err)
	}
	k.holds("#more")
}

// TestFullDisk: what cannot be written leaves what was.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED, NOT PROVED: only root may mount a small disk")
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("SKIPPED, NOT PROVED: ", err)
	}
	defer func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }()
	path := filepath.Join(dir, "site.yaml")
	f := record.NewFile(path)
	if err := f.Save([]byte("steps: []\n")); err != nil {
		t.Fatal(err)
	}
	if err := f.Save([]byte("name: " + strings.Repeat("x", 100<<10))); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "steps: []\n" {
		t.Errorf("what was there: %q, %v", data, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left over: %v, %v", left, err)
	}
	if err := f.Save([]byte("steps: [] # again\n")); err != nil {
		t.Error(err)
	}
}
