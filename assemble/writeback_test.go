package assemble

import (
	"os"
	"path/filepath"
	"testing"
)

// Room that was taken ahead is given back, and the file is what was written.
func TestWriteback(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "part"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := startWriteback(f, 0)
	const step = 4 << 20
	b := make([]byte, step)
	for size := int64(0); size < 10*step; size += step {
		if _, err := f.WriteAt(b, size); err != nil {
			t.Fatal(err)
		}
		w.grown(size + step)
	}
	w.stop()
	info, err := f.Stat()
	if err != nil || info.Size() != 10*step {
		t.Fatalf("%d bytes, %v", info.Size(), err)
	}
	if n := allocated(info); n > 10*step+1<<20 {
		t.Errorf("%d bytes of the disk are taken for a file of %d", n, info.Size())
	}
}
