package mpegts

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestLooks(t *testing.T) {
	stream := func(packets, size int) []byte {
		b := make([]byte, packets*size)
		for i := range packets {
			b[i*size] = 0x47
		}
		return b
	}
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 70)...)
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"188":           {stream(100, 188), true},
		"192":           {stream(100, 192), true},
		"204":           {stream(100, 204), true},
		"one packet":    {stream(1, 188), true},
		"two packets":   {stream(2, 188), true},
		"behind a PNG":  {append(png, stream(100, 188)...), true},
		"cut at end":    {stream(100, 188)[:188*99+20], true},
		"nothing":       {nil, false},
		"one byte":      {[]byte{0x47}, false},
		"zeros":         {make([]byte, 10000), false},
		"HTML":          {[]byte(strings.Repeat("<html>GOOD DAY\n", 100)), false},
		"far behind":    {append(make([]byte, maxLead), stream(100, 188)...), false},
		"shorter":       {stream(1, 187), false},
		"four of a run": {append(stream(4, 188), make([]byte, 188*10)...), false},
	} {
		if got := Looks(c.data); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	chance := 0
	noise := make([]byte, 20_000)
	for range 300 {
		for i := range noise {
			noise[i] = byte(rand.Uint32())
		}
		if Looks(noise) {
			chance++
		}
	}
	if chance > 0 {
		t.Errorf("noise passed %d times of 300", chance)
	}
}
