package join

import (
	"fmt"

	"seine/assemble/decrypt"
	"seine/assemble/decrypt/sampleaes"
)

// trust is what the parts of a stream so far tell of the key of their samples.
type trust struct {
	key      [16]byte
	evidence sampleaes.Evidence // of the last parts, as long as they tell too little
	good     bool               // the key has fitted, and no part came since that it did not fit
	proved   bool               // the last part was clear, or its key fits
}

// judge weighs what a part told of its key. Short segments have few frames that tell anything: those before, with the same key, count
// with them until it is enough. The error is decrypt.ErrWrongKey.
func (t *trust) judge(key *sampleaes.Key, e sampleaes.Evidence) error {
	if key == nil {
		*t = trust{proved: true}
		return nil
	}
	if t.key != key.Key {
		*t = trust{key: key.Key}
	}
	finding := e.Finding(t.good)
	if finding == sampleaes.Unknown {
		e = e.Plus(t.evidence)
		finding = e.Finding(t.good)
	}
	t.proved, t.evidence = finding == sampleaes.Fits, sampleaes.Evidence{}
	t.good = t.proved || t.good && finding != sampleaes.Wrong
	switch finding {
	case sampleaes.Wrong:
		return fmt.Errorf("%w: after decryption %s", decrypt.ErrWrongKey, shape(e))
	case sampleaes.Unknown:
		t.evidence = e
	}
	return nil
}

// shape says what is wrong with frames.
func shape(e sampleaes.Evidence) string {
	if e.Broken > 0 {
		return fmt.Sprintf("the checksums of all %d frames of sound are wrong", e.Broken)
	}
	return fmt.Sprintf("%d of %d frames of sound do not end as such do", e.Odd, e.Odd+e.Ended)
}

// Proved reports whether the last part of a stream that Add took was clear, or is known to have the right key: sound that was
// encrypted tells (see sampleaes.Evidence). Of pictures alone nobody can know.
func (j *Joiner) Proved(stream int) bool { return j.streams[stream].trust.proved }

// Fits tells whether a key fits the samples of one segment, by themselves: false for too little evidence. The error is
// decrypt.ErrWrongKey; a segment that cannot be read is no reason. data is changed.
func Fits(init, data []byte, key *sampleaes.Key) (bool, error) {
	s := &stream{demux: undecided.demuxer(0)}
	if err := s.begin(Part{Init: init, Key: key, Keyed: true}, data); err != nil {
		return false, nil
	}
	for {
		if _, err := s.demux.Next(); err != nil {
			break
		}
	}
	err := s.trust.judge(key, s.demux.Evidence())
	return s.trust.proved, err
}
