package h264

import (
	"testing"

	"seine/assemble/codec/nal"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/internal/hostile"
)

// hostileUnits are byte streams, and units as large as one.
func hostileUnits() []hostile.Input {
	return append(hostile.Common(),
		hostile.Input{Name: "SPS", Data: hostile.Fill("\x00\x00\x01" + string(tstest.SPS))},
		hostile.Input{Name: "long SPS", Data: append(tstest.SPS[:4:4], hostile.Fill("\x00\x00\x03\x55")...)},
		hostile.Input{Name: "PPS", Data: hostile.Fill("\x00\x00\x01\x68\xff")},
		hostile.Input{Name: "SEI", Data: hostile.Fill("\x06\x00\x00")},
		hostile.Input{Name: "SEI of 0xff", Data: append([]byte{6}, hostile.Fill("\xff")...)},
	)
}

func parseUnits(b []byte) {
	read := func(unit []byte) {
		switch Type(unit) {
		case NALSPS:
			_, _ = ParseSPS(unit)
		case NALPPS:
			PPSID(unit)
		case NALSEI:
			HasRecoveryPoint(unit)
		}
	}
	read(b)
	for start, end, next := nal.Next(b, 0); start >= 0; start, end, next = nal.Next(b, next) {
		read(b[start:end])
	}
}

func TestHostileMemory(t *testing.T) { hostile.Memory(t, hostileUnits(), parseUnits) }

func BenchmarkHostile(b *testing.B) { hostile.Bench(b, hostileUnits(), parseUnits) }
