package redact

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func opener(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// TestWindows: wherever a secret lies in something large, known or named, nothing is left of it, and all else stays.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const known, named = "s3cretKnown/+42", "n4medSecret"
		s := New()
		s.Value(known)
		ws := windows{32 << 10, 2 << 10}
		near := rapid.IntRange(ws.size-2*ws.tail, ws.size+ws.tail).Draw(t, "at") // around the seam
		unit := rapid.SampledFrom([]string{"word ", "x", "é,", "<a>b</a>", "%20"}).Draw(t, "filler")
		filler := strings.Repeat(unit, near/len(unit))
		text := filler + rapid.SampledFrom([]string{known, "?token=" + named + "&n=1", `{"password":"` + named + `"}`}).Draw(t, "secret") + " behind " + filler[:len(unit)*1000]
		if err := s.read(opener([]byte(text)), Text, ws); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		n, err := s.Cleaner().copy(&out, opener([]byte(text)), Text, ws)
		if err != nil || n != int64(out.Len()) {
			t.Fatalf("%d of %d bytes, %v", n, out.Len(), err)
		}
		got := out.String()
		if strings.Contains(got, known) || strings.Contains(got, named) || strings.Contains(got, named[:6]) {
			t.Error("a secret is left")
		}
		if want := s.Cleaner().Text(text, false); got != want {
			t.Errorf("%d bytes in windows, %d at once", len(got), len(want))
		}
	})
}

// TestASecretWithoutAnEnd: what cannot be told from a secret is not written.
func TestASecretWithoutAnEnd(t *testing.T) {
	text := `{"n":1,"token":"` + strings.Repeat("a", 3*usual.size)
	var out bytes.Buffer
	if _, err := New().Cleaner().Copy(&out, opener([]byte(text)), Text); err != nil || strings.Contains(out.String(), "aaaa") {
		t.Errorf("%.100s, %v", out.String(), err)
	}
}

// TestOpaque: of pictures and films nothing changes but values that are known, and their length stays.
func TestOpaque(t *testing.T) {
	s := New()
	s.Value("s3cretKnown")
	film := "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00;e=\xff?st=\x80 s3cretKnown \xff"
	if k := KindOf("", []byte(film)); k != Opaque {
		t.Fatalf("a film is %d", k)
	}
	got := string(s.Cleaner().Bytes([]byte(film), Opaque))
	if want := strings.ReplaceAll(film, "s3cretKnown", "***********"); got != want {
		t.Errorf("%q", got)
	}
	for head, want := range map[string]Kind{"GIF89a;token=x": Text, "\x89PNG\r\n\x1a\n\x00": Opaque, "{}": Text, "\xff\x00{\"token\":1}": Text, "\x47\x40\x00": Text} {
		if got := KindOf("", []byte(head)); got != want {
			t.Errorf("%q is %d", head, got)
		}
	}
	if KindOf("video/mp2t", []byte{0xff, 0x80, 1}) != Opaque || KindOf("video/mp2t", []byte("#EXTM3U token=x")) != Text || KindOf("application/x-www-form-urlencoded; charset=UTF-8", []byte("a=b")) != Form {
		t.Error("what is said counts for what is no text")
	}
}

func TestLists(t *testing.T) {
	s := New()
	s.Text(`{"tokens":["first-one",["second-one"],{"n":"innocent"}],"x":{"session":{"id":"third-one"}},"name":"innocent"} trailing`, false)
	for v, want := range map[string]bool{"first-one": true, "second-one": true, "innocent": false} {
		if s.seen[v] != want {
			t.Errorf("%s: %t", v, s.seen[v])
		}
	}
}

func BenchmarkCopy(b *testing.B) {
	s := New()
	for i := range 100 {
		s.Value(strings.Repeat("s", 10) + string(rune('a'+i)))
	}
	c := s.Cleaner()
	text := []byte(strings.Repeat(`{"id":1234,"name":"somebody","url":"https://a.example/x?page=1&n=2"},`, 100_000))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Copy(io.Discard, opener(text), Text); err != nil {
			b.Fatal(err)
		}
	}
}
