package ui

import (
	"fmt"
	"strings"
	"time"
)

// LiveState is how far a recording of a broadcast is.
type LiveState struct {
	// Recorded is how much is in the file, Behind what was broadcast and is not, Window how far back the origin goes.
	Recorded, Behind, Window time.Duration
	// Bitrate in bits per second.
	Bitrate int64
	Gaps    int
	Ending  bool
	Waiting error // why nothing comes just now, or nil
}

// numbers are what a line shows; brief counts what is left out for want of room.
func (l *LiveState) numbers(bytes int64, brief int) string {
	list := []string{"● " + Clock(l.Recorded), fmt.Sprintf("%.1fs behind", l.Behind.Seconds())}
	if brief < 2 {
		list = append(list, "window "+Clock(l.Window))
	}
	if brief < 1 {
		list = append(list, Bytes(bytes))
	}
	if brief < 3 && l.Bitrate > 0 {
		list = append(list, fmt.Sprintf("%.1f Mbit/s", float64(l.Bitrate)/1e6))
	}
	if l.Gaps > 0 {
		list = append(list, Count(l.Gaps, "gap"))
	}
	if l.Waiting != nil {
		list = append(list, "waiting: "+Remote(l.Waiting.Error()).Short(60))
	}
	return strings.Join(list, "  ")
}

func (l *LiveState) event(bytes int64) map[string]any {
	m := map[string]any{
		"recorded": l.Recorded.Seconds(), "behind": l.Behind.Seconds(), "window": l.Window.Seconds(), "bits_per_second": l.Bitrate,
		"gaps": l.Gaps, "ending": l.Ending, "bytes": bytes,
	}
	if l.Waiting != nil {
		m["waiting"] = l.Waiting.Error()
	}
	return m
}
