// Package sampleaes decrypts the samples of media under METHOD=SAMPLE-AES (RFC 8216 §4.3.2.4) whose key is served in the clear: AES in
// CBC mode over some blocks of a sample, without padding, with the vector set anew for each. Where they lie is told by Apple's
// "MPEG-2 Stream Encryption Format for HTTP Live Streaming", and in fragmented mp4 by the boxes of ISO/IEC 23001-7.
package sampleaes

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"

	"seine/assemble/codec/nal"
)

// Key is what decrypts the samples of a segment.
type Key struct {
	Key, IV [16]byte
	// Counter is for METHOD=SAMPLE-AES-CTR, which fragmented mp4 alone can have.
	Counter bool
}

// Cipher decrypts samples. It is for one goroutine.
type Cipher struct {
	block cipher.Block
	iv    [16]byte
	short counter

	evidence Evidence
}

// New makes a Cipher; it is nil when k is.
func New(k *Key) *Cipher {
	if k == nil {
		return nil
	}
	block, err := aes.NewCipher(k.Key[:])
	if err != nil { // of a key of 16 bytes: never
		return nil
	}
	return &Cipher{block: block, iv: k.IV}
}

// What is clear in a NAL unit: those up to short in all, else the leader, and then nine blocks of ten (§2.3.2 of the format).
const (
	short     = 48
	avcLeader = 32
	avcClear  = 9 * aes.BlockSize
)

// AVC decrypts an H.264 NAL unit of type 1 or 5, and returns it; other units come back as they are. The encrypted unit was escaped
// as a whole, so its emulation prevention goes first; that of the clear unit lies beneath it, where the encryptor left it, and is put
// back where it did not.
func (c *Cipher) AVC(unit []byte) []byte {
	if len(unit) <= short || unit[0]&0x1f != 1 && unit[0]&0x1f != 5 {
		return unit
	}
	unit = nal.Unescape(unit)
	mode := cipher.NewCBCDecrypter(c.block, c.iv[:])
	for rest := unit[min(avcLeader, len(unit)):]; len(rest) > aes.BlockSize; {
		mode.CryptBlocks(rest[:aes.BlockSize], rest[:aes.BlockSize])
		rest = rest[min(aes.BlockSize+avcClear, len(rest)):]
	}
	if emulates(unit) {
		return nal.Escape(unit)
	}
	return unit
}

// emulates reports whether a unit holds what emulation prevention prevents.
func emulates(unit []byte) bool {
	for at := 0; ; at++ {
		i := bytes.Index(unit[at:], []byte{0, 0})
		if i < 0 || at+i+2 >= len(unit) {
			return false
		}
		if at += i; unit[at+2] < 3 {
			return true
		}
	}
}

// Frame decrypts a frame of AAC, AC-3 or Enhanced AC-3 in place: all whole blocks behind the first 16 bytes, which stand behind
// header bytes of ADTS. It returns how many bytes behind them are clear, all for a frame that is too short.
func (c *Cipher) Frame(frame []byte, header int) (clear int) {
	const leader = 16
	if len(frame) < header+leader+aes.BlockSize {
		return len(frame)
	}
	b := frame[header+leader:]
	clear = len(b) % aes.BlockSize
	b = b[:len(b)-clear]
	cipher.NewCBCDecrypter(c.block, c.iv[:]).CryptBlocks(b, b)
	return clear
}
