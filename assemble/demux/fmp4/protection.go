package fmp4

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"

	"seine/assemble/bmff"
	"seine/assemble/codec/entry"
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/media"
)

// Schemes of ISO/IEC 23001-7 §10 that are known.
const (
	schemeCBCS = "cbcs"
	schemeCENC = "cenc"
)

// known refuses what Open read and nothing here can decrypt.
func known(p *entry.Protection) error {
	if p == nil || !p.Protected || p.Scheme == schemeCBCS || p.Scheme == schemeCENC {
		return nil
	}
	return &UnsupportedError{"encryption by the scheme " + p.Scheme}
}

// errAuxiliary says that what a sample needs for its decryption is not there.
var errAuxiliary = damaged("the vectors of encrypted samples (senc, saiz) are cut")

// sealed decrypts the samples of a track fragment, in their order.
type sealed struct {
	*entry.Protection
	cipher *sampleaes.Cipher
	sound  sound
	vector [16]byte // that samples without one of their own have

	aux   *bmff.Fields // vectors and subsamples, one sample behind the other (§7.2); nil when there are none
	parts bool         // of senc: each sample has subsamples
	sizes []byte       // of saiz: bytes of aux that each sample has; nil for senc
	size  int          // of saiz: the same for all, unless 0
	left  int          // samples that saiz still has

	// Of the sample at hand: its vector, its stream under 'cenc' once there is one, and its size.
	iv     [16]byte
	stream cipher.Stream
	sample int
}

// unseal prepares for the samples of a track fragment; it returns nil for clear ones.
func (f *fragment) unseal(r *run, traf []byte) (*sealed, error) {
	p := r.trak.protections[r.description-1]
	senc := find(traf, "senc")
	if !f.d.keyed() && (senc != nil || p != nil) {
		return nil, &ProtectedError{System: unnamed}
	}
	if p == nil {
		return nil, nil
	}
	if err := each(traf, grouped); err != nil {
		return nil, err
	}
	if !p.Protected {
		return nil, nil
	}
	if f.d.cipher == nil {
		return nil, &ProtectedError{System: unnamed}
	}
	s := &sealed{Protection: p, cipher: f.d.cipher, vector: f.d.cipher.IV(), sound: soundOf(r.trak.entries[r.description-1])}
	if len(p.ConstantIV) > 0 {
		s.vector = [16]byte{}
		copy(s.vector[:], p.ConstantIV)
	}
	if senc != nil {
		return s, s.senc(senc)
	}
	return s, s.saiz(f.d.segment, r.base, find(traf, "saiz"), find(traf, "saio"))
}

// grouped refuses groups of samples with keys of their own (§6): the playlist gives one.
func grouped(b bmff.Box) error {
	if (b.Type == "sgpd" || b.Type == "sbgp") && len(b.Data) >= 8 && string(b.Data[4:8]) == "seig" {
		return &UnsupportedError{"encryption with a key for each group of samples (seig)"}
	}
	return nil
}

// senc holds the vectors themselves (§7.2.3).
func (s *sealed) senc(data []byte) error {
	_, flags, rest, err := bmff.FullBox(data)
	s.aux, s.parts = bmff.NewFields(rest), flags&2 != 0
	s.aux.U32()
	if err != nil || s.aux.Err() != nil {
		return errAuxiliary
	}
	return nil
}

// saiz and saio say where they lie (ISO/IEC 14496-12 §8.7.8, §8.7.9); a fragment has them in one piece.
func (s *sealed) saiz(segment []byte, base int64, saiz, saio []byte) error {
	if saiz == nil || saio == nil {
		if s.SampleIV > 0 {
			return errAuxiliary
		}
		return nil
	}
	_, flags, rest, err := bmff.FullBox(saiz)
	f := bmff.NewFields(rest)
	if flags&1 != 0 {
		f.Take(8) // aux_info_type and its parameter
	}
	fixed := f.Take(1)
	s.left = int(f.U32())
	if err != nil || f.Err() != nil {
		return errAuxiliary
	}
	if s.size = int(fixed[0]); s.size == 0 {
		s.sizes = f.Rest()
	}
	version, flags, rest, err := bmff.FullBox(saio)
	f = bmff.NewFields(rest)
	if flags&1 != 0 {
		f.Take(8)
	}
	count := f.U32()
	at := f.Word(version)
	if err != nil || f.Err() != nil || count != 1 || at > uint64(len(segment)) || base < 0 || base+int64(at) > int64(len(segment)) {
		return errAuxiliary
	}
	s.aux = bmff.NewFields(segment[base+int64(at):])
	return nil
}

