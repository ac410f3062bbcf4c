package ac3

import (
	"errors"

	"seine/assemble/codec/nal"
	"seine/assemble/media"
)

// ErrBox says that an AC3SpecificBox or EC3SpecificBox cannot be read.
var ErrBox = errors.New("ac3: damaged description")

// Places of dependent channels, from the lowest bit of chan_loc (ETSI TS 102 366 §F.6.2.13) and their bits in chanmap
// (§E.1.3.1.8), where they are counted from the highest.
const (
	mapFirst  = 10 // Lc/Rc pair
	mapLFE2   = 1
	locPlaces = 8
	locLFE2   = 1 << 8
	locPairs  = 1<<0 | 1<<1 | 1<<4 | 1<<5 | 1<<6
)

func places(chanMap uint16) (loc uint16) {
	for i := range locPlaces {
		loc |= chanMap >> (mapFirst - i) & 1 << i
	}
	if chanMap>>mapLFE2&1 != 0 {
		loc |= locLFE2
	}
	return loc
}

// extra counts the channels of chan_loc.
func extra(loc uint16) (n int) {
	for i := range locPlaces + 1 {
		if loc>>i&1 != 0 {
			n++
			if locPairs>>i&1 != 0 {
				n++
			}
		}
	}
	return n
}

// enhanced writes EC3SpecificBox (§F.6).
func (u *Unit) enhanced() *media.EAC3 {
	var b writer
	first := &u.frames[0]
	samples, rate := u.Samples()
	b.put(13, uint64(u.Size)*8*uint64(rate)/uint64(samples)/1000)
	programs := 0
	for i := range u.frames[:u.count] {
		if !u.frames[i].Dependent {
			programs++
		}
	}
	b.put(3, uint64(min(programs, 8)-1))
	c := &media.EAC3{SampleRate: rate, Channels: first.Channels, FrameSamples: samples}
	for i := range u.frames[:u.count] {
		h := &u.frames[i]
		if h.Dependent {
			continue
		}
		n, loc := u.dependents(i)
		if i == 0 {
			c.Channels += extra(loc)
		}
		b.put(2, uint64(h.fscod))
		b.put(5, uint64(h.bsid))
		b.put(2, 0) // reserved, asvc
		b.put(3, uint64(h.bsmod))
		b.put(3, uint64(h.acmod))
		b.put(1, uint64(h.lfe))
		b.put(3, 0)
		b.put(4, uint64(n))
		if n > 0 {
			b.put(9, uint64(loc))
		} else {
			b.put(1, 0)
		}
	}
	c.Specific = b.bytes()
	return c
}

// dependents returns the number and the places of the dependent substreams behind program i.
func (u *Unit) dependents(i int) (n int, loc uint16) {
	for _, h := range u.frames[i+1 : u.count] {
		if !h.Dependent {
			break
		}
		n++
		loc |= places(h.chanMap)
	}
	return n, loc
}

// writer gathers bits.
type writer struct {
	b    []byte
	bits int
}

func (w *writer) put(n int, v uint64) {
	for n--; n >= 0; n-- {
		if w.bits%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.bits/8] |= byte(v>>n&1) << (7 - w.bits%8)
		w.bits++
	}
}

func (w *writer) bytes() []byte { return w.b }

// Plain reads an AC3SpecificBox without its header (§F.4), and keeps it. rate is in Hz: streams of half the rate do not tell. The
// error is ErrBox.
func Plain(specific []byte, rate int64) (*media.AC3, error) {
	if len(specific) != 3 {
		return nil, ErrBox
	}
	r := nal.NewBits(specific)
	fscod := r.U(2)
	r.Skip(5 + 3)
	acmod, lfe := r.U(3), r.U(1)
	if int(fscod) >= len(rates) || !plausible(rate) {
		return nil, ErrBox
	}
	return &media.AC3{Specific: specific, SampleRate: int(rate), Channels: channels[acmod] + int(lfe)}, nil
}

// Enhanced reads an EC3SpecificBox without its header (§F.6), and keeps it. rate is in Hz, samples the length of an access unit.
// The error is ErrBox.
func Enhanced(specific []byte, rate, samples int64) (*media.EAC3, error) {
	if len(specific) < 5 || len(specific) > 64 || !plausible(rate) || samples <= 0 || samples > 6*blockSamples {
		return nil, ErrBox
	}
	r := nal.NewBits(specific)
	r.Skip(13 + 3 + 2 + 5 + 2 + 3)
	acmod, lfe := r.U(3), r.U(1)
	r.Skip(3)
	n, loc := r.U(4), uint16(0)
	if n > 0 {
		loc = uint16(r.U(9))
	}
	return &media.EAC3{
		Specific: specific, SampleRate: int(rate), FrameSamples: int(samples),
		Channels: channels[acmod] + int(lfe) + extra(loc),
	}, nil
}

func plausible(rate int64) bool { return rate >= 8000 && rate <= 48000 }
