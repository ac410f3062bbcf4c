// Package digest holds files to the digests that came with them.
package digest

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // against accidents; nobody is kept out by it
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strings"
)

// ErrMismatch: a file is not what its digest says.
var ErrMismatch = errors.New("the file is not what it should be")

// Sum is what a file must have.
type Sum struct {
	// Name is that of the algorithm, such as sha-256.
	Name string
	Want []byte
}

type algorithm struct {
	name    string
	aliases []string
	size    int // in bytes
	make    func() hash.Hash
}

func castagnoli() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

// algorithms are those that are checked, the best first (RFC 9530 §5, RFC 3230 §4.1.1).
var algorithms = []algorithm{
	{"sha-512", []string{"sha512"}, 64, sha512.New},
	{"sha-384", []string{"sha384"}, 48, sha512.New384},
	{"sha-256", []string{"sha256"}, 32, sha256.New},
	{"sha-1", []string{"sha", "sha1"}, 20, sha1.New},
	{"md5", []string{"md-5"}, 16, md5.New},
	{"crc32c", nil, 4, castagnoli},
}

// Names are those that [Parse] takes.
func Names() (list []string) {
	for _, a := range algorithms[:5] {
		list = append(list, a.name)
	}
	return list
}

func find(name string) (algorithm, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	i := slices.IndexFunc(algorithms, func(a algorithm) bool { return a.name == name || slices.Contains(a.aliases, name) })
	if i < 0 {
		return algorithm{}, false
	}
	return algorithms[i], true
}

// Parse reads name=value as people write it: sha-256= and so many hexadecimal digits.
func Parse(text string) (Sum, error) {
	name, value, ok := strings.Cut(text, "=")
	a, known := find(name)
	want, err := hex.DecodeString(strings.TrimSpace(value))
	if !ok || !known || err != nil || len(want) != a.size {
		return Sum{}, fmt.Errorf("a digest is written as one of %s, with = and its hexadecimal digits", strings.Join(Names(), ", "))
	}
	return Sum{a.name, want}, nil
}

// Of is the best digest that an answer states of the whole file; ok is false if there is none that is known. An answer that is a part of
// the file may say something of itself besides, which does not count.
func Of(h http.Header, whole bool) (best Sum, ok bool) {
	found := len(algorithms)
	take := func(name, text string) {
		a, known := find(name)
		want, err := base64.StdEncoding.DecodeString(strings.Trim(strings.TrimSpace(text), ":"))
		i := slices.IndexFunc(algorithms, func(b algorithm) bool { return b.name == a.name })
		if known && err == nil && len(want) == a.size && i < found {
			best, found = Sum{a.name, want}, i
		}
	}
	// Repr-Digest and Content-Digest (RFC 9530 §2, §3), Digest (RFC 3230 §4.3.2), and Google Cloud Storage's.
	for _, field := range []string{"Repr-Digest", "Digest", "X-Goog-Hash", "Content-Digest"} {
		if field == "Content-Digest" && !whole {
			continue
		}
		for part := range strings.SplitSeq(strings.Join(h.Values(field), ","), ",") {
			if name, text, ok := strings.Cut(part, "="); ok {
				take(name, text)
			}
		}
	}
	if whole {
		take("md5", h.Get("Content-MD5")) // RFC 1864
	}
	if t := h.Get("X-Amz-Checksum-Type"); t == "" || strings.EqualFold(t, "FULL_OBJECT") {
		for _, name := range []string{"sha256", "sha1", "crc32c"} { // of an object in parts it has a number behind it, and is no base64
			take(name, h.Get("X-Amz-Checksum-"+name))
		}
	}
	return best, found < len(algorithms)
}

// Check reads all of r. A file that is another one is ErrMismatch.
func (s Sum) Check(r io.Reader) error {
	a, ok := find(s.Name)
	if !ok {
		return fmt.Errorf("nobody knows the digest %.40q", s.Name)
	}
	h := a.make()
	if _, err := io.Copy(h, r); err != nil {
		return err
	}
	if got := h.Sum(nil); !bytes.Equal(got, s.Want) {
		return fmt.Errorf("%w: its %s is %s, and should be %s", ErrMismatch, a.name, hex.EncodeToString(got), hex.EncodeToString(s.Want))
	}
	return nil
}
