package sampleaes

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"testing"

	"seine/assemble/codec/aac"
	"seine/assemble/codec/ac3"
)

// encoded is some seconds of music, more or less, by ffmpeg.
func encoded(t *testing.T, format string, args ...string) []byte {
	t.Helper()
	args = append([]string{"-v", "error", "-f", "lavfi", "-i", "aevalsrc=exprs=sin(t*t*900)*sin(t)|random(0)*sin(2*t)/2:d=8:s=48000"}, args...)
	b, err := exec.CommandContext(t.Context(), "ffmpeg", append(args, "-f", format, "-")...).Output()
	if err != nil || len(b) == 0 {
		t.Fatal(err)
	}
	return b
}

// decrypted is the evidence of frames that were encrypted, and decrypted by the same key or by another.
func decrypted(t *testing.T, b []byte, dolby, right bool) Evidence {
	t.Helper()
	var c *Cipher
	var sum Evidence
	rng := rand.New(rand.NewPCG(1, 2))
	for at := 0; at < len(b); {
		c = New(&Key{})
		var n, header int
		if dolby {
			h, err := ac3.Parse(b[at:])
			if err != nil {
				t.Fatal(err)
			}
			n = h.Frame
		} else {
			h, err := aac.ParseADTS(b[at:])
			if err != nil {
				t.Fatal(err)
			}
			n, header = h.Frame, h.Size
		}
		frame := bytes.Clone(b[at : at+n])
		clear := c.Frame(frame, header)
		if right {
			frame = b[at : at+n]
		} else if clear < n { // what a wrong key makes of it is random
			for i := header + 16; i < n-clear; i++ {
				frame[i] = byte(rng.Uint32())
			}
		}
		if dolby {
			c.SawDolby(frame)
		} else {
			c.SawAAC(frame[header:], clear)
		}
		sum = sum.Plus(c.Evidence())
		at += n
	}
	return sum
}

// TestEvidence: of streams by an encoder of today each frame tells the truth, at all rates, and a wrong key is found out in any second of
// them.
func TestEvidence(t *testing.T) {
	for _, c := range []struct {
		format string
		args   []string
	}{
		{"adts", []string{"-c:a", "aac", "-b:a", "24k", "-ac", "1"}},
		{"adts", []string{"-c:a", "aac", "-b:a", "64k", "-ar", "44100"}},
		{"adts", []string{"-c:a", "aac", "-b:a", "192k"}},
		{"adts", []string{"-c:a", "aac", "-b:a", "320k", "-aac_pns", "0", "-aac_coder", "fast"}},
		{"adts", []string{"-c:a", "aac", "-b:a", "96k", "-ac", "6"}},
		{"adts", []string{"-c:a", "aac", "-profile:a", "mpeg2_aac_low", "-b:a", "128k"}},
		{"adts", []string{"-c:a", "aac", "-profile:a", "aac_ltp", "-strict", "-2", "-b:a", "128k", "-ac", "1"}},
		{"ac3", []string{"-c:a", "ac3", "-b:a", "192k"}},
		{"ac3", []string{"-c:a", "ac3", "-b:a", "128k", "-ar", "44100"}},
		{"eac3", []string{"-c:a", "eac3", "-b:a", "96k"}},
		{"eac3", []string{"-c:a", "eac3", "-b:a", "384k", "-ac", "6"}},
	} {
		t.Run(fmt.Sprint(c.args), func(t *testing.T) {
			b := encoded(t, c.format, c.args...)
			good := decrypted(t, b, c.format != "adts", true)
			if good.Odd+good.ClearOdd+good.Broken > 0 || good.Ended+good.Whole < 15 {
				t.Errorf("the right key: %+v", good)
			}
			bad := decrypted(t, b, c.format != "adts", false)
			if bad.Finding(true) != Wrong || good.Finding(true) != Fits {
				t.Errorf("a wrong key: %+v, the right one: %+v", bad, good)
			}
		})
	}
}

// binomial is the chance of each number of successes in n.
func binomial(n int, p float64) []float64 {
	list := []float64{1}
	for range n {
		next := make([]float64, len(list)+1)
		for i, v := range list {
			next[i] += v * (1 - p)
			next[i+1] += v * p
		}
		list = next
	}
	return list
}

// TestFindings: the figures that the thresholds were chosen by.
func TestFindings(t *testing.T) {
	chance := func(n int, p float64, proved bool, want Finding, control Evidence) (sum float64) {
		for ended, v := range binomial(n, p) {
			e := control
			e.Ended, e.Odd = ended, n-ended
			if e.Finding(proved) == want {
				sum += v
			}
		}
		return sum
	}
	clean := Evidence{ClearEnded: 80}
	for n, most := range map[int][2]float64{4: {.051, .004}, 5: {.016, .001}, 6: {.005, .005}, 8: {.0043, .0004}, 16: {3e-4, 4e-6}, 40: {2e-8, 4e-14}} {
		if missed := 1 - chance(n, .25, true, Wrong, clean); missed > most[0] {
			t.Errorf("%d frames: a wrong key is missed with %g", n, missed)
		}
		if passed := chance(n, .25, true, Fits, clean); passed > most[1] {
			t.Errorf("%d frames: a wrong key passes with %g", n, passed)
		}
		if alarm := chance(n, .999, true, Wrong, clean); alarm > 2e-5 {
			t.Errorf("%d frames: a damaged stream is called wrong with %g", n, alarm)
		}
		if alarm := chance(n, 1, false, Wrong, clean); alarm > 0 {
			t.Errorf("%d frames: a good stream is called wrong", n)
		}
	}
	if e := (Evidence{Ended: 2, Odd: 6, ClearEnded: 60, ClearOdd: 20}); e.Finding(false) != Unknown {
		t.Error("an encoder with ends of its own is called wrong")
	}
	if missed := 1 - chance(90, .25, false, Wrong, Evidence{}); missed > 1e-6 {
		t.Errorf("without a clear end a wrong key is missed with %g", missed)
	}
}
