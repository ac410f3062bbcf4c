package media

// TimedText is the configuration of a subtitle track (3GPP TS 26.245): text below the middle of a picture.
type TimedText struct {
	Width, Height int  // pixels, of the picture; 0 when there is none
	Forced        bool // all of it is for those who want no subtitles: what is said in another language than the film's
}

// Kind returns Text.
func (*TimedText) Kind() Kind { return Text }

// String returns tx3g.
func (*TimedText) String() string { return "tx3g" }

// Equal compares all.
func (c *TimedText) Equal(o Codec) bool {
	p, ok := o.(*TimedText)
	return ok && *c == *p
}

func (*TimedText) sealed() {}
