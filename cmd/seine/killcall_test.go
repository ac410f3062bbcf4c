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

// shelves gives three pages of two rows for each number. One answer in twenty fails at first.
type shelves struct {
	mu    sync.Mutex
	asked map[string]int
}

func (s *shelves) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/shelves/"))
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	page = max(page, 1)
	s.mu.Lock()
	s.asked[r.URL.RequestURI()]++
	first := s.asked[r.URL.RequestURI()] == 1
	s.mu.Unlock()
	time.Sleep(time.Millisecond) // as a server does; nothing waits for it
	if first && n%20 == 0 {
		http.Error(w, "later", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"rows":[{"n":%d,"page":%d,"part":"a"},{"n":%d,"page":%d,"part":"b"}],"pages":3}`, n, page, n, page)
}

const shelvesSpec = `openapi: 3.1.0
info: {title: Shelves, version: "1", x-seine-generator: seine}
servers: [{url: "SERVER"}]
paths:
  /shelves/{shelf}:
    get:
      operationId: getShelf
      parameters:
        - {name: shelf, in: path, required: true, schema: {type: integer}}
        - {name: page, in: query, schema: {type: integer}}
      responses: {"200": {description: OK, content: {application/json: {}}}}
      x-seine-pagination: {kind: page, in: query, name: page, first: 1, rows: /rows, pages: /pages, evidence: seen}
`

// TestKilledCalls: some hundred calls of three pages each, killed in the middle and made again: every row is there, once, in order, and what was
// done is not done again.
func TestKilledCalls(t *testing.T) {
	exe, server := build(t), &shelves{asked: map[string]int{}}
	srv := httptest.NewServer(server)
	defer srv.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "spec.yaml"), []byte(strings.Replace(shelvesSpec, "SERVER", srv.URL, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	const calls, workers = 400, 8
	start := func() (*exec.Cmd, *strings.Builder) {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), exe, "call", "spec.yaml", "getShelf", fmt.Sprintf("shelf=1..%d", calls), "--all-pages", "-o", "rows.csv", "-j", fmt.Sprint(workers), "-q")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, ".state"))
		out := &strings.Builder{}
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, out
	}
	asked := func() int {
		server.mu.Lock()
		defer server.mu.Unlock()
		return len(server.asked)
	}
	kills := 0
	for ; kills < 3; kills++ {
		cmd, out := start()
		// It is killed once it has done more than the one before.
		until, ended := asked()+50+rand.IntN(100), make(chan struct{})
		go func() {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-ended:
					return
				case <-tick.C:
				}
				if asked() >= until {
					_ = cmd.Process.Signal(syscall.SIGKILL)
					return
				}
			}
		}()
		err := cmd.Wait()
		close(ended)
		if err == nil || asked() < until {
			t.Fatalf("it ended before it could be killed: %v\n%s", err, out)
		}
		if _, err := os.Stat(filepath.Join(dir, "rows.csv")); err == nil {
			t.Fatal("what is not finished has its name")
		}
	}
	cmd, out := start()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(filepath.Join(dir, "rows.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != 1+calls*6 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	for i, row := range rows[1:] {
		if want := fmt.Sprintf("%d %d %c", i/6+1, i%6/2+1, 'a'+i%2); strings.Join(row, " ") != want {
			t.Fatalf("row %d is %v, want %s", i+1, row, want)
		}
	}
	again := 0
	for address, times := range server.asked {
		n, _ := strconv.Atoi(strings.TrimPrefix(strings.Split(address, "?")[0], "/shelves/"))
		if n%20 != 0 {
			again += times - 1
		}
	}
	if most := kills * workers; again > most { // what was under way when it was killed
		t.Errorf("%d were asked for again, want %d at most", again, most)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".rows*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
