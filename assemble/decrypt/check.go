package decrypt

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
)

// Check wants the 16 bytes of an AES-128 key, and says what came instead: ErrKey.
func Check(b []byte) error {
	if len(b) == 16 {
		return nil
	}
	return fmt.Errorf("%w: 16 bytes are wanted, %d came%s", ErrKey, len(b), guess(b))
}

func guess(b []byte) string {
	text := bytes.TrimSpace(b)
	switch {
	case len(text) == 0:
		return ""
	case text[0] == '<':
		return "; it looks like an HTML page, perhaps a login or an error"
	case text[0] == '{' || text[0] == '[':
		return "; it looks like JSON, perhaps an error"
	case len(text) == 16:
		return "; it looks like a key with blanks around it"
	case hex.DecodedLen(len(text)) == 16 && decodes(hex.DecodeString, text):
		return "; it looks like a key in hexadecimal digits"
	case decodes(base64.StdEncoding.DecodeString, text) || decodes(base64.RawURLEncoding.DecodeString, text):
		return "; it looks like a key in base64"
	}
	return ""
}

func decodes(decode func(string) ([]byte, error), text []byte) bool {
	b, err := decode(string(text))
	return err == nil && len(b) == 16
}
