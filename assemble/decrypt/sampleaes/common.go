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

// longCounter is the size of samples, in bytes, from which a stream of the library's own pays: it is fast, and large.
const longCounter = 512

// Counter decrypts the protected ranges of one sample of size bytes under 'cenc' (ISO/IEC 23001-7 §10.1), one after the other. The
// next call ends it.
func (c *Cipher) Counter(iv [16]byte, size int) cipher.Stream {
	if size >= longCounter {
		v := iv // so that short samples leave nothing on the heap
		return cipher.NewCTR(c.block, v[:])
	}
	c.short = counter{block: c.block, next: iv, used: aes.BlockSize}
	return &c.short
}

// counter is AES in counter mode (NIST SP 800-38A §6.5) for samples of few bytes, of which there may be very many.
type counter struct {
	block     cipher.Block
	next, pad [aes.BlockSize]byte
	used      int // bytes of pad
}

// XORKeyStream is that of cipher.Stream.
func (c *counter) XORKeyStream(dst, src []byte) {
	for i, b := range src {
		if c.used == aes.BlockSize {
			c.block.Encrypt(c.pad[:], c.next[:])
			c.used = 0
			for k := aes.BlockSize - 1; k >= 0; k-- {
				if c.next[k]++; c.next[k] != 0 {
					break
				}
			}
		}
		dst[i] = b ^ c.pad[c.used]
		c.used++
	}
}
