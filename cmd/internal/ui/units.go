package ui

import (
	"fmt"
	"strings"
	"time"
)

// Bytes is a size for people, in powers of 1000.
func Bytes(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, exp := float64(n)/unit, 0
	for value >= unit && exp < 4 {
		value /= unit
		exp++
	}
	format := "%.1f %cB"
	if value >= 100 {
		format = "%.0f %cB"
	}
	return fmt.Sprintf(format, value, "kMGTP"[exp])
}

// Clock is a duration as h:mm:ss or m:ss.
func Clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Count is a number with its noun, in the plural where it is not one.
func Count(n int, noun string) string {
	if n != 1 {
		if stem, ok := strings.CutSuffix(noun, "y"); ok {
			noun = stem + "ie"
		}
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
