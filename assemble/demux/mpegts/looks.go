package mpegts

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// signatures are first bytes of what servers send in place of a segment.
var signatures = []struct{ prefix, name string }{
	{"<!doctype html", "an HTML page"},
	{"<html", "an HTML page"},
	{"<?xml", "an XML document"},
	{"<mpd", "a DASH manifest"},
	{"#extm3u", "an HLS playlist"},
	{"webvtt", "WebVTT subtitles"},
	{"\x89png", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"gif8", "a GIF image"},
	{"riff", "a RIFF file"},
	{"\x1f\x8b", "gzip data"},
	{"pk\x03\x04", "a ZIP archive"},
	{"id3", "packed audio behind an ID3 tag"},
	{"ogg", "an Ogg file"},
	{"\x1a\x45\xdf\xa3", "Matroska or WebM"},
	{"flv\x01", "Flash video"},
	{"{", "JSON"},
	{"[", "JSON"},
}

func notTS(b []byte) error { return fmt.Errorf("%w: %s", ErrNotTS, looksLike(b)) }

// looksLike says in words what b seems to be.
func looksLike(b []byte) string {
	if len(b) == 0 {
		return "it is empty"
	}
	head := b[:min(len(b), 512)]
	lower := lowerASCII(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"))
	for _, s := range signatures {
		if bytes.HasPrefix(lower, []byte(s.prefix)) {
			return "it looks like " + s.name
		}
	}
	if len(head) >= 8 && isBox(head[4:8]) {
		return "it looks like MP4 (box " + string(head[4:8]) + ")"
	}
	if head[0] == 0xff && len(head) > 1 && head[1]&0xf6 == 0xf0 {
		return "it looks like bare AAC (ADTS)"
	}
	if isText(head) {
		return "it looks like text"
	}
	return "no row of sync bytes; it may still be encrypted"
}

// lowerASCII leaves bytes that are no ASCII alone, where bytes.ToLower would take them for damaged UTF-8.
func lowerASCII(b []byte) []byte {
	b = bytes.Clone(b)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return b
}

func isBox(t []byte) bool {
	switch string(t) {
	case "ftyp", "styp", "moof", "moov", "sidx", "emsg", "prft", "mdat", "free":
		return true
	}
	return false
}

func isText(b []byte) bool {
	for len(b) >= utf8.UTFMax {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		b = b[n:]
	}
	return true
}
