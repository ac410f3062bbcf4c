package media

import (
	"bytes"
	"fmt"
)

// AAC is the configuration of an MPEG-4 audio stream.
type AAC struct {
	AudioSpecificConfig []byte // ISO/IEC 14496-3 §1.6.2.1
	ObjectType          uint8  // audioObjectType: 2 is AAC LC
	SampleRate          int    // Hz, of the core codec: the ticks that a frame of 1024 is counted in
	Channels            int
}

// Kind returns Audio.
func (*AAC) Kind() Kind { return Audio }

// String returns mp4a.40.N, where N is the audio object type (RFC 6381 §3.3).
func (c *AAC) String() string { return fmt.Sprintf("mp4a.40.%d", c.ObjectType) }

// Equal compares the AudioSpecificConfig.
func (c *AAC) Equal(o Codec) bool {
	p, ok := o.(*AAC)
	return ok && (c == p || bytes.Equal(c.AudioSpecificConfig, p.AudioSpecificConfig))
}

func (*AAC) sealed() {}
