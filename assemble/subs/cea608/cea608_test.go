package cea608_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/internal/hostile"
	"seine/assemble/subs"
	"seine/assemble/subs/cea608"
	"seine/assemble/subs/cea608/cea608test"
)

// frame is how long a pair takes.
const frame = time.Second / 25

// said are the cues of a channel as "from-until text", in pictures.
func said(list []subs.Cue) (out []string) {
	for i := range list {
		c := &list[i]
		text := ""
		for _, r := range c.Runs {
			if r.Style&subs.Italic != 0 {
				text += "{i}"
			}
			if r.Style&subs.Underline != 0 {
				text += "{u}"
			}
			text += strings.ReplaceAll(r.Text, "\n", "|")
		}
		if c.Settings != "" {
			text += " [" + c.Settings + "]"
		}
		out = append(out, fmt.Sprintf("%d-%d %s", c.Start/frame, c.End/frame, text))
	}
	return out
}

func decode(script cea608test.Script, field int, channel cea608.Channel) []string {
	var d cea608.Decoder
	for i, p := range script {
		d.Pair(field, cea608test.Parity(p[0]), cea608test.Parity(p[1]), time.Duration(i)*frame)
	}
	return said(d.Cues(channel, time.Duration(len(script))*frame))
}

func TestDecode(t *testing.T) {
	text := cea608test.Text
	on := func(channel byte, pairs [][2]byte) (out [][2]byte) { // 0 or 8: codes of the first or the second channel of a field
		for _, p := range pairs {
			if p[0] >= 0x10 && p[0] < 0x20 {
				p[0] |= channel
			}
			out = append(out, p)
		}
		return out
	}
	pop := slices.Concat(cea608test.Resume, cea608test.EraseBack, cea608test.Row15, text("ab"), cea608test.End) // shown from picture 7
	for _, c := range []struct {
		name    string
		pairs   [][2]byte
		field   int
		channel cea608.Channel
		want    []string
	}{
		{"pop-on", slices.Concat(pop, text("cd"), cea608test.Erase), 1, cea608.CC1, []string{"7-10 ab"}},
		{"to the end", pop, 1, cea608.CC1, []string{"7-9 ab"}},
		{"another channel", pop, 1, cea608.CC2, nil},
		{"the second channel", on(8, pop), 1, cea608.CC2, []string{"7-9 ab"}},
		{"the other field", on(8, pop), 2, cea608.CC4, []string{"7-9 ab"}},
		{"XDS between", slices.Concat(cea608test.Resume, cea608test.Row15, [][2]byte{{1, 5}, {'x', 'y'}, {0x0f, 0x20}}, cea608test.Row15, text("ab"), cea608test.End), 2, cea608.CC3, []string{"10-12 ab"}},
		{"codes sent once", [][2]byte{{0x14, 0x20}, {0x14, 0x70}, {'a', 'b'}, {0x14, 0x2f}, {0, 0}, {0x14, 0x2c}}, 1, cea608.CC1, []string{"3-5 ab"}},
		{"the same code again on purpose", slices.Concat(cea608test.Resume, cea608test.Row15, text("abc"), [][2]byte{{0x14, 0x21}, {0x14, 0x21}, {0, 0}, {0x14, 0x21}}, cea608test.End), 1, cea608.CC1, []string{"10-12 a"}},
		{"letters", slices.Concat(cea608test.Resume, cea608test.Row15, [][2]byte{{0x2a, 0x5c}, {0x11, 0x37}, {'A', 0}, {0x12, 0x20}, {'u', 0}, {0x13, 0x31}}, cea608test.End), 1, cea608.CC1, []string{"10-12 áé♪Áä"}},
		{"italics, high up", slices.Concat(cea608test.Resume, cea608test.Row1, text("a"), cea608test.Italics, text("b"), cea608test.End), 1, cea608.CC1, []string{"8-10 a {i}b [line:10%]"}},
		{"a text channel", slices.Concat([][2]byte{{0x14, 0x2b}}, text("ab"), cea608test.Erase), 1, cea608.CC1, nil},
		{"before any mode", text("ab"), 1, cea608.CC1, nil},
		{"rolling moved", slices.Concat(cea608test.RollUp2, text("ab"), cea608test.Row14, text("cd"), cea608test.Erase), 1, cea608.CC1, []string{"2-6 cd"}},
	} {
		if diff := cmp.Diff(c.want, decode(c.pairs, c.field, c.channel)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// Damage costs characters, and nothing else.
func TestParity(t *testing.T) {
	var d cea608.Decoder
	script := slices.Concat(cea608test.Resume, cea608test.Row15, cea608test.Text("abcd"), cea608test.End)
	for i, p := range script {
		a, b := cea608test.Parity(p[0]), cea608test.Parity(p[1])
		switch i {
		case 4:
			b ^= 0x80
		case 6:
			a ^= 0x80 // the first of two codes
		}
		d.Pair(1, a, b, time.Duration(i)*frame)
	}
	if diff := cmp.Diff([]string{"7-8 a█cd"}, said(d.Cues(cea608.CC1, 8*frame))); diff != "" {
		t.Error(diff)
	}
}

// What is in the information of a picture comes out, of either codec, with units that are escaped and samples that are cut.
func TestOfPicture(t *testing.T) {
	for name, c := range map[string]struct {
		syntax     cea608.Syntax
		sei, slice []byte
	}{
		"AVC":  {cea608.Syntax{Length: 4}, cea608test.SEI([]byte{6}, [2]byte{'a', 'b'}), []byte{0x65, 1, 2, 3}},
		"HEVC": {cea608.Syntax{HEVC: true, Length: 2}, cea608test.SEI([]byte{39 << 1, 1}, [2]byte{'a', 'b'}), []byte{1 << 1, 1, 2, 3}},
	} {
		var sample []byte
		for _, unit := range [][]byte{c.sei, c.slice, c.sei} {
			for i := c.syntax.Length - 1; i >= 0; i-- {
				sample = append(sample, byte(len(unit)>>(8*i)))
			}
			sample = append(sample, unit...)
		}
		want := []cea608.Bytes{{Field: 1, A: 'a' | 0x80, B: 'b' | 0x80}, {Field: 2, A: 0x80, B: 0x80}}
		want[0].A, want[0].B = cea608test.Parity('a'), cea608test.Parity('b')
		got, cut := cea608.OfPicture(nil, sample, c.syntax)
		if diff := cmp.Diff(want, got); diff != "" || cut {
			t.Errorf("%s: %v %s", name, cut, diff)
		}
		if got, cut := cea608.OfPicture(nil, sample[:10], c.syntax); !cut || len(got) > 0 {
			t.Errorf("%s: %v of a sample that is cut", name, got)
		}
	}
}

func FuzzPair(f *testing.F) {
	f.Add([]byte("\x94\x20\x94\xf0ab\x94\x2f\x94\x2c"))
	f.Add([]byte{0x94, 0x25, 0x94, 0xad, 'a', 'b', 0x97, 0xa1, 0x91, 0xae})
	f.Fuzz(func(t *testing.T, b []byte) {
		var d cea608.Decoder
		for i := 0; i+1 < len(b); i += 2 {
			d.Pair(1+i/2%2, b[i], b[i+1], time.Duration(i)*frame)
		}
		for _, n := range cea608.Channels() {
			last := time.Duration(0)
			for _, c := range d.Cues(n, time.Duration(len(b))*frame) {
				if c.Start < last || c.End <= c.Start || len(c.Runs) == 0 {
					t.Fatalf("%+v", c)
				}
				last = c.Start
			}
		}
	})
}

func FuzzOfPicture(f *testing.F) {
	f.Add(append([]byte{0, 0, 0, 20}, cea608test.SEI([]byte{6}, [2]byte{'a', 'b'})...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range []cea608.Syntax{{Length: 4}, {Length: 1, HEVC: true}, {Length: 2}} {
			if list, _ := cea608.OfPicture(nil, b, s); len(list) > len(b) {
				t.Fatal(len(list))
			}
		}
	})
}

func TestHostileMemory(t *testing.T) {
	pairs := append(hostile.Common(), hostile.Input{Name: "rolling", Data: hostile.Fill("\x94\x25\x94\xadabcd")}, hostile.Input{Name: "pictures", Data: hostile.Fill("\x00\x00\x00\x09\x06\x04\x06\xb5\x001GA\x80")})
	hostile.Memory(t, pairs, func(b []byte) {
		_, _ = cea608.OfPicture(nil, b, cea608.Syntax{Length: 4})
	})
}
