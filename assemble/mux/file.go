// Package mux is what the writers of film files have in common.
package mux

import "io"

// File is a film in the making, of which every byte is written once: room in front for what is known in the end alone, then the media as they come. Its state is
// two numbers, so that a later process can go on.
type File struct {
	w       io.WriterAt
	reserve int64
	size    int64
}

// New returns an empty file.
func New(w io.WriterAt) File { return File{w: w} }

// Resume returns the file that had this Reserved and this Size.
func Resume(w io.WriterAt, reserve, size int64) File { return File{w, reserve, size} }

// Open keeps n bytes in front, behind which the media begin at first.
func (f *File) Open(n, first int64) { f.reserve, f.size = n, first }

// Reserved returns the room kept in front, in bytes.
func (f *File) Reserved() int64 { return f.reserve }

// Size returns the length of the file: the end of the last of the media, 0 before Open.
func (f *File) Size() int64 { return f.size }

// WriteAt writes media at off, which must not lie before Size: Advance takes them in. In between a writer may still give up and begin again.
func (f *File) WriteAt(b []byte, off int64) error {
	_, err := f.w.WriteAt(b, off)
	return err
}

// Advance sets Size after media were written.
func (f *File) Advance(size int64) { f.size = max(f.size, size) }
