package mpegts

import "testing"

func TestComplete(t *testing.T) {
	for _, stride := range strides {
		b := make([]byte, 100*stride)
		lead := 0
		if stride == 192 {
			lead = 4
		}
		for i := range 100 {
			b[i*stride+lead] = syncByte
		}
		for n, want := range map[int]bool{len(b): true, len(b) - 1: false, len(b) - 100: false, 50 * stride: true, 2 * stride: true, 50*stride + 1: false, 0: false} {
			if got := Complete(b[:n]); got != want {
				t.Errorf("packets of %d: %d bytes: %v", stride, n, got)
			}
		}
		if !Complete(append([]byte("foreign"), b...)) {
			t.Errorf("packets of %d behind something foreign", stride)
		}
	}
	b := make([]byte, 204*10)
	for i := range 10 {
		b[i*204] = syncByte
	}
	if !Complete(b[:204*9+188]) {
		t.Error("the last packet lacks what stands behind it")
	}
}
