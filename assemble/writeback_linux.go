package assemble

import (
	"os"

	"golang.org/x/sys/unix"
)

// beginWriteback starts the transfer of a part of the file to the disk, and does not wait for its end: sync_file_range(2).
func beginWriteback(f *os.File, from, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), from, n, unix.SYNC_FILE_RANGE_WRITE) // a file system that cannot is as slow as before
}

// takeRoom has the file system find the place of n bytes from an offset on, without making the file longer: fallocate(2). It takes none
// where the disk may need it for something else.
func takeRoom(f *os.File, from, n int64) bool {
	var disk unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &disk); err != nil || disk.Bavail*uint64(disk.Bsize) < aheadFree+uint64(n) {
		return false
	}
	return unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, from, n) == nil
}
