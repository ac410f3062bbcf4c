package openapi_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"seine/browser/browsertest"
	"seine/capture/har"
	"seine/capture/openapi"
)

// childHAR names the file for a process that is measured.
const childHAR = "SEINE_TEST_HAR"

func TestMain(m *testing.M) {
	if name := os.Getenv(childHAR); name != "" {
		if err := document(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// document does what `seine api FILE.har --openapi FILE` does, and prints what it took.
func document(name string) error {
	debug.SetMemoryLimit(openapi.Memory)
	c, f, err := har.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	found := openapi.Infer(c, openapi.Options{})
	if err := found.WriteYAML(io.Discard); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	fmt.Printf("%d operations of %d exchanges\n%s", len(found.Operations), len(c.Exchanges), status)
	return err
}

// measure gives how many MiB the process of a document took at most, and its first line.
func measure(t *testing.T, name string) (mebibytes int, said string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childHAR+"="+name)
	cmd.Stderr = os.Stderr
	began := time.Now()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	said, rest, _ := strings.Cut(string(out), "\n")
	_, line, _ := strings.Cut(rest, "\nVmHWM:")
	if _, err := fmt.Sscanf(line, "%d kB", &mebibytes); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	t.Logf("%s with at most %d MiB in %v, of which %v of a processor", said, mebibytes>>10, time.Since(began), cmd.ProcessState.UserTime())
	return mebibytes >> 10, said
}

// TestMemory: 100,000 exchanges of a shop, with bodies of 1 KB, from a HAR of 100 MB.
func TestMemory(t *testing.T) {
	name := filepath.Join(t.TempDir(), "shop.har")
	writeHAR(t, name, 100_000, func(i int) (path, body string) {
		noun := fmt.Sprintf("things%c%c", 'a'+i%8, 'a'+i/8%5)
		list := make([]string, 6)
		for j := range list {
			list[j] = fmt.Sprintf(`{\"id\":%d,\"name\":\"name-of-%d\",\"price\":%d.5,\"tags\":[\"a\",\"b%d\"],\"at\":\"2024-01-02T03:04:05Z\",\"owner\":{\"id\":%d,\"mail\":\"u%d@example.com\"},\"next\":null}`, i+j, i, j, j, j, j)
		}
		path = fmt.Sprintf("/api/v1/%s/%d", noun, i)
		if i/40%2 == 1 {
			path = fmt.Sprintf("/api/v1/%s/018f3a7e-5c1e-7b6a-9c55-%012d/notes?page=%d", noun, i, i%9)
		}
		return path, fmt.Sprintf(`{\"%s\":[%s],\"total\":%d}`, noun, strings.Join(list, ","), i)
	})
	most, said := measure(t, name)
	if most > 500 || said != "80 operations of 100000 exchanges" {
		t.Errorf("%d MiB, the limit is 500: %s", most, said)
	}
}

// TestMemoryOfALongFile: 1 GB, nearly all of it films that somebody has kept in the file.
func TestMemoryOfALongFile(t *testing.T) {
	film := strings.Repeat("AAECAwQFBgcICQoLDA0ODw", 1<<20/22)
	name := filepath.Join(t.TempDir(), "long.har")
	writeHAR(t, name, 1000, func(i int) (path, body string) {
		if i%10 == 0 {
			return fmt.Sprintf("/api/films/%d", i), fmt.Sprintf(`{\"id\":%d,\"name\":\"film\"}`, i)
		}
		return fmt.Sprintf("/film/%d.bin", i), film
	})
	most, said := measure(t, name)
	if info, err := os.Stat(name); err != nil || info.Size() < 900<<20 {
		t.Fatal(info, err)
	}
	if most > 200 || said != "1 operations of 1000 exchanges" {
		t.Errorf("%d MiB, the limit is 200: %s", most, said)
	}
}

// writeHAR writes exchanges as Chrome does.
func writeHAR(t *testing.T, name string, n int, exchange func(i int) (path, body string)) {
	t.Helper()
	if browsertest.Raced() {
		t.Skip("SKIPPED, NOT PROVED: the race detector takes memory of its own")
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	_, _ = io.WriteString(w, `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],"entries":[`)
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range n {
		path, body := exchange(i)
		kind, comma := "application/json", ","
		if !strings.HasPrefix(body, "{") {
			kind = "application/octet-stream"
		}
		if i == 0 {
			comma = ""
		}
		fmt.Fprintf(w, `%s{"_resourceType":"xhr","startedDateTime":%q,"time":12.5,"request":{"method":"GET","url":"https://shop.example%s","httpVersion":"h2","headers":[{"name":":path","value":"/"},{"name":"authorization","value":"Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0LXNpZ25hdHVyZQ"},{"name":"accept","value":"application/json"},{"name":"cookie","value":"sessionid=s3cr3t-session-value-0001"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},"response":{"status":200,"statusText":"","httpVersion":"h2","headers":[{"name":"content-type","value":%q},{"name":"x-request-id","value":"%d"}],"cookies":[],"content":{"size":%d,"mimeType":%q,"text":"%s"},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"blocked":1,"dns":-1,"ssl":-1,"connect":-1,"send":0.1,"wait":10,"receive":1}}`,
			comma, start.Add(time.Duration(i)*time.Millisecond).Format(time.RFC3339Nano), path, kind, i, len(body), kind, body)
	}
	_, _ = io.WriteString(w, "]}}")
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}
