package scenarios

// Play makes the page's player start: by its own autoplay, else by dismissing what stands before it and clicking what looks
// like its button. It is done when media plays or is known, or nothing is left to try. That nothing plays is no error:
// what was tried is kept with the result.
type Play struct {
	Base
}

// Capture waits until the page has come to rest and keeps what it said and heard.
type Capture struct {
	Base
	// HAR file to write.
	HAR string `seine:",short"`
	// Folder to write everything to.
	Save string
	// File to write what was seen to, as PNG.
	Screenshot string
}

// Grab fetches the film that plays.
type Grab struct {
	Base
	// File to write; by default named after the page.
	Output string `seine:",short"`
	// Folder to write to; by default the output folder.
	Dir string
	// Height to take at most, such as 720p; or best, or worst.
	Quality string
	// Languages of the sounds to take, such as en,de; or all.
	Audio string
	// Languages of the subtitles to take, such as en,de; or all; cc for closed captions.
	Subs string
	// How much of a broadcast to record, such as 90s or 1h30m; without it, to its end.
	Duration string
	// Record a broadcast from the first moment that the origin still has.
	FromStart bool
	// Finish the film though segments are missing.
	AllowGaps bool
	// File to write what was seen to, as PNG, where no film was found.
	Screenshot string
	// Take the film from the page's player, which is played to its end.
	FromPlayer bool
	// Name for what came of it: an object with file, duration (seconds), size (bytes) and complete.
	As string `seine:",raw"`

	List   bool `seine:"-"` // only find out what there is to choose from
	Repair bool `seine:"-"` // fill the gaps of Output, or go on with it
}

// Type names the step.
func (Play) Type() string { return "play" }

// Type names the step.
func (Capture) Type() string { return "capture" }

// Type names the step.
func (Grab) Type() string { return "grab" }
