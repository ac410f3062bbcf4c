package pages_test

import (
	"runtime"
	"testing"

	"seine/assemble/internal/hostile"
	"seine/assemble/internal/pages"
)

// What is taken is zeros that can be written, and nothing that the garbage collector counts.
func TestTake(t *testing.T) {
	const size = 64<<20 + 1
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	mem, own := pages.Take(size)
	runtime.ReadMemStats(&after)
	if len(mem) != size || mem[0] != 0 || mem[size-1] != 0 {
		t.Fatalf("%d bytes, %d … %d", len(mem), mem[0], mem[size-1])
	}
	mem[0], mem[size-1] = 1, 2
	if own == hostile.RaceEnabled() {
		t.Errorf("own is %v", own)
	}
	if n := after.TotalAlloc - before.TotalAlloc; own && n > 1<<20 {
		t.Errorf("%d bytes allocated", n)
	}
	if own {
		pages.Give(mem)
	}
}
