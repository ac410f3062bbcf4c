package assemble

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"

	"seine/assemble/journal"
)

// magics tell by their first bytes the files that are fetched as they are.
var magics = []struct {
	at         int
	magic, ext string
}{
	{4, "ftypM4A", ".m4a"},
	{4, "ftypM4B", ".m4a"},
	{4, "ftypqt", ".mov"},
	{4, "ftypavif", ".avif"},
	{4, "ftypheic", ".heic"},
	{4, "ftyp", ".mp4"},
	{4, "moov", ".mp4"},
	{4, "mdat", ".mp4"},
	{4, "wide", ".mov"},
	{0, "OggS", ".ogg"},
	{0, "fLaC", ".flac"},
	{0, "ID3", ".mp3"},
	{0, "\xff\xfb", ".mp3"},
	{0, "\xff\xf3", ".mp3"},
	{0, "\xff\xf1", ".aac"},
	{0, "\xff\xf9", ".aac"},
	{8, "WAVE", ".wav"},
	{8, "AVI ", ".avi"},
	{8, "WEBP", ".webp"},
	{0, "FLV\x01", ".flv"},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", ".wmv"},
	{0, "\x00\x00\x01\xba", ".mpg"},
	{0, "\x89PNG\r\n\x1a\n", ".png"},
	{0, "\xff\xd8\xff", ".jpg"},
	{0, "GIF8", ".gif"},
	{0, "%PDF-", ".pdf"},
	{0, "PK\x03\x04", ".zip"},
	{0, "\x1f\x8b", ".gz"},
	{0, "7z\xbc\xaf\x27\x1c", ".7z"},
	{0, "Rar!\x1a\x07", ".rar"},
}

// extensionOf names what a file begins with, "" for what nobody knows.
func extensionOf(head []byte) string {
	if bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")) { // EBML: the DocType comes soon (RFC 8794 §11.2.6)
		if bytes.Contains(head[:min(len(head), 64)], []byte("webm")) {
			return ".webm"
		}
		return ".mkv"
	}
	for _, m := range magics {
		if len(head) > m.at && bytes.HasPrefix(head[m.at:], []byte(m.magic)) {
			return m.ext
		}
	}
	if len(head) > 188 && head[0] == 0x47 && head[188] == 0x47 {
		return ".ts"
	}
	return ""
}

// digests are those that answers may state of a whole file.
var digests = []struct {
	name string
	make func() hash.Hash
}{{"sha-256", sha256.New}, {"sha-512", sha512.New}}

// verify holds a file to the digest that came with it (Repr-Digest, RFC 9530 §3; Digest, RFC 3230 §4.3.2).
func verify(f journal.File, h http.Header) error {
	for _, field := range []string{"Repr-Digest", "Digest"} {
		for part := range strings.SplitSeq(h.Get(field), ",") {
			name, text, ok := strings.Cut(strings.TrimSpace(part), "=")
			if !ok {
				continue
			}
			want, err := base64.StdEncoding.DecodeString(strings.Trim(text, ":"))
			if err != nil {
				continue
			}
			for _, d := range digests {
				if strings.EqualFold(name, d.name) {
					return holds(f, d.make(), want, d.name)
				}
			}
		}
	}
	return nil
}

func holds(f journal.File, sum hash.Hash, want []byte, name string) error {
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, 1<<62)); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if got := sum.Sum(nil); !bytes.Equal(got, want) {
		return fmt.Errorf("%w: its %s is %s, and the server says %s; it has been thrown away", ErrContent, name, hex.EncodeToString(got), hex.EncodeToString(want))
	}
	return nil
}

// journal is the header of the file's journal. The address is no part of it: it may carry tokens.
func (s *single) journal(origin []byte) journal.Header {
	h := sha256.New()
	fmt.Fprintf(h, "single %d %s %s", s.length, s.header.Get("Last-Modified"), s.ext)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return journal.Header{Identity: sum, Likeness: sum, Origin: origin}
}
