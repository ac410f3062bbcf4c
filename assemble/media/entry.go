package media

import "bytes"

// Entry is the configuration of a stream whose sample entry was found ready-made (ISO/IEC 14496-12 §8.5.2): it is copied as it
// is, whatever the codec. Only Box counts; the rest was read from it.
type Entry struct {
	Box           []byte // the whole box, header included
	Of            Kind
	Name          string // RFC 6381, as far as the box tells; at least its four letters
	Width, Height int    // pixels, of video
	SAR           Ratio  // sample aspect ratio, zero when not said
	SampleRate    int    // Hz, of audio, 0 when not said
	Channels      int
}

// Kind returns Of.
func (c *Entry) Kind() Kind { return c.Of }

// String returns Name.
func (c *Entry) String() string { return c.Name }

// Equal compares the boxes.
func (c *Entry) Equal(o Codec) bool {
	p, ok := o.(*Entry)
	return ok && (c == p || c.Of == p.Of && bytes.Equal(c.Box, p.Box))
}

func (*Entry) sealed() {}
