package sampleaes

import (
	"crypto/aes"
	"crypto/cipher"
)

// IV is the vector that the playlist gives.
func (c *Cipher) IV() [16]byte { return c.iv }

// Pattern decrypts a protected range of a sample under 'cbcs' (ISO/IEC 23001-7 §9.6, §10.4) in place: of each crypt+skip blocks the
// first crypt. A run that is cut, and what is left behind the last whole block, are clear. Without a pattern, or one without skip,
// all whole blocks are encrypted.
func (c *Cipher) Pattern(b []byte, iv [16]byte, crypt, skip int) {
	mode := cipher.NewCBCDecrypter(c.block, iv[:])
	if crypt == 0 || skip == 0 {
		b = b[:len(b)/aes.BlockSize*aes.BlockSize]
		mode.CryptBlocks(b, b)
		return
	}
	crypt, skip = crypt*aes.BlockSize, skip*aes.BlockSize
	for len(b) >= crypt {
		mode.CryptBlocks(b[:crypt], b[:crypt])
		b = b[min(crypt+skip, len(b)):]
	}
}

// Counter decrypts the protected ranges of one sample under 'cenc' (ISO/IEC 23001-7 §10.1), one after the other.
func (c *Cipher) Counter(iv [16]byte) cipher.Stream { return cipher.NewCTR(c.block, iv[:]) }
