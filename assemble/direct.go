package assemble

import (
	"io"
	"os"
)

// direct writes to the part file past the page cache: open(2), O_DIRECT. A film that is written once, in order, by a program that has
// no use for what it wrote, would only cost another copy there, and drive out what others have use for. It is nil where the
// file system does not offer it.
type direct struct{ file *os.File }

// writer is nil when d is.
func (d *direct) writer() io.WriterAt {
	if d == nil {
		return nil
	}
	return d.file
}

func (d *direct) close() {
	if d != nil {
		d.file.Close() // all that it wrote was answered for by then
	}
}
