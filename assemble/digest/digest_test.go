package digest

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// The digests of "hello world".
const (
	sha256Base64 = "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="
	sha256Hex    = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
	md5Base64    = "XrY7u+Ae7tCTyyK7j1rNww=="
	crcBase64    = "yZRlqg=="
)

// TestOf: the best digest that an answer states counts, and what it says of a part of the file does not.
func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		fields []string
		part   bool
		want   string
	}{
		"Repr-Digest":            {[]string{"Repr-Digest", "sha-256=:" + sha256Base64 + ":"}, true, "sha-256"},
		"several":                {[]string{"Repr-Digest", "unixsum=:AAA=:, md5=:" + md5Base64 + ":, sha-256=:" + sha256Base64 + ":"}, false, "sha-256"},
		"Content-Digest":         {[]string{"Content-Digest", "sha-256=:" + sha256Base64 + ":"}, false, "sha-256"},
		"of a part":              {[]string{"Content-Digest", "sha-256=:" + sha256Base64 + ":", "Content-MD5", md5Base64}, true, ""},
		"Digest":                 {[]string{"Digest", "SHA-256=" + sha256Base64 + ",MD5=" + md5Base64}, false, "sha-256"},
		"Content-MD5":            {[]string{"Content-MD5", md5Base64}, false, "md5"},
		"Google":                 {[]string{"X-Goog-Hash", "crc32c=" + crcBase64 + ",md5=" + md5Base64}, true, "md5"},
		"Google, of composition": {[]string{"X-Goog-Hash", "crc32c=" + crcBase64}, true, "crc32c"},
		"Amazon":                 {[]string{"X-Amz-Checksum-Sha256", sha256Base64}, false, "sha-256"},
		"Amazon, in parts":       {[]string{"X-Amz-Checksum-Sha256", sha256Base64 + "-3"}, false, ""},
		"Amazon, composite":      {[]string{"X-Amz-Checksum-Sha256", sha256Base64, "X-Amz-Checksum-Type", "COMPOSITE"}, false, ""},
		"nonsense":               {[]string{"Repr-Digest", "sha-256=:AAAA:, =, ,,sha-512", "Digest", "sha-256"}, false, ""},
		"none":                   {nil, false, ""},
	} {
		h := http.Header{}
		for i := 0; i < len(c.fields); i += 2 {
			h.Set(c.fields[i], c.fields[i+1])
		}
		s, ok := Of(h, !c.part)
		if s.Name != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %v", name, s.Name, ok)
		}
		if !ok {
			continue
		}
		if err := s.Check(strings.NewReader("hello world")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Check(strings.NewReader("hello worle")); !errors.Is(err, ErrMismatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParse(t *testing.T) {
	s, err := Parse("SHA-256=" + sha256Hex)
	if err != nil || s.Name != "sha-256" || hex.EncodeToString(s.Want) != sha256Hex {
		t.Error(s, err)
	}
	for _, bad := range []string{"", "sha-256", "sha-256=", "sha-256=abcd", "md4=" + sha256Hex, "sha-256=" + sha256Base64, "md5=" + sha256Hex, "crc32c"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
