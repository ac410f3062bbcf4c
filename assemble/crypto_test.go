package assemble

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"seine/assemble/fetch"
)

// All ways to state keys and vectors give the film of the clear source.
func TestDecryption(t *testing.T) {
	fixed := [16]byte{1, 2, 3, 15: 0xff}
	for name, c := range map[string]struct {
		first uint64
		crypt func(uint64) (string, *[16]byte)
		keys  int
	}{
		"sequence vector":     {0, func(uint64) (string, *[16]byte) { return "key", nil }, 1},
		"high sequence":       {1 << 40, func(uint64) (string, *[16]byte) { return "key", nil }, 1},
		"given vector":        {7, func(uint64) (string, *[16]byte) { return "key", &fixed }, 1},
		"a vector each":       {0, func(s uint64) (string, *[16]byte) { return "key", &[16]byte{15: byte(s) + 9} }, 1},
		"rotation":            {300, func(s uint64) (string, *[16]byte) { return fmt.Sprint("key", s/4), nil }, 3},
		"rotation and return": {0, func(s uint64) (string, *[16]byte) { return fmt.Sprint("key", s%2), nil }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.first, o.crypt = c.first, c.crypt
			job := o.job(t)
			if _, err := Run(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			wantGolden(t, job.Output)
			keys := 0
			for name, n := range o.counts {
				if strings.Contains(name, "/key") {
					keys++
					if n != 1 {
						t.Errorf("%s was fetched %d times", name, n)
					}
				}
			}
			if keys != c.keys {
				t.Errorf("%d keys, want %d", keys, c.keys)
			}
		})
	}
}

func TestDataKey(t *testing.T) {
	o := newOrigin(t)
	o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
	o.playlist = func(s string) string {
		return strings.Replace(s, `URI="key"`, `URI="data:application/octet-stream;base64,`+base64.StdEncoding.EncodeToString(keyBytes("key"))+`"`, 1)
	}
	job := o.job(t)
	if _, err := Run(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	wantGolden(t, job.Output)
}

// A bad key is called by its name.
func TestBadKeys(t *testing.T) {
	good := keyBytes("key")
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   error
		says   string
	}{
		"short":  {func(w http.ResponseWriter) { _, _ = w.Write(good[:15]) }, ErrKey, "15 came"},
		"empty":  {func(w http.ResponseWriter) {}, ErrKey, "0 came"},
		"HTML":   {func(w http.ResponseWriter) { fmt.Fprint(w, "<html>login</html>") }, ErrKey, "HTML"},
		"JSON":   {func(w http.ResponseWriter) { fmt.Fprint(w, `{"error":"no"}`) }, ErrKey, "JSON"},
		"hex":    {func(w http.ResponseWriter) { fmt.Fprintln(w, hex.EncodeToString(good)) }, ErrKey, "hexadecimal"},
		"base64": {func(w http.ResponseWriter) { fmt.Fprint(w, base64.StdEncoding.EncodeToString(good)) }, ErrKey, "base64"},
		"wrong":  {func(w http.ResponseWriter) { _, _ = w.Write(keyBytes("other")) }, ErrWrongKey, "segment 1 of 12"},
		"huge":   {func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, 1<<20)) }, fetch.ErrTooLarge, "segment 1 of 12, at 0:00: its key: "},
		"403":    {func(w http.ResponseWriter) { w.WriteHeader(403) }, ErrIncomplete, "segment 1 of 12, at 0:00: its key: "},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
			o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if !strings.HasSuffix(r.URL.Path, "/key") {
					return false
				}
				c.answer(w)
				return true
			}
			job := o.job(t)
			job.Workers = 1
			_, err := Run(t.Context(), job)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.says)
			}
		})
	}
}

// Whatever the wrong key, no segment passes as media: random data has a valid padding once in 256 times.
func TestWrongKeyNeverPasses(t *testing.T) {
	o := newOrigin(t)
	clear, err := o.body(seg(0))
	if err != nil {
		t.Fatal(err)
	}
	o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
	sealed := o.encrypt("seg_000.ts", clear[:188*40])
	padded := 0
	for range 3000 {
		var key [16]byte
		for i := range key {
			key[i] = byte(rand.Uint32())
		}
		b := &fetch.Body{Data: append([]byte(nil), sealed...)}
		err := openSegment(b, key, [16]byte{}, checkMedia)
		if !errors.Is(err, ErrWrongKey) {
			t.Fatalf("got %v", err)
		}
		if strings.Contains(err.Error(), "after decryption it is") {
			padded++
		}
	}
	if padded == 0 {
		t.Error("the padding never fitted by chance: the check of the content was not tried")
	}
}

func TestErrorPageInPlaceOfEncryptedSegment(t *testing.T) {
	o := newOrigin(t)
	o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.HasSuffix(r.URL.Path, ".ts") {
			return false
		}
		fmt.Fprint(w, "<html>\r\n<body>Your session has ended</body></html>")
		return true
	}
	if _, err := Run(t.Context(), o.job(t)); !errors.Is(err, ErrContent) || !strings.Contains(err.Error(), "an HTML page") {
		t.Error(err)
	}
}
