package hls

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"seine/assemble/internal/address"
	"seine/assemble/manifest"
)

// attributes walks an attribute list (RFC 8216 §4.2). Quotes are removed; blanks around names are forgiven.
func attributes(list string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for list != "" {
			name, rest, found := strings.Cut(list, "=")
			if !found {
				return
			}
			var value string
			if strings.HasPrefix(rest, `"`) {
				value, rest, _ = strings.Cut(rest[1:], `"`)
				_, list, _ = strings.Cut(rest, ",")
			} else {
				value, list, _ = strings.Cut(rest, ",")
				value = strings.TrimSpace(value)
			}
			if !yield(strings.TrimSpace(name), value) {
				return
			}
		}
	}
}

// parseRange reads n[@o]. implicit is true when the offset is left to the segment before (RFC 8216 §4.3.2.2).
func parseRange(s string) (r manifest.ByteRange, implicit bool, err error) {
	length, offset, found := strings.Cut(strings.TrimSpace(s), "@")
	if r.Length, err = strconv.ParseInt(length, 10, 64); err != nil || r.Length <= 0 {
		return r, false, fmt.Errorf("bad byte range %s", address.Short(s))
	}
	if !found {
		return r, true, nil
	}
	r.Offset, err = strconv.ParseInt(offset, 10, 64)
	if err != nil || r.Offset < 0 || r.Offset > 1<<62-r.Length {
		return r, false, fmt.Errorf("bad byte range %s", address.Short(s))
	}
	return r, false, nil
}

// parseIV reads the 128-bit hexadecimal number of EXT-X-KEY (RFC 8216 §4.3.2.4). Fewer digits stand for a small number.
func parseIV(s string) (*[16]byte, error) {
	digits, found := strings.CutPrefix(strings.ToLower(s), "0x")
	if !found || digits == "" || len(digits) > 32 {
		return nil, fmt.Errorf("bad initialisation vector %s: want 0x and at most 32 hexadecimal digits", address.Short(s))
	}
	digits = strings.Repeat("0", 32-len(digits)) + digits
	iv := new([16]byte)
	for i := range iv {
		b, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			return nil, fmt.Errorf("bad initialisation vector %s: not hexadecimal", address.Short(s))
		}
		iv[i] = byte(b)
	}
	return iv, nil
}
