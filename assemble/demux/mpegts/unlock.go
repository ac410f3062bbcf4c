package mpegts

import (
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/media"
)

// unlock gives each track what decrypts it. Where a program marks the encrypted streams by their types, only those are; without
// marks all are, as far as SAMPLE-AES knows them.
func (d *Demuxer) unlock() error {
	if d.Key != nil && d.Key.Counter {
		return &UnsupportedError{Name: "SAMPLE-AES-CTR in a transport stream"}
	}
	for i := range d.tracks {
		t := &d.tracks[i]
		t.audio.Cipher = nil
		if d.cipher == nil {
			if t.sealed && d.pids[t.pid] == uint8(i)+1 {
				return &UnsupportedError{t.streamType, codings[t.streamType].name + " without a key"}
			}
			continue
		}
		if !t.opened {
			continue
		}
		if t.video.coding == carryHEVC || t.Kind == media.Audio && t.audio.Coding() == carryMPEG.frames() {
			return &UnsupportedError{t.streamType, codings[t.streamType].name + " under SAMPLE-AES"}
		}
		t.audio.Cipher = d.cipher
	}
	return nil
}

// Evidence is what the sound of the segment tells of its key.
func (d *Demuxer) Evidence() sampleaes.Evidence { return d.cipher.Evidence() }
