package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// tinydisk mounts a small tmpfs, with the word ro one that cannot be written to. Root may; for others the script runs the program under unshare(1) instead.
func tinydisk(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	var flags uintptr
	if len(args) > 1 && args[1] == "ro" {
		flags = unix.MS_RDONLY
	}
	ts.Check(unix.Mount("tmpfs", dir, "tmpfs", flags, "size=96k"))
	ts.Defer(func() { ts.Check(unix.Unmount(dir, unix.MNT_DETACH)) })
}
