//go:build unix && !race

package pages

import "golang.org/x/sys/unix"

func take(n int) []byte {
	mem, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	return mem
}

func give(mem []byte) { _ = unix.Munmap(mem) }
