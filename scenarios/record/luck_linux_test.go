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
