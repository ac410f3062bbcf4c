package browsertest

import (
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"time"
)

// Peak begins to watch memory. What it returns is to be called once: it gives the most bytes that this process had taken from the system and
// not given back since.
func Peak() func() uint64 {
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() { peak <- highest(stop) }()
	return func() uint64 {
		close(stop)
		return <-peak
	}
}

func highest(stop <-chan struct{}) uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	most := uint64(0)
	for {
		metrics.Read(samples)
		most = max(most, samples[0].Value.Uint64()-samples[1].Value.Uint64())
		select {
		case <-stop:
			return most
		case <-tick.C:
		}
	}
}

// Raced reports whether the race detector is on, which takes memory of its own.
func Raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
