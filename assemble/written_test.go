package assemble

import (
	"io"
	"testing"
	"time"

	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/join"
	"seine/assemble/journal"
)

// countedFile is a file of which only the size stays, and the sum of all that was ever written.
type countedFile struct{ size, written int64 }

func (f *countedFile) WriteAt(b []byte, off int64) (int, error) {
	f.size = max(f.size, off+int64(len(b)))
	f.written += int64(len(b))
	return len(b), nil
}

func (*countedFile) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }

func (f *countedFile) Truncate(n int64) error {
	f.size = n
	return nil
}

// Each byte of a film is written once; its headers and the journal add no more than a fiftieth.
func TestWritten(t *testing.T) {
	for name, size := range map[string]int{"1080p, 5 Mbit/s": 25 << 10, "360p, 600 kbit/s": 3 << 10} {
		t.Run(name, func(t *testing.T) {
			const parts, seconds = 20, 6
			var film, notes countedFile
			data := journal.NewData(&film, nil)
			defer data.Close()
			joiner := join.New(data, join.Options{Duration: parts * seconds * time.Second})
			list, _, _, err := journal.Open(&notes, journal.Header{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range parts {
				piece := data.Begin()
				segment := tstest.Segment(uint64(i), int64(i)*seconds*90_000, seconds, size)
				record, err := joiner.Add(join.Part{Sequence: uint64(i), Duration: seconds * time.Second}, segment)
				if err != nil {
					t.Fatal(err)
				}
				rec, err := piece.Record(journal.Record{Part: i, Data: record}, joiner.Size())
				if err != nil {
					t.Fatal(err)
				}
				if err := list.Append(rec); err != nil {
					t.Fatal(err)
				}
			}
			sum, err := joiner.Finish()
			if err != nil {
				t.Fatal(err)
			}
			if film.size != sum.Size {
				t.Errorf("the file has %d bytes, %d are reported", film.size, sum.Size)
			}
			if all := film.written + notes.written; all*100 > sum.Size*102 {
				t.Errorf("%d bytes written (%d of them to the journal) for a film of %d", all, notes.written, sum.Size)
			}
		})
	}
}
