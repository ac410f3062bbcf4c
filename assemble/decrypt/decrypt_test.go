package decrypt

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func seal(key, iv [16]byte, b []byte) []byte {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	pad := 16 - len(b)%16
	b = append(bytes.Clone(b), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(b, b)
	return b
}

func array(b []byte) [16]byte { return [16]byte(b) }

func TestCBC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := array(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "key"))
		iv := array(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "iv"))
		clear := rapid.SliceOf(rapid.Byte()).Draw(t, "clear")
		sealed := seal(key, iv, clear)
		got, err := CBC(key, iv, sealed)
		if err != nil || !bytes.Equal(got, clear) {
			t.Fatalf("%x, %v", got, err)
		}
		if len(got) > 0 && &got[0] != &sealed[0] {
			t.Fatal("not in place")
		}
	})
}

func TestCBCRefuses(t *testing.T) {
	for _, b := range [][]byte{nil, {}, make([]byte, 15), make([]byte, 17), seal([16]byte{1}, [16]byte{}, []byte("hello"))[:15]} {
		if _, err := CBC([16]byte{}, [16]byte{}, b); !errors.Is(err, ErrWrongKey) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
}

func TestSequenceIV(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "00000000000000000000000000000000", 255: "000000000000000000000000000000ff", 256: "00000000000000000000000000000100",
		1<<64 - 1: "0000000000000000ffffffffffffffff",
	} {
		iv := SequenceIV(n)
		if got := hex.EncodeToString(iv[:]); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestCheckSays(t *testing.T) {
	key := []byte("0123456789abcde\xff")
	for body, says := range map[string]string{
		"":                          "0 came",
		"\n":                        "1 came",
		string(key) + "\n":          "blanks around",
		" <html>":                   "HTML",
		`{"a":1}`:                   "JSON",
		hex.EncodeToString(key):     "hexadecimal",
		strings.Repeat("x", 32):     "32 came",
		string(make([]byte, 17)):    "17 came",
		"MDEyMzQ1Njc4OWFiY2RlZg==":  "base64",
		"MDEyMzQ1Njc4OWFiY2RlZg":    "base64",
		strings.Repeat("\x00", 500): "500 came",
	} {
		if err := Check([]byte(body)); !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", body, err)
		}
	}
	if err := Check(key); err != nil {
		t.Error(err)
	}
}

// Many ask, one fetches. A failure is not remembered.
func TestKeys(t *testing.T) {
	k := NewKeys()
	var calls atomic.Int32
	open := make(chan struct{})
	fetch := func(_ context.Context, _ string, check func([]byte) error) ([]byte, error) {
		calls.Add(1)
		<-open
		b := []byte("0123456789abcdef")
		return b, check(b)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if key, err := k.Key(t.Context(), "http://h/k", fetch); err != nil || string(key[:]) != "0123456789abcdef" {
				t.Errorf("%q %v", key, err)
			}
		})
	}
	close(open)
	wg.Wait()
	if calls.Load() != 1 {
		t.Errorf("fetched %d times", calls.Load())
	}
	bad := errors.New("no")
	if _, err := k.Key(t.Context(), "http://h/2", func(context.Context, string, func([]byte) error) ([]byte, error) { return nil, bad }); !errors.Is(err, bad) {
		t.Error(err)
	}
	if _, err := k.Key(t.Context(), "http://h/2", fetch); err != nil {
		t.Errorf("a failure was remembered: %v", err)
	}
}

func TestDataURL(t *testing.T) {
	never := func(context.Context, string, func([]byte) error) ([]byte, error) {
		return nil, errors.New("data: was fetched")
	}
	b64 := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef"))
	for address, ok := range map[string]bool{
		"data:;base64," + b64:                      true,
		"data:text/plain;base64," + b64[:22]:       true,
		"data:,0123456789abcdef":                   true,
		"data:,%30123456789abcdef":                 true,
		"data:;base64," + strings.Repeat("%3D", 9): false,
		"data:":                            false,
		"data:,%zz":                        false,
		"data:;base64,*":                   false,
		"data:,short":                      false,
		"data:," + strings.Repeat("x", 17): false,
	} {
		key, err := NewKeys().Key(t.Context(), address, never)
		if (err == nil) != ok || ok && string(key[:]) != "0123456789abcdef" || !ok && !errors.Is(err, ErrKey) {
			t.Errorf("%s: %q %v", address, key, err)
		}
	}
}

func BenchmarkCBC(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = CBC([16]byte{1}, [16]byte{2}, data)
	}
}
