package nal

import (
	"bytes"
	"testing"
)

// TestScan holds the quick part by itself against bytes.Index: index would mend what it finds in vain.
func TestScan(t *testing.T) {
	if !wide {
		t.Skip("SKIPPED, NOT PROVED: this processor has no AVX2, and leap has nothing to do")
	}
	mem := bytes.Repeat([]byte{1}, 400)
	for n := range 200 {
		end := max(0, n-2)
		end -= end % stride
		for at := range n {
			for _, code := range [][]byte{{0, 0, 1}, {0, 5, 1}, {5, 0, 1}, {0, 0, 5}, {0, 1, 1}, {0, 0, 3, 0, 0, 1}} {
				b := mem[:n:n]
				for i := range mem {
					mem[i] = 1
				}
				copy(b[at:], code)
				want := bytes.Index(b, startCode)
				if want < 0 || want > end {
					want = end
				}
				if got := leap(b); got != want {
					t.Fatalf("%x at %d of %d bytes: %d, want %d", code, at, n, got, want)
				}
			}
		}
	}
}
