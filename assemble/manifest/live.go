package manifest

import (
	"net/url"
	"time"
)

// Live is what a playlist that still grows says of its updates. Its zero value is a playlist that says nothing.
type Live struct {
	// Blocks: a request for a list that does not exist yet waits until it does (RFC 8216bis §6.2.5.2).
	Blocks bool
	// Skips is how far from its end a list may be left out of an update (RFC 8216bis §6.2.5.1); 0 for never.
	Skips time.Duration
	// HoldBack is how far from the end players shall stay (RFC 8216bis §4.4.3.8); 0 when not stated.
	HoldBack time.Duration
	// Start is where players shall begin (RFC 8216 §4.3.5.2): from the first segment, or when negative, from the end of the last; nil when not
	// stated.
	Start *time.Duration
	// Parts are those of the segment behind the last one, which is not complete (RFC 8216bis §4.4.4.9).
	Parts []Segment
	// Update is how long the document holds at least, where it says so (ISO/IEC 23009-1 §5.3.1.2, minimumUpdatePeriod); 0 when not stated.
	Update time.Duration
}

// Broadcast is what a document says of a presentation that is on air (ISO/IEC 23009-1 §5.3.1.2).
type Broadcast struct {
	// Start is the moment that the times of the presentation count from.
	Start time.Time
	// Update is how long the document holds; negative when it will not change.
	Update time.Duration
	// Locations are where it is to be asked for from now on; empty for where it was.
	Locations []*url.URL
	// Clocks tell the time by which segments become available, the better first.
	Clocks []Clock
}

// Clock is a way to know the time (ISO/IEC 23009-1 §5.8.4.11).
type Clock struct{ Scheme, Value string }

// LiveLister is a Lister whose list depends on the time.
type LiveLister interface {
	Lister
	// At returns the Lister for a moment. start is what the times of the presentation count from, where its document does not say that.
	At(now, start time.Time) Lister
}
