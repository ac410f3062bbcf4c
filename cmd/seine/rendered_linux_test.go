package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"seine/browser"
	"seine/scenarios/library"
	"seine/testdata/sites"
)

// BenchmarkRenderedMarket holds the market, rendered by the browser, against the least that shows its 199 pages: a bare client that goes to one after the
// other in one tab, and reads nothing of them. The figures are the CPU seconds of all processes of each, and ours through theirs.
func BenchmarkRenderedMarket(b *testing.B) {
	bin := b.TempDir()
	seine, bare := compile(b, bin, "seine/cmd/seine"), compile(b, bin, "seine/cmd/internal/bare")
	srv := httptest.NewServer(sites.New(sites.Options{}))
	defer srv.Close()
	c, err := browser.Find(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	market, err := library.Files.ReadFile("market.yaml")
	if err != nil {
		b.Fatal(err)
	}
	text := rendered.Replace(string(market))
	if !strings.Contains(text, "navigate") {
		b.Fatal("the market is another one now")
	}
	file := filepath.Join(bin, "market.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	pages := []string{"-follow", c.Path, "1"}
	for i := range sites.MarketPages {
		pages = append(pages, srv.URL+"/market/prices?page="+strconv.Itoa(i+1))
	}
	orphans(b)
	ours, floor := 0.0, 0.0
	for b.Loop() {
		ours += cpuOf(b, exec.CommandContext(b.Context(), seine, "run", file, "base="+srv.URL+"/market", "-d", b.TempDir(), "-q", "--browser", c.Path))
		floor += cpuOf(b, exec.CommandContext(b.Context(), bare, pages...))
	}
	b.ReportMetric(ours/float64(b.N), "cpu-s")
	b.ReportMetric(floor/float64(b.N), "bare-cpu-s")
	b.ReportMetric(ours/floor, "x-bare")
}

// orphans makes this process the parent of what a browser leaves (prctl(2), PR_SET_CHILD_SUBREAPER), so that its time is known too.
func orphans(b *testing.B) {
	const setChildSubreaper = 36
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0); errno != 0 {
		b.Fatal(errno)
	}
}

// cpuOf is the time of a command and all that it started, in CPU seconds.
func cpuOf(b *testing.B, cmd *exec.Cmd) float64 {
	b.Helper()
	before := childTime(b)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(-1, &status, 0, nil); err == syscall.ECHILD { //nolint:errorlint // an Errno as it is
			break
		}
	}
	return childTime(b) - before
}

func childTime(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		b.Fatal(fmt.Errorf("getrusage: %w", err))
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
