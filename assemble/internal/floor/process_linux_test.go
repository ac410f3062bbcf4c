package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// usage is what a process took, as the kernel counted it.
type usage struct {
	cpu, wall time.Duration // user and system together
	rss       int64         // bytes at its peak
	// written is what it made dirty in the page cache of a real file system: the writes that reach the disk, counted again
	// when a page is written again. It is 0 on a tmpfs.
	written int64
	stdout  string
}

// merge takes another turn in: the least time, for whatever else the machine does only adds to it, and the most of all else.
func (u *usage) merge(o usage) {
	if u.cpu == 0 || o.cpu < u.cpu {
		u.cpu = o.cpu
	}
	if u.wall == 0 || o.wall < u.wall {
		u.wall = o.wall
	}
	u.written = max(u.written, o.written)
	u.rss = max(u.rss, o.rss)
}

// measure runs a program to its end. What others have left to be written goes to the disk first: a program that syncs its
// own file would do their work as well.
func measure(b testing.TB, name string, args ...string) usage {
	b.Helper()
	u, err := try(b, exec.CommandContext(b.Context(), name, args...))
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// try runs a program that may fail.
func try(b testing.TB, cmd *exec.Cmd) (usage, error) {
	b.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	syscall.Sync()
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%s%s", filepath.Base(cmd.Path), err, &out, &errs)
	}
	wall := time.Since(began)
	s := cmd.ProcessState
	r, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		b.Fatal("no resource usage")
	}
	const kilobyte, block = 1 << 10, 512 // units of getrusage(2) on Linux
	return usage{
		cpu: s.UserTime() + s.SystemTime(), wall: wall, rss: r.Maxrss * kilobyte, written: r.Oublock * block, stdout: out.String(),
	}, nil
}

// build compiles a program of this module.
func build(b testing.TB, dir, pkg string) string {
	b.Helper()
	name := filepath.Join(dir, path.Base(pkg))
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", name, pkg).CombinedOutput(); err != nil {
		b.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return name
}
