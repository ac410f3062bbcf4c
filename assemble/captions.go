package assemble

import (
	"cmp"
	"slices"
	"time"

	"seine/assemble/codec/entry"
	"seine/assemble/join"
	"seine/assemble/manifest"
	"seine/assemble/media"
	"seine/assemble/subs/cea608"
)

// Captions are read from the finished samples, not while they are joined: what is in the file needs no record of its own, whatever has
// become of the process in between, and a film without captions pays nothing. It takes one read of the beginning of each picture.
const (
	headSize = 2 << 10
	maxHead  = 64 << 10
)

// captioned is what a picture says, and when it is shown.
type captioned struct {
	at    time.Duration
	bytes []cea608.Bytes
}

// readCaptions decodes the captions of all pictures, in the order in which they are shown.
func readCaptions(j *join.Joiner) (*cea608.Decoder, error) {
	var list []captioned
	buffer := make([]byte, maxHead)
	syntax := syntaxes{}
	err := j.Pictures(func(p *join.Picture) error {
		s := syntax.of(p.Codec)
		if s.Length == 0 {
			return nil
		}
		for _, size := range []int{headSize, maxHead} {
			head, err := p.Head(buffer[:size])
			if err != nil {
				return err
			}
			found, cut := cea608.OfPicture(nil, head, s)
			if cut && size < p.Size && size < maxHead {
				continue
			}
			if len(found) > 0 {
				list = append(list, captioned{p.At, found})
			}
			return nil
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b captioned) int { return cmp.Compare(a.at, b.at) })
	d := &cea608.Decoder{}
	for _, c := range list {
		for _, b := range c.bytes {
			d.Pair(b.Field, b.A, b.B, max(c.at, 0))
		}
	}
	return d, err
}

// syntaxes remembers how the samples of codecs are built.
type syntaxes map[media.Codec]cea608.Syntax

// of has Length 0 for a codec whose samples hold no captions that can be read.
func (m syntaxes) of(c media.Codec) cea608.Syntax {
	if s, ok := m[c]; ok {
		return s
	}
	var s cea608.Syntax
	switch c := c.(type) {
	case *media.H264:
		s = cea608.Syntax{Length: 4}
	case *media.H265:
		s = cea608.Syntax{HEVC: true, Length: 4}
	case *media.Entry:
		s.Length, s.HEVC = entry.Units(c)
	}
	m[c] = s
	return s
}

// service is what the playlist says of a channel of captions (RFC 8216 §4.3.4.1, INSTREAM-ID).
func (r *run) service(channel string) (language, name string) {
	for _, c := range r.services {
		if c.Type == manifest.ClosedCaptions && c.Service == channel {
			return c.Language, c.Name
		}
	}
	return "", ""
}
