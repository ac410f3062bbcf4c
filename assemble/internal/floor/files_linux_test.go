package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// heap is a folder of plain files.
type heap struct {
	dir   string
	names []string
	bytes int64
}

// heapOf makes so many files, whose sizes are taken in turn, of bytes that nothing makes shorter.
func heapOf(b *testing.B, n int, sizes ...int64) heap {
	b.Helper()
	h := heap{dir: b.TempDir()}
	block := make([]byte, 1<<20)
	src := rand.NewChaCha8([32]byte{1})
	for i := range n {
		name := fmt.Sprintf("%05d.bin", i)
		f, err := os.Create(filepath.Join(h.dir, name))
		if err != nil {
			b.Fatal(err)
		}
		size := sizes[i%len(sizes)]
		for left := size; left > 0; left -= int64(len(block)) {
			_, _ = src.Read(block)
			if _, err := f.Write(block[:min(left, int64(len(block)))]); err != nil {
				b.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		h.names, h.bytes = append(h.names, name), h.bytes+size
	}
	return h
}

// fetchers fetch a list of addresses, one a line, into a folder. Each is told to have 16 under way, and seine nothing.
func fetchers(seine string) []peer {
	return []peer{
		{"seine", nil, func(ctx context.Context, dir, list, out string) []*exec.Cmd {
			return []*exec.Cmd{exec.CommandContext(ctx, seine, "get", "-q", "-i", list, "-d", out)}
		}},
		{"aria2", []string{"aria2c"}, func(ctx context.Context, dir, list, out string) []*exec.Cmd {
			return []*exec.Cmd{exec.CommandContext(ctx, "aria2c", "-q", "-x16", "-s16", "-j16", "-d", out, "-i", list)}
		}},
		{"curl", []string{"curl"}, func(ctx context.Context, dir, list, out string) []*exec.Cmd {
			return []*exec.Cmd{exec.CommandContext(ctx, "curl", "-s", "--parallel", "--parallel-max", "16", "--remote-name-all", "--output-dir", out, "-K", list+".curl")}
		}},
	}
}

// run fetches all and compares it; the time is that of the program.
func (h heap) run(b *testing.B, p peer, trouble string) (time.Duration, error) {
	dir := b.TempDir()
	defer os.RemoveAll(dir)
	base := strings.TrimSuffix(startOrigin(b, h.dir, trouble), "index.m3u8")
	var list, conf strings.Builder
	for _, name := range h.names {
		fmt.Fprintf(&list, "%s%s\n", base, name)
		fmt.Fprintf(&conf, "url = %s%s\n", base, name)
	}
	file, out := filepath.Join(dir, "list.txt"), filepath.Join(dir, "out")
	for name, text := range map[string]string{file: list.String(), file + ".curl": conf.String()} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.Mkdir(out, 0o777); err != nil {
		b.Fatal(err)
	}
	u, err := try(b, p.fetch(b.Context(), dir, file, out)[0])
	if err != nil {
		return 0, err
	}
	for _, name := range h.names {
		same, err := sameFile(filepath.Join(h.dir, name), filepath.Join(out, name))
		if err != nil || !same {
			return 0, fmt.Errorf("%s is not what the server has: %w", name, err)
		}
	}
	return u.wall, nil
}

func sameFile(a, b string) (bool, error) {
	f, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer f.Close()
	g, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer g.Close()
	x, y := make([]byte, 1<<20), make([]byte, 1<<20)
	for {
		n, err := f.Read(x)
		m, _ := g.Read(y)
		if n != m || !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		if err != nil {
			return true, nil //nolint:nilerr // both have come to their end
		}
	}
}

// BenchmarkFiles holds `seine get` of plain files against aria2 and curl, on the same origin in turn, and verifies every byte of each: of-aria2 is
// seine's time through that of aria2, and the best of several turns counts.
func BenchmarkFiles(b *testing.B) {
	size := benchSize(b) * 1e6
	seine := build(b, b.TempDir(), "seine/cmd/seine")
	for _, c := range []struct {
		name    string
		trouble string
		make    func() heap
	}{
		{"one large", "", func() heap { return heapOf(b, 1, size) }},
		{"2000 small", "", func() heap { return heapOf(b, 2000, 100<<10) }},
		{"2000 mixed", "", func() heap { return heapOf(b, 2000, 0, 1<<10, 10<<10, 50<<10, 100<<10, 300<<10, 1<<20) }},
		{"100 of 10 MB", "", func() heap { return heapOf(b, 100, size/100) }},
		{"500 small, 50 ms and 2 MB a second", "slow", func() heap { return heapOf(b, 500, 100<<10) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			h := c.make()
			best := map[string]time.Duration{}
			b.SetBytes(h.bytes)
			for b.Loop() {
				for range turns {
					for i, p := range fetchers(seine) {
						if !p.installed() {
							b.Logf("%s is not installed", p.name)
							continue
						}
						took, err := h.run(b, p, c.trouble)
						switch {
						case err != nil && i == 0:
							b.Fatal(err)
						case err != nil:
							b.Logf("%s does not count: %v", p.name, err)
						case best[p.name] == 0 || took < best[p.name]:
							best[p.name] = took
						}
					}
				}
			}
			for name, took := range best {
				b.ReportMetric(took.Seconds(), name+"-s")
				if name != "seine" {
					b.ReportMetric(best["seine"].Seconds()/took.Seconds(), "of-"+name)
				}
			}
		})
	}
}
