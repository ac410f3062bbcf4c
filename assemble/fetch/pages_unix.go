//go:build unix && !race

package fetch

import "golang.org/x/sys/unix"

// takePages returns n bytes of zeros that take memory only once they are touched, and that the garbage collector knows nothing of; nil
// where the system has none.
func takePages(n int) []byte {
	mem, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	return mem
}

// givePages ends what takePages has begun.
func givePages(mem []byte) { _ = unix.Munmap(mem) }
