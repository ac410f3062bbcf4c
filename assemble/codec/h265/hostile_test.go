package h265

import (
	"testing"

	"seine/assemble/codec/nal"
	"seine/assemble/internal/hostile"
)

// hostileUnits are byte streams, and units as large as one.
func hostileUnits(tb testing.TB) []hostile.Input {
	vps, sps, pps := sets(tb, "clips/hevc.ts")
	const code = "\x00\x00\x01"
	return append(hostile.Common(),
		hostile.Input{Name: "SPS", Data: hostile.Fill(code + string(sps))},
		hostile.Input{Name: "long SPS", Data: append(sps[:20:20], hostile.Fill("\x00\x00\x03\x55")...)},
		hostile.Input{Name: "SPS of 0xff", Data: append(sps[:20:20], hostile.Fill("\xff")...)},
		hostile.Input{Name: "PPS", Data: hostile.Fill(code + string(pps))},
		hostile.Input{Name: "VPS", Data: hostile.Fill(code + string(vps))},
	)
}

func parseUnits(b []byte) {
	read := func(unit []byte) {
		switch Type(unit) {
		case NALSPS:
			_, _ = ParseSPS(unit)
		case NALVPS, NALPPS:
			ID(unit)
		}
	}
	read(b)
	for start, end, next := nal.Next(b, 0); start >= 0; start, end, next = nal.Next(b, next) {
		read(b[start:end])
	}
}

func TestHostileMemory(t *testing.T) { hostile.Memory(t, hostileUnits(t), parseUnits) }

func BenchmarkHostile(b *testing.B) { hostile.Bench(b, hostileUnits(b), parseUnits) }
