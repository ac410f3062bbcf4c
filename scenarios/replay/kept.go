package replay

import "seine/capture"

// Kept is the result of a visit that was made before.
func Kept(c *capture.Capture) *Result {
	return &Result{Capture: c, Streams: c.Streams(), Status: status(c)}
}
