package browser_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"seine/browser"
)

// foreign starts a Chrome that somebody else might have started, with a DevTools port.
func foreign(t *testing.T) (socket string) {
	t.Helper()
	c, err := browser.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless=new", "--remote-debugging-port=0", "--user-data-dir=" + t.TempDir(), "--no-first-run", "--disable-popup-blocking", "about:blank"}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, c.Path, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _, _ = io.Copy(io.Discard, out); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
			return address
		}
	}
	t.Fatal("it names no address")
	return ""
}

func TestConnect(t *testing.T) {
	socket := foreign(t)
	host, _, _ := strings.Cut(strings.TrimPrefix(socket, "ws://"), "/")
	var ports []string
	for _, address := range []string{socket, "http://" + host, "ws://" + host + "/"} {
		t.Run(address[:4], func(t *testing.T) {
			s := newSite(t)
			urls := s.everyTarget()
			ports = append(ports, fmt.Sprint(s.port))
			b, err := browser.Launch(t.Context(), browser.Options{Connect: address})
			if err != nil {
				t.Fatal(err)
			}
			h := newHearer()
			tab, err := b.NewTab(t.Context(), h)
			if err != nil {
				t.Fatal(err)
			}
			navigate(t, tab, s.a("/main"))
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			if err := s.await(ctx, urls...); err != nil {
				t.Error(err)
			}
			if err := h.await(ctx, s.requests()); err != nil {
				t.Error(err)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			h.checkPairs(t)
		})
	}
	b, err := browser.Launch(t.Context(), browser.Options{Connect: socket}) // it runs on
	if err != nil {
		t.Fatal(err)
	}
	var targets struct {
		TargetInfos []struct{ URL string }
	}
	tab, err := b.NewTab(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Session().Call(t.Context(), "Target.getTargets", nil, &targets); err != nil {
		t.Fatal(err)
	}
	for _, port := range ports {
		if list := fmt.Sprint(targets); strings.Contains(list, port) {
			t.Errorf("left open: %s", list)
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestConnectToNobody(t *testing.T) {
	for _, address := range []string{"ws://127.0.0.1:1/devtools/browser/x", "http://127.0.0.1:1", "ftp://x", "::"} {
		if _, err := browser.Launch(t.Context(), browser.Options{Connect: address}); !errors.Is(err, browser.ErrConnect) || !strings.Contains(err.Error(), address) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
