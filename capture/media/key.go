package media

import (
	"crypto/aes"
	"crypto/cipher"
)

// Opens says whether key, with iv, makes media of a segment's first bytes (AES-128-CBC, RFC 8216 §4.3.2.4). It is sure only of
// what begins with a known container.
func Opens(key, iv, head []byte) bool {
	block, err := aes.NewCipher(key)
	n := min(len(head), 4096) / aes.BlockSize * aes.BlockSize
	if err != nil || len(key) != 16 || len(iv) != aes.BlockSize || n == 0 {
		return false
	}
	clear := make([]byte, n)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(clear, head[:n])
	return byContent(clear).Kind != None
}
