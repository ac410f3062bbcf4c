package media

// Shape returns the size in pixels of a picture, and the sample rate in Hz of a sound; 0 for what does not apply or is not known.
func Shape(c Codec) (width, height, rate int) {
	switch c := c.(type) {
	case *H264:
		return c.Width, c.Height, 0
	case *H265:
		return c.Width, c.Height, 0
	case *AAC:
		return 0, 0, c.SampleRate
	case *MPEGAudio:
		return 0, 0, c.SampleRate
	case *AC3:
		return 0, 0, c.SampleRate
	case *EAC3:
		return 0, 0, c.SampleRate
	case *Entry:
		return c.Width, c.Height, c.SampleRate
	}
	return 0, 0, 0
}