// next returns the auxiliary information of a sample, and whether it has subsamples.
func (s *sealed) next() (f *bmff.Fields, parts bool, err error) {
	if s.left == 0 { // senc, or nothing
		return s.aux, s.parts, nil
	}
	s.left--
	n := s.size
	if n == 0 {
		if len(s.sizes) == 0 {
			return nil, false, errAuxiliary
		}
		n, s.sizes = int(s.sizes[0]), s.sizes[1:]
	}
	b := s.aux.Take(n)
	if s.aux.Err() != nil {
		return nil, false, errAuxiliary
	}
	return bmff.NewFields(b), n > s.SampleIV, nil
}

// open decrypts the next sample in place.
func (s *sealed) open(sample []byte) error {
	f, parts, err := s.next()
	if err != nil {
		return err
	}
	s.iv, s.stream, s.sample = s.vector, nil, len(sample)
	if s.SampleIV > 0 {
		if f == nil {
			return errAuxiliary
		}
		s.iv = [16]byte{}
		copy(s.iv[:], f.Take(s.SampleIV))
	}
	if !parts {
		s.decrypt(sample)
		s.saw(sample)
	} else if err := s.subsamples(f, sample); err != nil {
		return err
	}
	if f != nil && f.Err() != nil {
		return errAuxiliary
	}
	return nil
}

// decrypt takes the next protected range of the sample at hand. Ciphers are made only where there is something for them: empty
// samples and ranges may be many.
func (s *sealed) decrypt(b []byte) {
	switch {
	case len(b) == 0:
	case s.Scheme == schemeCENC:
		if s.stream == nil {
			s.stream = s.cipher.Counter(s.iv, s.sample)
		}
		s.stream.XORKeyStream(b, b)
	case len(b) >= aes.BlockSize:
		s.cipher.Pattern(b, s.iv, s.Crypt, s.Skip)
	}
}

// subsamples decrypts the protected ranges of a sample (§7.2.2).
func (s *sealed) subsamples(f *bmff.Fields, sample []byte) error {
	if f == nil {
		return errAuxiliary
	}
	list := f.Take(6 * int(f.U16()))
	if f.Err() != nil {
		return errAuxiliary
	}
	for ; len(list) > 0; list = list[6:] {
		clear, protected := int64(binary.BigEndian.Uint16(list)), int64(binary.BigEndian.Uint32(list[2:]))
		if clear+protected > int64(len(sample)) {
			return damaged("the encrypted parts of a sample are longer than the sample")
		}
		s.decrypt(sample[clear : clear+protected])
		sample = sample[clear+protected:]
	}
	return nil
}

// open books a sample entry; keyed says that there is a key, so that it may be encrypted.
func (t *trak) open(box []byte, keyed bool) (err error) {
	var e *media.Entry
	var p *entry.Protection
	if keyed {
		e, p, err = entry.Open(box, t.Kind)
	} else {
		e, err = entry.Parse(box, t.Kind)
	}
	if err == nil {
		err = known(p)
	}
	if err != nil {
		return err
	}
	t.entries, t.protections = append(t.entries, e), append(t.protections, p)
	return nil
}

// keyed reports whether the playlist gives a key for what is encrypted.
func (d *Demuxer) keyed() bool { return d.Keyed || d.Key != nil }

// own reports whether err is one that is handed on as it is.
func own(err error) bool {
	var u *UnsupportedError
	return errors.Is(err, entry.ErrProtected) || errors.As(err, &u)
}
