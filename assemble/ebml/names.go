package ebml

// The elements of Matroska (RFC 9559 §5) that this program reads or writes.
const (
	Header  = 0x1A45DFA3
	DocType = 0x4282

	Segment      = 0x18538067
	SeekHead     = 0x114D9B74
	Seek         = 0x4DBB
	SeekID       = 0x53AB
	SeekPosition = 0x53AC

	Info           = 0x1549A966
	TimestampScale = 0x2AD7B1
	Duration       = 0x4489
	MuxingApp      = 0x4D80
	WritingApp     = 0x5741

	Tracks            = 0x1654AE6B
	TrackEntry        = 0xAE
	TrackNumber       = 0xD7
	TrackUID          = 0x73C5
	TrackType         = 0x83
	FlagDefault       = 0x88
	FlagLacing        = 0x9C
	DefaultDuration   = 0x23E383
	Name              = 0x536E
	Language          = 0x22B59C
	LanguageBCP47     = 0x22B59D
	CodecID           = 0x86
	CodecPrivate      = 0x63A2
	CodecDelay        = 0x56AA
	SeekPreRoll       = 0x56BB
	Video             = 0xE0
	PixelWidth        = 0xB0
	PixelHeight       = 0xBA
	DisplayWidth      = 0x54B0
	DisplayHeight     = 0x54BA
	DisplayUnit       = 0x54B2
	Audio             = 0xE1
	SamplingFrequency = 0xB5
	Channels          = 0x9F
	ContentEncodings  = 0x6D80
	ContentEncryption = 0x5035

	Cluster        = 0x1F43B675
	Timestamp      = 0xE7
	SimpleBlock    = 0xA3
	BlockGroup     = 0xA0
	Block          = 0xA1
	BlockDuration  = 0x9B
	ReferenceBlock = 0xFB
	DiscardPadding = 0x75A2

	Cues               = 0x1C53BB6B
	CuePoint           = 0xBB
	CueTime            = 0xB3
	CueTrackPositions  = 0xB7
	CueTrack           = 0xF7
	CueClusterPosition = 0xF1
	Tags               = 0x1254C367
)

// The types of tracks (RFC 9559 §5.1.4.1.3).
const (
	TypeVideo = 1
	TypeAudio = 2
)

// Top reports whether an element lies in Segment itself, so that a Cluster of unknown size ends where it begins.
func Top(id uint32) bool {
	switch id {
	case SeekHead, Info, Tracks, Cluster, Cues, Tags, 0x1043A770, 0x1941A469:
		return true
	}
	return false
}
