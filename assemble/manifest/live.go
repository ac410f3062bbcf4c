package manifest

import "time"

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
