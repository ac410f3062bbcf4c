package filename

import "bytes"

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
	{0, "\x28\xb5\x2f\xfd", ".zst"},
	{0, "\xfd7zXZ\x00", ".xz"},
	{0, "7z\xbc\xaf\x27\x1c", ".7z"},
	{0, "Rar!\x1a\x07", ".rar"},
}

// OfContent names what a file begins with, "" for what nobody knows.
func OfContent(head []byte) string {
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
