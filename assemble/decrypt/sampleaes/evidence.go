package sampleaes

import (
	"seine/assemble/codec/aac"
	"seine/assemble/codec/ac3"
)

// Evidence is what decrypted frames tell of the key: nothing pads them, so only their content can. Pictures tell nothing, for the
// end of a unit is clear.
type Evidence struct {
	// Ended counts the AAC frames that end as such do, Odd the others, of those whose end was encrypted.
	Ended, Odd int
	// ClearEnded and ClearOdd count those whose end was clear anyway: they tell whether the encoder keeps to the rule.
	ClearEnded, ClearOdd int
	// Whole counts the frames of AC-3 and Enhanced AC-3 whose checksum is right, Broken the others.
	Whole, Broken int
}

// Finding is what evidence amounts to.
type Finding int

// The findings.
const (
	Unknown Finding = iota
	Fits
	Wrong
)

// What makes a finding. By a wrong key, an AAC frame ends well once in four times, and by the tail of the binomial distribution
//
//	frames with an encrypted end     4      5      6      8      16     40
//	odd ones that make Wrong         2      2      2      3      6      14
//	Wrong is missed                  5 %    1.6 %  0.5 %  0.4 %  3·10⁻⁴ 2·10⁻⁸
//	Fits all the same                0.4 %  0.1 %  0.5 %  4·10⁻⁴ 4·10⁻⁶ 4·10⁻¹⁴
//
// By the right one all end well. If damage spoilt one frame in a thousand, two of six would be odd once in 10⁵ times. Frames whose end is
// clear, fifteen for each that tells of the key, say whether the encoder keeps to the rule and whether there is damage. Where there is,
// or where no end is clear, more is wanted. A checksum of 16 bits is right by chance once in 65,536 times.
const (
	leastOdd    = 2 // and a third; 1 for a key that nothing speaks for
	leastAmid   = 3 // and half, where some clear ends are odd too
	leastAlone  = 8 // and half, where no clear end tells of the encoder
	leastEnded  = 3 // and four times the odd ones
	leastBroken = 4
)

// Finding weighs the evidence. proved says that the key has fitted other segments.
func (e Evidence) Finding(proved bool) Finding {
	switch {
	case e.Whole > 0:
		return Fits
	case e.Broken >= leastBroken:
		return Wrong
	case e.ClearOdd*10 > e.ClearEnded+e.ClearOdd: // an encoder that pads otherwise
		return Unknown
	}
	least, part := leastOdd, 3
	switch {
	case e.ClearEnded == 0:
		least, part = leastAlone, 2
	case e.ClearOdd > 0:
		least, part = leastAmid, 2
	case !proved:
		least, part = 1, e.Ended+1
	}
	switch {
	case e.Odd >= least && e.Odd*part >= e.Odd+e.Ended:
		return Wrong
	case e.Ended >= leastEnded && e.Ended > 4*e.Odd:
		return Fits
	}
	return Unknown
}

// Plus sums up.
func (e Evidence) Plus(o Evidence) Evidence {
	return Evidence{e.Ended + o.Ended, e.Odd + o.Odd, e.ClearEnded + o.ClearEnded, e.ClearOdd + o.ClearOdd, e.Whole + o.Whole, e.Broken + o.Broken}
}

// Evidence is that of all frames which the Cipher was told of; none of a nil one.
func (c *Cipher) Evidence() Evidence {
	if c == nil {
		return Evidence{}
	}
	return c.evidence
}

// SawAAC takes note of a decrypted raw_data_block, of which the last clear bytes were not encrypted.
func (c *Cipher) SawAAC(block []byte, clear int) {
	e := &c.evidence
	switch {
	case clear >= len(block):
	case clear == 0:
		count(aac.Ends(block), &e.Ended, &e.Odd)
	case clear > 1: // of a single byte the end may lie before it
		count(aac.Ends(block[len(block)-clear:]), &e.ClearEnded, &e.ClearOdd)
	}
}

// SawDolby takes note of a decrypted syncframe of AC-3 or Enhanced AC-3.
func (c *Cipher) SawDolby(frame []byte) {
	count(ac3.Whole(frame), &c.evidence.Whole, &c.evidence.Broken)
}

func count(good bool, yes, no *int) {
	if good {
		*yes++
	} else {
		*no++
	}
}
