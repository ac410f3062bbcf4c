package scenarios

// GrabFlow is what `seine grab URL` runs.
func GrabFlow(url string, grab Grab, har string) UserFlow {
	return UserFlow{
		Title: "grab " + url,
		Steps: []Step{Navigate{URL: url}, Play{}, Capture{HAR: har}, grab},
	}
}

// SniffFlow is what `seine sniff URL` runs.
func SniffFlow(url, har string) UserFlow {
	return UserFlow{
		Title: "sniff " + url,
		Steps: []Step{Navigate{URL: url}, Play{}, Capture{HAR: har}},
	}
}
