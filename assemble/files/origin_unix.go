//go:build linux || darwin

package files

import (
	"os"

	"golang.org/x/sys/unix"
)

// originName is the extended attribute that says where a file came from.
const originName = "user.seine.origin"

// setOrigin notes where a file came from. Not every file system can; such a file is compared in place of being asked for on condition.
func setOrigin(f *os.File, origin string) {
	_ = unix.Fsetxattr(int(f.Fd()), originName, []byte(origin), 0)
}

// originOf is what setOrigin has noted, or empty.
func originOf(f *os.File) string {
	var buf [64]byte
	n, err := unix.Fgetxattr(int(f.Fd()), originName, buf[:])
	if err != nil || n < 0 {
		return ""
	}
	return string(buf[:n])
}
