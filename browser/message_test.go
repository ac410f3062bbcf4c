package browser

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// FuzzMessage: what is read by windows is what a parser reads.
func FuzzMessage(f *testing.F) {
	for _, text := range []string{
		`{"id":1,"result":{}}`,
		`{"method":"Page.x","params":{"a":[1,2,{"b":"}\"\\"}],"c":-1.5e3,"d":null},"sessionId":"S"}`,
		`{"id":7,"error":{"code":-32000,"message":"no \"data\""},"sessionId":"S"}`,
		` { "id" : 3 , "result" : { "x" : "\u0041" } } `,
		`{"id":1,"result":{"a":1]}`, `{"id":}`, `{"params":,{}}`, `{"method":"a\u0041"}`, `{"id":1`, `{}`, `[]`, `{"id":1}}`, "{\"id\":1,\"more\":{}}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got, want cdproto.Message
		err := parseMessage([]byte(text), &got)
		if jsonv2.Unmarshal([]byte(text), &want, chromedp.DefaultUnmarshalOptions) != nil {
			return // what is within is looked at by whoever wants it
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []*cdproto.Message{&got, &want} { // blanks within are of no account
			m.Params, m.Result = same(t, m.Params), same(t, m.Result)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func same(t *testing.T, v jsonv2.Value) jsonv2.Value {
	t.Helper()
	if v == nil {
		return nil
	}
	var buf strings.Builder
	var any any
	if err := json.Unmarshal(v, &any); err != nil {
		t.Fatalf("%s: %v", v, err)
	}
	if err := json.NewEncoder(&buf).Encode(any); err != nil {
		t.Fatal(err)
	}
	return jsonv2.Value(buf.String())
}

// TestPipeMessages: large and small ones by turns, in whatever pieces they come.
func TestPipeMessages(t *testing.T) {
	t.Run("disk", pipeMessages)
	t.Setenv("TMPDIR", "/nowhere/at/all")
	t.Run("no disk", pipeMessages)
}

func pipeMessages(t *testing.T) {
	var text strings.Builder
	sizes := []int{0, 10, 5000, 70_000, roomy - 40, roomy, roomy + 1, 3*roomy + 17, 8, 200_000}
	for i, n := range sizes {
		text.WriteString(`{"id":` + string(rune('0'+i)) + `,"result":{"data":"` + strings.Repeat("x", n) + "\"}}\x00\x00")
	}
	p := newPipe(io.NopCloser(strings.NewReader(text.String())), nil)
	var list []*cdproto.Message
	for range sizes {
		m := new(cdproto.Message)
		if err := p.Read(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	for i, n := range sizes { // after all is read: nobody else writes into them
		if want := `{"data":"` + strings.Repeat("x", n) + `"}`; list[i].ID != int64(i) || string(list[i].Result) != want {
			t.Errorf("%d: id %d, %d bytes", i, list[i].ID, len(list[i].Result))
		}
	}
	if err := p.Read(context.Background(), new(cdproto.Message)); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	p = newPipe(io.NopCloser(strings.NewReader(`{"id":1}`)), nil)
	if err := p.Read(context.Background(), new(cdproto.Message)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut: %v", err)
	}
}

// TestStageOfABrokenDisk: what has been written is not lost with it.
func TestStageOfABrokenDisk(t *testing.T) {
	s := newStage()
	defer s.close()
	name := s.file.Name()
	reading, err := os.OpenFile("/proc/self/fd/"+strconv.Itoa(int(s.file.Fd())), os.O_RDONLY, 0)
	if err != nil {
		t.Skipf("SKIPPED, NOT PROVED: %v", err)
	}
	if err := s.add([]byte("one ")); err != nil {
		t.Fatal(err)
	}
	_ = s.file.Close()
	s.file = reading // which refuses to be written to
	if err := errors.Join(s.add([]byte("two ")), s.add([]byte("three"))); err != nil {
		t.Fatal(err)
	}
	if b, err := s.bytes(); err != nil || string(b) != "one two three" {
		t.Errorf("%q, %v, %s", b, err, name)
	}
}

// TestPipeOfALargeMessage: it is allocated once.
func TestPipeOfALargeMessage(t *testing.T) {
	const size = 64 << 20
	p := newPipe(io.NopCloser(io.MultiReader(strings.NewReader(`{"id":1,"result":{"data":"`), io.LimitReader(exes{}, size), strings.NewReader("\"}}\x00"))), nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var m cdproto.Message
	if err := p.Read(context.Background(), &m); err != nil || len(m.Result) != size+len(`{"data":""}`) {
		t.Fatalf("%v, %d bytes", err, len(m.Result))
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > size+2*roomy {
		t.Errorf("%d bytes allocated for a message of %d", got, size)
	}
}

// exes reads as x without end.
type exes struct{}

func (exes) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}
