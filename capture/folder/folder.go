// Package folder keeps a Capture as a folder that can be opened again:
//
//	manifest.json   what it is: format, version, page, time, counts
//	capture.har     HAR 1.2 with the requests; bodies are references (_file) into bodies/
//	bodies/         the bodies, numbered, as they were decoded
//	made/           what scripts put together, and made/index.json
//	players.json    the media elements
//	console.jsonl   the console, one message a line
//	screenshot.png  the page as it was seen at the end; secrets that can be seen on it are not taken out
//
// All else is written without secrets unless they are asked for. A folder that is opened may come from anybody: names, numbers and sizes in
// it are bounded, and nothing outside of it is read.
package folder

import (
	"errors"
	"regexp"
	"time"

	"seine/capture"
)

// The format and its present version.
const (
	Format  = "seine-capture"
	Version = 1
)

// Errors to decide by.
var (
	// ErrNotCapture: the folder holds no capture.
	ErrNotCapture = errors.New("not a capture folder")
	// ErrVersion: a later program has written it.
	ErrVersion = errors.New("a capture folder of a later version")
	// ErrDamaged: it holds a capture that cannot be read.
	ErrDamaged = errors.New("a damaged capture folder")
	// ErrOccupied: there is a folder already, and it holds other things than a capture.
	ErrOccupied = errors.New("the folder is there already, and holds something else than a capture")
)

// Manifest says what a capture folder holds.
type Manifest struct {
	Format     string         `json:"format"`
	Version    int            `json:"version"`
	Seine      string         `json:"seine,omitempty"` // the program's version
	Page       string         `json:"page"`
	Title      string         `json:"title"`
	When       time.Time      `json:"when"`
	Complete   bool           `json:"complete"`        // the visit came to its end
	Ended      string         `json:"ended,omitempty"` // why not
	Redacted   bool           `json:"redacted"`        // cookies, authorization and tokens are taken out, but for the screenshot
	Screenshot bool           `json:"screenshot"`      // there is one
	Counts     capture.Counts `json:"counts"`
	ConsoleCut int            `json:"console_cut,omitempty"`
	Lost       int            `json:"lost,omitempty"` // bodies that could be read no more when the folder was written
}

// The names in a folder.
const (
	manifestName   = "manifest.json"
	harName        = "capture.har"
	bodiesName     = "bodies"
	madeName       = "made"
	madeIndex      = "made/index.json"
	playersName    = "players.json"
	consoleName    = "console.jsonl"
	screenshotName = "screenshot.png"
)

var ours = []string{manifestName, harName, bodiesName, madeName, playersName, consoleName, screenshotName}

// fileName is what files of bodies are called; nothing else is opened.
var fileName = regexp.MustCompile(`^(bodies|made)/[0-9]{6,9}(\.[a-z0-9]{1,5})?$`)

// made is a capture.Made whose data is in a file.
type made struct {
	How         capture.MadeBy `json:"how"`
	URL         string         `json:"url,omitempty"`
	ContentType string         `json:"content_type,omitempty"`
	FrameID     string         `json:"frame_id,omitempty"`
	Frame       string         `json:"frame,omitempty"`
	Target      capture.Target `json:"target"`
	Time        time.Time      `json:"time"`
	Size        int64          `json:"size"` // of all of it; the file may hold a part
	File        string         `json:"file,omitempty"`
}
