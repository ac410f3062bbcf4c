//go:build !race

package pages

import "golang.org/x/sys/unix"

// huge is a hint: a kernel without huge pages refuses it, and nothing is lost.
func huge(mem []byte) { _ = unix.Madvise(mem[:cap(mem)], unix.MADV_HUGEPAGE) }
