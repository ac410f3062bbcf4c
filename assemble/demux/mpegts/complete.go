package mpegts

// Complete reports whether b ends with a whole packet of a transport stream: otherwise its end was cut off, or it is followed by
// something foreign. The last packet may lack the extra bytes behind it.
func Complete(b []byte) bool {
	for _, stride := range strides {
		for _, last := range [...]int{packetSize, stride} {
			if rowBefore(b, len(b)-last, stride) {
				return true
			}
		}
	}
	return false
}

// rowBefore wants a row of sync bytes that ends at byte at; a short stream has fewer of them.
func rowBefore(b []byte, at, stride int) bool {
	for range min(syncRow, max(1, len(b)/stride)) {
		if at < 0 || b[at] != syncByte {
			return false
		}
		at -= stride
	}
	return true
}
