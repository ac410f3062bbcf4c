package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const manyRuns = `name: many
inputs:
  base: {required: true}
  n: {type: range, default: 1..1000}
pool: {workers: 24, retries: 3}
steps:
  - request: {url: "${.base}/value", query: {n: "${.n}"}, as: answer}
  - extract: {from: "${.answer}", jq: ".rows[]", as: rows}
outputs:
  rows.csv: ${.rows}
  rows.sqlite: ${.rows}
  rows.jsonl: {value: "${.rows}", columns: []}
`

// flaky gives two rows for each number. One answer in twenty fails at first, in one of several ways.
type flaky struct {
	mu    sync.Mutex
	asked map[int]int
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.URL.Query().Get("n"))
	f.mu.Lock()
	f.asked[n]++
	first := f.asked[n] == 1
	f.mu.Unlock()
	time.Sleep(time.Millisecond) // as a server does; nothing waits for it
	if first && n%20 == 0 {
		switch n / 20 % 3 {
		case 0:
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		case 1:
			panic(http.ErrAbortHandler)
		default:
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"rows":[`))
			return
		}
	}
	fmt.Fprintf(w, `{"rows":[{"n":%d,"part":"a"},{"n":%d,"part":"b"}]}`, n, n)
}

// TestKilledRuns: a thousand runs, of which one in twenty fails at first, killed in the middle and run again: every row is there, once, in
// order, and what was done is not done again.
func TestKilledRuns(t *testing.T) {
	exe, server := build(t), &flaky{asked: map[int]int{}}
	srv := httptest.NewServer(server)
	defer srv.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "many.yaml"), []byte(manyRuns), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func() (*exec.Cmd, *strings.Builder) {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), exe, "run", "many.yaml", "base="+srv.URL, "-d", "out", "-q")
		cmd.Dir = dir
		out := &strings.Builder{}
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, out
	}
	kills := 0
	for ; kills < 3; kills++ {
		cmd, out := start()
		killer := time.AfterFunc(rand.N(400*time.Millisecond), func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
		err := cmd.Wait()
		if killer.Stop() {
			t.Fatalf("it ended before it could be killed: %v\n%s", err, out)
		}
	}
	cmd, out := start()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "out", "rows.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 2001 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	for i, row := range rows[1:] {
		if want := []string{strconv.Itoa(i/2 + 1), string(rune('a' + i%2))}; row[0] != want[0] || row[1] != want[1] {
			t.Fatalf("row %d is %v, want %v", i+1, row, want)
		}
	}
	again := 0
	for n, times := range server.asked {
		if n%20 != 0 && times > 1 {
			again += times - 1
		}
	}
	if most := kills * 24; again > most { // what was under way when it was killed
		t.Errorf("%d were asked for again, want %d at most", again, most)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "out", ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
