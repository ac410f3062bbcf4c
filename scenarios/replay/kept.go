package replay

import "seine/capture"

// Kept is the result of a visit that was made before.
func Kept(c *capture.Capture) *Result {
	t := &tally{}
	t.exchanges(c)
	return &Result{Capture: c, Streams: c.Streams(), Status: status(c), Incidents: t.list}
}
