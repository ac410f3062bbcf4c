package assemble

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"seine/assemble/journal"
)

// What goes past the page cache and what goes through it is one file, on file systems that offer both; others are named.
func TestDirectFile(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "part"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := openDirect(f)
	defer d.close()
	if d == nil {
		var disk unix.Statfs_t
		if err := unix.Fstatfs(int(f.Fd()), &disk); err != nil {
			t.Fatal(err)
		}
		t.Logf("the file system of type %#x is written through the page cache", disk.Type)
	}
	want := bytes.Repeat([]byte("0123456789"), 1<<20)
	data := journal.NewData(f, d.writer())
	defer data.Close()
	for off, step := 0, 333_333; off < len(want); off += step {
		if _, err := data.WriteAt(want[off:min(off+step, len(want))], int64(off)); err != nil {
			t.Fatal(err)
		}
	}
	if err := data.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(f.Name()); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v, or other bytes", err)
	}
}
