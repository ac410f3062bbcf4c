package capture

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// dataURL is the body of a data: URL (RFC 2397; WHATWG Fetch §6, which forgives missing padding and blanks).
func dataURL(address string) (body []byte, ok bool) {
	rest, found := strings.CutPrefix(address, "data:")
	kind, text, comma := strings.Cut(rest, ",")
	if !found || !comma {
		return nil, false
	}
	text, _, _ = strings.Cut(text, "#")
	plain, err := url.PathUnescape(text)
	if err != nil {
		return nil, false
	}
	if !strings.HasSuffix(strings.ToLower(strings.TrimRight(kind, " ")), ";base64") {
		return []byte(plain), true
	}
	plain = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(plain)
	body, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(plain, "="))
	return body, err == nil
}
