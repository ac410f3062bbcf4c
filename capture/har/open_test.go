package har_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seine/capture"
	"seine/capture/har"
)

func kept(t *testing.T, text []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "a.har")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// alike compares captures by all that they say, bodies by their content.
func alike(t *testing.T, a, b *capture.Capture) {
	t.Helper()
	if diff := cmp.Diff(a, b, cmpopts.EquateEmpty(), cmp.Transformer("body", func(b capture.Body) any {
		text, err := b.PartBytes(1 << 30)
		return []any{b.Reason, b.Size, string(text), err != nil}
	}), cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) })); diff != "" {
		t.Error(diff)
	}
}

// TestOpen: what is opened says what is read, whether its bodies are short or long, with a mark before it or without.
func TestOpen(t *testing.T) {
	c := visit()
	for i, text := range []string{strings.Repeat("ü\"\\\n", 500), strings.Repeat("\x00\xff", 4000), "short"} {
		e := *c.Exchanges[0]
		e.ID = strings.Repeat("x", i+1)
		e.Body = capture.BodyOf([]byte(text))
		e.Request.Body = capture.BodyOf([]byte(strings.Repeat("sent ", 300*i)))
		c.Exchanges = append(c.Exchanges, &e)
	}
	var b bytes.Buffer
	if err := har.Write(&b, c, har.Options{Secrets: true}); err != nil {
		t.Fatal(err)
	}
	want, err := har.Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"", "\ufeff", "\n\n  "} {
		got, f, err := har.Open(kept(t, append([]byte(mark), b.Bytes()...)))
		if err != nil {
			t.Fatal(err)
		}
		alike(t, want, got)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := got.Exchanges[len(got.Exchanges)-2].Body.Bytes(1 << 20); err == nil {
			t.Error("a body was read from a file that is closed")
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, _, err := har.Open(filepath.Join(t.TempDir(), "none.har")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for _, text := range []string{"", "{}", `{"log":{"entries":[{"request":{"url":"https://a.example/"}},{"req`} {
		_, _, err := har.Open(kept(t, []byte(text)))
		if !errors.Is(err, har.ErrNotHAR) {
			t.Errorf("%q: %v", text, err)
		}
		if strings.Contains(text, "entries") && !strings.Contains(err.Error(), "after 1 entries") {
			t.Error(err)
		}
	}
}

// FuzzOpen: a file that is opened says what one that is read says.
func FuzzOpen(f *testing.F) {
	long := strings.Repeat("a", 600)
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"GET","url":"https://a.example/","postData":{"text":"` + long + `"}},"response":{"status":200,"content":{"text":"` + long + `\u00e9","encoding":"base64"}}}]}}`))
	f.Add([]byte("\ufeff" + `{"log":{"log":{},"entries":[{"response":{"content":{"text":"` + long + `","text":"x"}},"request":{"url":"http://x/"}}],"entries":[]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		want, wrong := har.Read(bytes.NewReader(text))
		got, file, err := har.Open(kept(t, text))
		if (err == nil) != (wrong == nil) {
			t.Fatalf("%v, %v", err, wrong)
		}
		if err != nil {
			return
		}
		defer file.Close()
		if len(got.Exchanges) != len(want.Exchanges) {
			t.Fatal(len(got.Exchanges), len(want.Exchanges))
		}
	})
}
