package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/browser"
	"seine/testdata/sites"
)

const peersDir = "../../testdata/peers"

// contender finds the playlists of pages, with a browser and so many tabs; each as soon as it is known in a line of its own.
type contender struct {
	name string
	cmd  func(ctx context.Context, exe string, tabs int, pages []string) *exec.Cmd
}

// BenchmarkPlaylists holds `seine sniff` against the bare client, puppeteer and playwright: how long it takes from the command to the
// first playlist, how many of 24 pages a second, at the best number of tabs of each, and the memory of all processes (PSS) meanwhile.
// Seine captures all that the pages do, and gives each a browser context of its own; the others hear the requests of one target each, in
// one context, but for playwright and what is called apart: the bare client and puppeteer with a context for each page. x-bare and x-apart
// are seine's figure through those of the bare client; pages are the other way round, so that less is better everywhere.
func BenchmarkPlaylists(b *testing.B) {
	bin := b.TempDir()
	list := contenders(b, compile(b, bin, "seine/cmd/seine"), compile(b, bin, "seine/cmd/internal/bare"))
	srv := httptest.NewServer(sites.New(sites.Options{Players: "../../testdata/players"}))
	defer srv.Close()
	for name, find := range map[string]func(context.Context) (browser.Candidate, error){"chromium": browser.Find, "headless-shell": browser.FindShell} {
		b.Run(name, func(b *testing.B) {
			c, err := find(b.Context())
			if err != nil {
				b.Skipf("SKIPPED, NOT MEASURED: %v", err)
			}
			for b.Loop() {
				first := measureFirst(b, list, c.Path, srv.URL)
				speed, memory := measureBatch(b, list, c.Path, srv.URL)
				for _, x := range list {
					b.ReportMetric(first[x.name].Seconds(), "first-s-"+x.name)
					b.ReportMetric(speed[x.name], "pages/s-"+x.name)
					b.ReportMetric(memory[x.name], "PSS-MB-"+x.name)
				}
				for _, floor := range []string{"bare", "apart"} {
					b.ReportMetric(first["seine"].Seconds()/first[floor].Seconds(), "first-x-"+floor)
					b.ReportMetric(speed[floor]/speed["seine"], "pages-x-"+floor)
					b.ReportMetric(memory["seine"]/memory[floor], "PSS-x-"+floor)
				}
			}
		})
	}
}

func contenders(b *testing.B, seine, bare string) []contender {
	list := []contender{
		{"seine", func(ctx context.Context, exe string, tabs int, pages []string) *exec.Cmd {
			return exec.CommandContext(ctx, seine, append([]string{"sniff", "--json", "--until", "media", "--browser", exe, "--tabs", strconv.Itoa(tabs)}, pages...)...)
		}},
		{"bare", func(ctx context.Context, exe string, tabs int, pages []string) *exec.Cmd {
			return exec.CommandContext(ctx, bare, append([]string{exe, strconv.Itoa(tabs)}, pages...)...)
		}},
		{"apart", func(ctx context.Context, exe string, tabs int, pages []string) *exec.Cmd {
			return exec.CommandContext(ctx, bare, append([]string{"-contexts", exe, strconv.Itoa(tabs)}, pages...)...)
		}},
	}
	if _, err := os.Stat(filepath.Join(peersDir, "node_modules")); err != nil {
		b.Logf("puppeteer and playwright are not installed: make peers")
		return list
	}
	for _, name := range []string{"puppeteer", "puppeteer-apart", "playwright"} {
		list = append(list, contender{name, func(ctx context.Context, exe string, tabs int, pages []string) *exec.Cmd {
			return exec.CommandContext(ctx, "node", append([]string{filepath.Join(peersDir, "sniff.mjs"), name, exe, strconv.Itoa(tabs)}, pages...)...)
		}})
	}
	return list
}

func compile(b *testing.B, dir, pkg string) string {
	b.Helper()
	name := filepath.Join(dir, filepath.Base(pkg))
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", name, pkg).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return name
}

func pagesOf(site string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%s/players/player.html?player=hls.js&src=/media/film/master.m3u8&n=%d", site, i))
	}
	return list
}

// measureFirst is the median of five starts of each, in turn.
func measureFirst(b *testing.B, list []contender, exe, site string) map[string]time.Duration {
	const rounds = 5
	all := map[string][]time.Duration{}
	for range rounds {
		for _, x := range list {
			began := time.Now()
			var first time.Duration
			race(b, x, exe, 1, pagesOf(site, 1), func() { first = time.Since(began) }, nil)
			all[x.name] = append(all[x.name], first)
		}
	}
	out := map[string]time.Duration{}
	for name, times := range all {
		slices.Sort(times)
		out[name] = times[rounds/2]
	}
	return out
}

// measureBatch visits 24 pages with two, three and four tabs. The time is that of the whole program.
func measureBatch(b *testing.B, list []contender, exe, site string) (speed, memory map[string]float64) {
	const pages = 24
	speed, memory = map[string]float64{}, map[string]float64{}
	for _, tabs := range []int{2, 3, 4} {
		for _, x := range list {
			began := time.Now()
			most := 0.0
			race(b, x, exe, tabs, pagesOf(site, pages), nil, &most)
			if s := pages / time.Since(began).Seconds(); s > speed[x.name] {
				speed[x.name], memory[x.name] = s, most
			}
		}
	}
	return speed, memory
}

// race runs one of them, and wants as many playlists as there are pages. First is called with the first one; most gets the largest
// memory of all its processes, in MB.
func race(b *testing.B, x contender, exe string, tabs int, pages []string, first func(), most *float64) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 2*time.Minute)
	defer cancel()
	cmd := x.cmd(ctx, exe, tabs, pages)
	var errors bytes.Buffer
	cmd.Stderr = &errors
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	over := make(chan struct{})
	var watch sync.WaitGroup
	if most != nil {
		watch.Go(func() { *most = highestPSS(cmd.Process.Pid, over) })
	}
	found := map[string]bool{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		text := lines.Text()
		if !strings.Contains(text, ".m3u8") || x.name == "seine" && !strings.Contains(text, `"event":"stream"`) {
			continue
		}
		if len(found) == 0 && first != nil {
			first()
		}
		found[strconv.Itoa(len(found))+text] = true
	}
	err = cmd.Wait()
	close(over)
	watch.Wait()
	if err != nil || len(found) < len(pages) {
		b.Fatalf("%s: %d of %d playlists, %v\n%s", x.name, len(found), len(pages), err, errors.String())
	}
}

// highestPSS is the largest sum of the proportional set sizes of a process and all below it, in MB.
func highestPSS(pid int, over <-chan struct{}) (most float64) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return most
		case <-tick.C:
			sum := 0.0
			for _, p := range family(pid) {
				sum += pss(p)
			}
			most = max(most, sum)
		}
	}
}

func family(pid int) []int {
	list := []int{pid}
	for i := 0; i < len(list); i++ {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", list[i]))
		for _, f := range files {
			text, _ := os.ReadFile(f)
			for _, child := range strings.Fields(string(text)) {
				if n, err := strconv.Atoi(child); err == nil {
					list = append(list, n)
				}
			}
		}
	}
	return list
}

// pss reads proc_pid_smaps(5), in MB.
func pss(pid int) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	_, rest, _ := strings.Cut(string(text), "\nPss:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb / 1000 * 1.024
}
