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

const (
	syncByte = 0x47
	// maxPrefix is how much of a foreign file, such as a picture, may stand before a transport stream.
	maxPrefix = 64 << 10
	// syncRun is how many packets in a row prove one: for fewer, chance would do.
	syncRun = 5
)

// IsTS reports whether data holds an MPEG transport stream (ISO/IEC 13818-1 §2.4.3), in packets of 188 bytes, or of 192
// and 204 with extra bytes, perhaps after a foreign prefix.
func IsTS(data []byte) bool {
	for at := 0; at < min(len(data), maxPrefix); at++ {
		i := bytes.IndexByte(data[at:min(len(data), maxPrefix)], syncByte)
		if i < 0 {
			return false
		}
		at += i
		for _, size := range []int{188, 192, 204} {
			if inSync(data[at:], size, min(syncRun, len(data)/size)) {
				return true
			}
		}
	}
	return false
}

// inSync wants so many packets in a row, at least one. The last may lack its extra bytes.
func inSync(data []byte, size, packets int) bool {
	if packets < 1 || len(data) < (packets-1)*size+188 {
		return false
	}
	for i := range packets {
		if data[i*size] != syncByte {
			return false
		}
	}
	return true
}
