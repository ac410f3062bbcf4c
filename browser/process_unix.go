//go:build unix

package browser

import (
	"os"
	"os/exec"
	"syscall"
)

// hand gives Chrome its ends of the pipes as descriptors 3 and 4.
func (p *pipes) hand(cmd *exec.Cmd) error {
	cmd.ExtraFiles = []*os.File{p.childR, p.childW}
	return nil
}

// fate ties the processes of one Chrome together: here, a process group.
type fate struct{}

func (fate) prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

func (fate) seal(*os.Process) error { return nil }

func (fate) kill(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

func (fate) release() {}

// shortTemp is a folder for temporary files with a short name.
func shortTemp() string { return "/tmp" }
