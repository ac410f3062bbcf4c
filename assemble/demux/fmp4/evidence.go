package fmp4

import (
	"crypto/aes"

	"seine/assemble/codec/ac3"
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/media"
)

// sound is a coding whose samples tell whether a key fits.
type sound uint8

const (
	soundNone sound = iota
	soundAAC
	soundDolby
)

// soundOf goes by RFC 6381. Of MPEG-4 audio, the object types whose samples are raw_data_blocks (ISO/IEC 14496-3 §4.4.2.1): Main, LC, SSR,
// LTP, and LC with SBR and with PS; and those of MPEG-2 AAC.
func soundOf(e *media.Entry) sound {
	switch e.Name {
	case "mp4a.40.1", "mp4a.40.2", "mp4a.40.3", "mp4a.40.4", "mp4a.40.5", "mp4a.40.29", "mp4a.66", "mp4a.67", "mp4a.68":
		return soundAAC
	case "ac-3", "ec-3":
		return soundDolby
	}
	return soundNone
}

// saw takes note of what a sample that was encrypted as a whole tells of the key. Of one with a pattern the end may be clear.
func (s *sealed) saw(sample []byte) {
	if s.sound == soundNone || s.Scheme == schemeCBCS && s.Crypt > 0 && s.Skip > 0 || len(sample) < aes.BlockSize {
		return
	}
	if s.sound == soundDolby {
		sawDolby(s.cipher, sample)
		return
	}
	clear := 0
	if s.Scheme == schemeCBCS {
		clear = len(sample) % aes.BlockSize
	}
	s.cipher.SawAAC(sample, clear)
}

// sawDolby takes the syncframes of a sample one by one. A wrong key leaves none: their headers are encrypted, too.
func sawDolby(c *sampleaes.Cipher, sample []byte) {
	u, err := ac3.ParseUnit(sample, true)
	if err != nil || u.Size != len(sample) {
		c.SawDolby(nil)
		return
	}
	for _, n := range u.Frames() {
		c.SawDolby(sample[:n])
		sample = sample[n:]
	}
}

// Evidence is what the sound of the segment tells of its key.
func (d *Demuxer) Evidence() sampleaes.Evidence { return d.cipher.Evidence() }
