// Package decrypt turns AES-128 segments (RFC 8216 §4.3.2.4) into clear media, and says what is wrong when a key does not
// fit. Media of rights systems never comes here: package manifest refuses it.
package decrypt

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
)

// Sentinels of this package.
var (
	// ErrKey marks a key that cannot be one: its length, or what it looks like, is in the text.
	ErrKey = errors.New("unusable key")
	// ErrWrongKey marks a segment that does not decrypt to media.
	ErrWrongKey = errors.New("the key does not fit")
)

// CBC decrypts data in place and returns it without its padding (PKCS #7, RFC 5652 §6.3). A wrong length or padding is
// ErrWrongKey; so must be, by the caller, a result that is no media, for random data passes the padding once in 256 times.
func CBC(key, iv [16]byte, data []byte) ([]byte, error) {
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("%w: %d bytes are no whole number of AES blocks, so the segment is cut or not encrypted", ErrWrongKey, len(data))
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, iv[:]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad == 0 || pad > aes.BlockSize {
		return nil, fmt.Errorf("%w: the padding is wrong after decryption", ErrWrongKey)
	}
	for _, b := range data[len(data)-pad:] {
		if int(b) != pad {
			return nil, fmt.Errorf("%w: the padding is wrong after decryption", ErrWrongKey)
		}
	}
	return data[:len(data)-pad], nil
}

// SequenceIV is the initialisation vector of a segment whose key states none: its media sequence number as a big-endian
// 128-bit number (RFC 8216 §5.2).
func SequenceIV(sequence uint64) (iv [16]byte) {
	binary.BigEndian.PutUint64(iv[8:], sequence)
	return iv
}
