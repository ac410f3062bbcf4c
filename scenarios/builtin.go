package scenarios

import "time"

// GrabFlow is what `seine grab URL` runs: what was heard is kept as the capture step says.
func GrabFlow(url string, grab Grab, keep Capture) UserFlow {
	return UserFlow{
		Title: "grab " + url,
		Steps: []Step{Navigate{URL: url}, Play{}, keep, grab},
	}
}

// Sniff is what `seine sniff` may be told.
type Sniff struct {
	Capture Capture
	Wait    time.Duration // how long to go on listening once the page is at rest
	Until   Until
	Max     time.Duration // see UserFlow
}

// SniffFlow is what `seine sniff URL` runs.
func SniffFlow(url string, s Sniff) UserFlow {
	f := UserFlow{Title: "sniff " + url, Until: s.Until, Max: s.Max, Steps: []Step{Navigate{URL: url}, Play{}}}
	if s.Wait > 0 {
		f.Steps = append(f.Steps, Listen{For: s.Wait})
	}
	f.Steps = append(f.Steps, s.Capture)
	return f
}
