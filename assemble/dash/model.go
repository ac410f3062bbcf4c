package dash

import "encoding/xml"

// mpd is the part of the MPD's schema (ISO/IEC 23009-1:2022 Annex B) that says which bytes make the film.
type mpd struct {
	XMLName  xml.Name  `xml:"MPD"`
	Type     string    `xml:"type,attr"`
	Duration string    `xml:"mediaPresentationDuration,attr"`
	Start    string    `xml:"availabilityStartTime,attr"`
	Window   string    `xml:"timeShiftBufferDepth,attr"`
	Update   string    `xml:"minimumUpdatePeriod,attr"`
	Bases    []baseURL `xml:"BaseURL"`
	Periods  []period  `xml:"Period"`
	// Locations are §5.15, Clocks §5.8.4.11.
	Locations []string     `xml:"Location"`
	Clocks    []descriptor `xml:"UTCTiming"`
}

// baseURL is §5.6.
type baseURL struct {
	Address string `xml:",chardata"`
}

// period is §5.3.2.
type period struct {
	ID       string          `xml:"id,attr"`
	Start    string          `xml:"start,attr"`
	Duration string          `xml:"duration,attr"`
	Link     string          `xml:"href,attr"`
	Bases    []baseURL       `xml:"BaseURL"`
	Sets     []adaptationSet `xml:"AdaptationSet"`
	addressing
}

// adaptationSet is §5.3.3.
type adaptationSet struct {
	ID              string           `xml:"id,attr"`
	Link            string           `xml:"href,attr"`
	ContentType     string           `xml:"contentType,attr"`
	Language        string           `xml:"lang,attr"`
	Label           string           `xml:"label,attr"`
	Labels          []string         `xml:"Label"`
	Components      []component      `xml:"ContentComponent"`
	Roles           []descriptor     `xml:"Role"`
	Accessibility   []descriptor     `xml:"Accessibility"`
	Bases           []baseURL        `xml:"BaseURL"`
	Representations []representation `xml:"Representation"`
	common
	addressing
}

// component is §5.3.4.
type component struct {
	ContentType string `xml:"contentType,attr"`
	Language    string `xml:"lang,attr"`
}

// representation is §5.3.5.
type representation struct {
	ID        string    `xml:"id,attr"`
	Bandwidth int64     `xml:"bandwidth,attr"`
	Depends   string    `xml:"dependencyId,attr"`
	Bases     []baseURL `xml:"BaseURL"`
	common
	addressing
}

// common is what sets and representations may both say (§5.3.7).
type common struct {
	Width      int          `xml:"width,attr"`
	Height     int          `xml:"height,attr"`
	FrameRate  string       `xml:"frameRate,attr"`
	MimeType   string       `xml:"mimeType,attr"`
	Codecs     string       `xml:"codecs,attr"`
	Channels   []descriptor `xml:"AudioChannelConfiguration"`
	Protection []protection `xml:"ContentProtection"`
	Essential  []descriptor `xml:"EssentialProperty"`
	Additional []descriptor `xml:"SupplementalProperty"`
}

// descriptor is §5.8.2.
type descriptor struct {
	Scheme string `xml:"schemeIdUri,attr"`
	Value  string `xml:"value,attr"`
}

// protection is §5.8.4.1.
type protection struct {
	Scheme string `xml:"schemeIdUri,attr"`
	Value  string `xml:"value,attr"`
}

// addressing says where the segments are, in one of three ways, on any level (§5.3.9.1).
type addressing struct {
	Base     *segmentBase `xml:"SegmentBase"`
	List     *segmentList `xml:"SegmentList"`
	Template *template    `xml:"SegmentTemplate"`
}

// segmentBase is §5.3.9.2: one file with an index of its segments.
type segmentBase struct {
	Timescale  *uint64 `xml:"timescale,attr"`
	Offset     *uint64 `xml:"presentationTimeOffset,attr"`
	IndexRange string  `xml:"indexRange,attr"`
	Init       *where  `xml:"Initialization"`
	Index      *where  `xml:"RepresentationIndex"`
}

// where is a part of a file (§5.3.9.2.2, URLType).
type where struct {
	URL   string `xml:"sourceURL,attr"`
	Range string `xml:"range,attr"`
}

// multiple is what lists and templates share (MultipleSegmentBaseType).
type multiple struct {
	segmentBase
	Duration    *uint64   `xml:"duration,attr"`
	StartNumber *uint64   `xml:"startNumber,attr"`
	EndNumber   *uint64   `xml:"endNumber,attr"`
	Timeline    *timeline `xml:"SegmentTimeline"`
}

// segmentList is §5.3.9.3.
type segmentList struct {
	multiple
	Link string       `xml:"href,attr"`
	URLs []segmentURL `xml:"SegmentURL"`
}

type segmentURL struct {
	Media string `xml:"media,attr"`
	Range string `xml:"mediaRange,attr"`
}

// template is §5.3.9.4.
type template struct {
	multiple
	Media string `xml:"media,attr"`
	First string `xml:"initialization,attr"`
	Index string `xml:"index,attr"`
}

// timeline is §5.3.9.6.
type timeline struct {
	S []run `xml:"S"`
}

// run is so many segments of one duration, and r more.
type run struct {
	Time     *uint64 `xml:"t,attr"`
	Number   *uint64 `xml:"n,attr"`
	Duration uint64  `xml:"d,attr"`
	Repeat   int64   `xml:"r,attr"`
	Parts    uint64  `xml:"k,attr"`
}
