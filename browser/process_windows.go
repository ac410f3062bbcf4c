package browser

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// hand names Chrome's ends of the pipes in --remote-debugging-io-pipes: Windows has no descriptors 3 and 4. Our own ends
// must not be inherited, or no end would ever be noticed.
func (p *pipes) hand(cmd *exec.Cmd) error {
	for _, f := range []*os.File{p.parentR, p.parentW} {
		if err := windows.SetHandleInformation(windows.Handle(f.Fd()), windows.HANDLE_FLAG_INHERIT, 0); err != nil {
			return err
		}
	}
	r, w := syscall.Handle(p.childR.Fd()), syscall.Handle(p.childW.Fd())
	cmd.SysProcAttr = &syscall.SysProcAttr{AdditionalInheritedHandles: []syscall.Handle{r, w}}
	cmd.Args = slices.Insert(cmd.Args, 1, "--remote-debugging-io-pipes="+
		strconv.FormatUint(uint64(r), 10)+","+strconv.FormatUint(uint64(w), 10))
	return nil
}

// fate ties the processes of one Chrome together: here, a job object that ends with our handle to it.
type fate struct{ job windows.Handle }

func (*fate) prepare(*exec.Cmd) {}

func (f *fate) seal(p *os.Process) error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return fmt.Errorf("creating a job object: %w", err)
	}
	f.job = job
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		return fmt.Errorf("limiting the job object: %w", err)
	}
	h, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(p.Pid))
	if err != nil {
		return fmt.Errorf("opening Chrome's process: %w", err)
	}
	defer windows.CloseHandle(h) //nolint:errcheck // nothing to do about it
	return windows.AssignProcessToJobObject(job, h)
}

func (f *fate) kill(p *os.Process) {
	if f.job != 0 {
		_ = windows.TerminateJobObject(f.job, 1)
	}
	_ = p.Kill()
}

func (f *fate) release() {
	if f.job != 0 {
		_ = windows.CloseHandle(f.job)
		f.job = 0
	}
}

// shortTemp is a folder for temporary files with a short name; Windows has no sockets in it.
func shortTemp() string { return os.TempDir() }
