//go:build !linux

package browser

// checkSystem: what keeps browsers from running elsewhere shows when one is started.
func checkSystem(Candidate, Options) []Check { return nil }
