package capture

import (
	"bytes"
	"unicode/utf8"
)

// original finds the bytes that Chrome made a text of: Network.getResponseBody of workers decodes what it takes for text, drops a byte order
// mark, and reads text of an undeclared charset as windows-1252. Size is how many bytes came. Ok is false if the bytes cannot be known.
func original(text []byte, size int64) (body []byte, ok bool) {
	if int64(len(text)) == size && !bytes.Contains(text, []byte("\uFFFD")) {
		return text, true
	}
	if mark := "\uFEFF"; int64(len(text)+len(mark)) == size {
		return append([]byte(mark), text...), true
	}
	if b, ok := windows1252(text); ok && int64(len(b)) == size {
		return b, true
	}
	return text, false
}

// c1 are the characters of windows-1252 for 0x80 to 0x9F (WHATWG Encoding §9.1, index windows-1252); it is defined for every byte.
var c1 = map[rune]byte{
	'€': 0x80, 0x81: 0x81, '‚': 0x82, 'ƒ': 0x83, '„': 0x84, '…': 0x85, '†': 0x86, '‡': 0x87, 'ˆ': 0x88, '‰': 0x89, 'Š': 0x8A,
	'‹': 0x8B, 'Œ': 0x8C, 0x8D: 0x8D, 'Ž': 0x8E, 0x8F: 0x8F, 0x90: 0x90, '‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '•': 0x95,
	'–': 0x96, '—': 0x97, '˜': 0x98, '™': 0x99, 'š': 0x9A, '›': 0x9B, 'œ': 0x9C, 0x9D: 0x9D, 'ž': 0x9E, 'Ÿ': 0x9F,
}

// windows1252 encodes text; ok is false if it has characters that the charset lacks.
func windows1252(text []byte) (b []byte, ok bool) {
	b = make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		switch code, special := c1[r]; {
		case special:
			b = append(b, code)
		case r < 0x80 || r >= 0xA0 && r <= 0xFF:
			b = append(b, byte(r))
		default:
			return nil, false
		}
	}
	return b, true
}
