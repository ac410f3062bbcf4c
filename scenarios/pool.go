package scenarios

import (
	"fmt"
	"strconv"
	"time"
)

// Pool says how many at once.
type Pool struct {
	// Tabs at once; by default as many as pay off on this machine.
	Tabs int `min:"1" max:"64"`
	// Runs or items at once where no browser is needed.
	Workers int `min:"1" max:"1000"`
	// Requests and page visits at most, such as 10/s or 100/m.
	Rate Rate
	// How often a failed run is tried again; by default 2.
	Retries *int `min:"0" max:"100"`
}

// Rate is so many per time; the zero value is no limit.
type Rate struct {
	Count float64
	Per   time.Duration // a second, minute or hour
}

// PerSecond is the rate in 1/s.
func (r Rate) PerSecond() float64 {
	if r.Per <= 0 {
		return 0
	}
	return r.Count / r.Per.Seconds()
}

// String is the rate as in a file: 10/s.
func (r Rate) String() string {
	unit := map[time.Duration]string{time.Second: "s", time.Minute: "m", time.Hour: "h"}[r.Per]
	return fmt.Sprintf("%s/%s", strconv.FormatFloat(r.Count, 'f', -1, 64), unit)
}
