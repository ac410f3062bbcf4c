package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// dieWithParent lets the kernel end Chrome when we are killed; its children end with it, for want of their connection.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }

// killUsers ends the processes whose command line names dir (Chrome hands --user-data-dir to all its children) and waits
// until none is left. A child may fork while its parent dies: hence the second look.
func killUsers(dir string) (int, error) {
	killed := map[int]struct{}{}
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		pids := users(dir)
		if len(pids) == 0 {
			return len(killed), nil
		}
		for _, pid := range pids {
			killed[pid] = struct{}{}
			if err := syscall.Kill(pid, syscall.SIGKILL); err == syscall.EPERM {
				return len(killed), err
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return len(killed), nil
}

// users lists the live processes with an argument that is, or ends in =, dir or a path below it.
func users(dir string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	self := os.Getpid()
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == self {
			continue
		}
		cmdline, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err == nil && namesFolder(cmdline, dir) && !isZombie(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func namesFolder(cmdline []byte, dir string) bool {
	for arg := range bytes.SplitSeq(cmdline, []byte{0}) {
		_, value, ok := bytes.Cut(arg, []byte("="))
		if !ok || !bytes.HasPrefix(arg, []byte("--")) {
			continue
		}
		if rest, ok := bytes.CutPrefix(value, []byte(dir)); ok && (len(rest) == 0 || rest[0] == '/') {
			return true
		}
	}
	return false
}

// isZombie reads field 3 of /proc/PID/stat, behind the command's closing parenthesis.
func isZombie(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	i := bytes.LastIndexByte(stat, ')')
	return err != nil || (i >= 0 && i+2 < len(stat) && (stat[i+2] == 'Z' || stat[i+2] == 'X'))
}

// shmBytes is the size of /dev/shm.
func shmBytes() uint64 {
	var st unix.Statfs_t
	if err := unix.Statfs("/dev/shm", &st); err != nil {
		return 0
	}
	return st.Blocks * uint64(st.Bsize)
}
