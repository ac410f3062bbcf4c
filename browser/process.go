package browser

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// process is a Chrome that we started, in a process group of its own.
type process struct {
	cmd  *exec.Cmd
	pipe *pipe
	out  *tail
	done chan struct{} // closed when it was reaped
	err  error         // how it ended; valid then
	fate fate
}

// tempVariables name the folder for temporary files on each system, and two more that Chrome would write to in the home
// directory: crash reports and its default profile's folder.
var tempVariables = []string{"TMPDIR", "TEMP", "TMP", "MAC_CHROMIUM_TMPDIR", "BREAKPAD_DUMP_LOCATION", "CHROME_CONFIG_HOME"}

// outputDelay is how long after the end of Chrome its output may stay open before it is left alone: a child that lives a little longer
// holds it. Only then is Chrome known to have ended.
const outputDelay = time.Second

// startProcess runs Chrome with its DevTools on a pipe, and env in addition to our own environment.
func startProcess(path string, args, env []string, run *runFolder) (*process, error) {
	p := &process{out: &tail{max: 16 << 10}, done: make(chan struct{})}
	p.cmd = exec.Command(path, args...) //nolint:noctx // its life is the Browser's, which kills the group
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.WaitDelay = outputDelay
	p.cmd.Env = append(os.Environ(), env...)
	for _, name := range tempVariables {
		p.cmd.Env = append(p.cmd.Env, name+"="+run.temp)
	}
	files, err := newPipes(p.cmd)
	if err != nil {
		return nil, err
	}
	defer files.closeChild()
	p.fate.prepare(p.cmd)
	if err := p.run(); err != nil {
		files.closeParent()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	p.pipe = newPipe(files.parentR, files.parentW)
	return p, nil
}

// run starts the process on a thread that lives as long as it: Linux kills the child when the thread, not the process, of its parent
// ends (PR_SET_PDEATHSIG, go.dev/issue/27505).
func (p *process) run() error {
	started := make(chan error)
	go func() { // ends with the process; kill and wait see to that
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		if err == nil {
			err = p.fate.seal(p.cmd.Process)
		}
		started <- err
		if p.cmd.Process == nil {
			return
		}
		p.err = p.cmd.Wait()
		p.fate.release()
		close(p.done)
	}()
	err := <-started
	if err != nil && p.cmd.Process != nil {
		p.kill()
	}
	return err
}

// kill ends the whole group at once and waits.
func (p *process) kill() {
	p.fate.kill(p.cmd.Process)
	<-p.done
}

// wait waits at most d for the process to end by itself.
func (p *process) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-p.done:
		return true
	case <-t.C:
		return false
	}
}

// end says how the process ended: nil while it runs.
func (p *process) end() error {
	select {
	case <-p.done:
		if p.err == nil {
			return ErrQuit
		}
		return p.err
	default:
		return nil
	}
}

// pipes are the two pipes of --remote-debugging-pipe. Chrome reads commands from its descriptor 3 and writes to 4.
type pipes struct{ childR, childW, parentR, parentW *os.File }

func newPipes(cmd *exec.Cmd) (*pipes, error) {
	p := &pipes{}
	var err1, err2 error
	p.childR, p.parentW, err1 = os.Pipe()
	p.parentR, p.childW, err2 = os.Pipe()
	err := errors.Join(err1, err2)
	if err == nil {
		err = p.hand(cmd)
	}
	if err != nil {
		p.closeChild()
		p.closeParent()
		return nil, fmt.Errorf("the pipes to Chrome: %w", err)
	}
	return p, nil
}

func (p *pipes) closeChild()  { closeAll(p.childR, p.childW) }
func (p *pipes) closeParent() { closeAll(p.parentR, p.parentW) }

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// tail keeps the last bytes that are written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
	max int
}

var _ io.Writer = (*tail)(nil)

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p[max(0, len(p)-t.max):]...)
	if over := len(t.buf) - t.max; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
