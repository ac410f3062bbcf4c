package live

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seine/assemble/manifest"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// state is a list of n segments of 2 s from a number on.
func state(first uint64, n int, change ...func(i int, s *manifest.Segment)) *manifest.Playlist {
	p := &manifest.Playlist{Sequence: first, TargetDuration: 2 * time.Second}
	for i := range n {
		s := manifest.Segment{Sequence: first + uint64(i), Duration: 2 * time.Second, URL: fmt.Sprintf("http://h/live/seg%d.ts?token=%d", first+uint64(i), n)}
		for _, c := range change {
			c(i, &s)
		}
		p.Segments = append(p.Segments, s)
	}
	return p
}

func dated(from time.Time) func(int, *manifest.Segment) {
	return func(i int, s *manifest.Segment) { s.ProgramDateTime = from.Add(time.Duration(i) * 2 * time.Second) }
}

func named(name string) func(int, *manifest.Segment) {
	return func(_ int, s *manifest.Segment) { s.URL = fmt.Sprintf("http://h/%s/%s%d.ts", name, name, s.Sequence) }
}

func ranged(_ int, s *manifest.Segment) {
	s.URL = "http://h/live/all.mp4"
	s.Range = &manifest.ByteRange{Offset: int64(s.Sequence) * 1000, Length: 1000}
}

func query(_ int, s *manifest.Segment) { s.URL = fmt.Sprintf("http://h/live/segment?n=%d", s.Sequence) }

func lasting(d time.Duration) func(int, *manifest.Segment) {
	return func(_ int, s *manifest.Segment) { s.Duration = d }
}

// told writes pieces as numbers: 7, lost ones as 7×3, the epoch behind a colon where it is not 0.
func told(list []Piece) []string {
	out := []string{}
	for _, p := range list {
		s := fmt.Sprint(p.Sequence)
		if p.Lost > 0 {
			s += fmt.Sprintf("×%d=%v", p.Lost, p.Duration)
		}
		if p.Epoch > 0 {
			s += fmt.Sprintf(":%d", p.Epoch)
		}
		out = append(out, s)
	}
	return out
}

// TestTrack: what is new in each state of a list, read one behind the other.
func TestTrack(t *testing.T) {
	for name, c := range map[string]struct {
		states []*manifest.Playlist
		later  time.Duration // between two of them
		want   [][]string
	}{
		"goes on":            {[]*manifest.Playlist{state(5, 3), state(6, 3), state(6, 3), state(8, 3)}, 2 * time.Second, [][]string{{"5", "6", "7"}, {"8"}, {}, {"9", "10"}}},
		"an old state":       {[]*manifest.Playlist{state(5, 5), state(4, 4), state(6, 5)}, time.Second, [][]string{{"5", "6", "7", "8", "9"}, {}, {"10"}}},
		"lost":               {[]*manifest.Playlist{state(5, 3), state(12, 3)}, 20 * time.Second, [][]string{{"5", "6", "7"}, {"8×4=8s", "12", "13", "14"}}},
		"lost, with dates":   {[]*manifest.Playlist{state(5, 3, dated(noon)), state(12, 3, dated(noon.Add(15*time.Second)))}, 20 * time.Second, [][]string{{"5", "6", "7"}, {"8×4=9s", "12", "13", "14"}}},
		"begins anew":        {[]*manifest.Playlist{state(500, 3), state(0, 3), state(0, 4)}, 2 * time.Second, [][]string{{"500", "501", "502"}, {}, {"0:1", "1:1", "2:1", "3:1"}}},
		"begins anew higher": {[]*manifest.Playlist{state(5, 3), state(90000, 3), state(90001, 3)}, 2 * time.Second, [][]string{{"5", "6", "7"}, {}, {"90001:1", "90002:1", "90003:1"}}},
		"anew, in the window": {
			[]*manifest.Playlist{state(5, 6, dated(noon)), state(5, 2, dated(noon.Add(time.Minute))), state(5, 3, dated(noon.Add(time.Minute)))},
			2 * time.Second,
			[][]string{{"5", "6", "7", "8", "9", "10"}, {}, {"5:1", "6:1", "7:1"}},
		},
		"one odd answer":     {[]*manifest.Playlist{state(500, 3), state(0, 3), state(501, 3)}, 2 * time.Second, [][]string{{"500", "501", "502"}, {}, {"503"}}},
		"tokens in the path": {[]*manifest.Playlist{state(5, 3, named("a")), state(6, 3, named("b"))}, 2 * time.Second, [][]string{{"5", "6", "7"}, {"8"}}},
		"other host":         {[]*manifest.Playlist{state(5, 3), state(6, 3, func(_ int, s *manifest.Segment) { s.URL = "http://other" + s.URL[8:] })}, 2 * time.Second, [][]string{{"5", "6", "7"}, {"8"}}},
		"an old one, lost before": {
			[]*manifest.Playlist{state(5, 3), state(12, 6), state(11, 5), state(13, 6)},
			10 * time.Second,
			[][]string{{"5", "6", "7"}, {"8×4=8s", "12", "13", "14", "15", "16", "17"}, {}, {"18"}},
		},
		"a clock put right": {
			[]*manifest.Playlist{state(5, 4, dated(noon)), state(7, 4, dated(noon.Add(5*time.Second))), state(8, 4, dated(noon.Add(7*time.Second)))},
			2 * time.Second,
			[][]string{{"5", "6", "7", "8"}, {"9", "10"}, {"11"}},
		},
		"two servers that count apart": {
			[]*manifest.Playlist{state(500, 3), state(90, 3), state(500, 3), state(91, 3), state(501, 3), state(92, 3), state(502, 3)},
			time.Second,
			[][]string{{"500", "501", "502"}, {}, {}, {}, {"503"}, {}, {"504"}},
		},
		"anew, names in the query": {
			[]*manifest.Playlist{state(500, 3, query), state(0, 3, query), state(0, 4, query)},
			2 * time.Second,
			[][]string{{"500", "501", "502"}, {}, {"0:1", "1:1", "2:1", "3:1"}},
		},
		"ranges": {[]*manifest.Playlist{state(5, 3, ranged), state(6, 3, ranged)}, 2 * time.Second, [][]string{{"5", "6", "7"}, {"8"}}},
		"a jump of long segments": {
			[]*manifest.Playlist{state(5, 3, lasting(24*time.Hour)), state(1<<62, 3, lasting(24*time.Hour))},
			24 * time.Hour,
			[][]string{{"5", "6", "7"}, {}},
		},
		"long segments, lost": {
			[]*manifest.Playlist{state(5, 3, lasting(24*time.Hour)), state(9, 1, lasting(24*time.Hour))},
			24 * time.Hour,
			[][]string{{"5", "6", "7"}, {"8×1=24h0m0s", "9"}},
		},
		"empty": {[]*manifest.Playlist{state(5, 3), state(9, 0), state(6, 3)}, 2 * time.Second, [][]string{{"5", "6", "7"}, {}, {"8"}}},
	} {
		var track Track
		track.Begin(c.states[0], 0, 0)
		var got [][]string
		for i, s := range c.states {
			got = append(got, told(track.Take(s, noon.Add(time.Duration(i)*c.later))))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// TestTrackTakesAllOnce: whatever states are read of a channel that only goes on, every segment is taken once, in order, or is among those lost.
func TestTrackTakesAllOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var track Track
		edge, window := uint64(10), rapid.IntRange(3, 20).Draw(t, "window")
		now := noon
		first := state(edge, window)
		track.Begin(first, 0, 0)
		pieces := track.Take(first, now)
		for range rapid.IntRange(1, 40).Draw(t, "reads") {
			n := rapid.Uint64Range(0, 30).Draw(t, "new")
			edge += n
			now = now.Add(time.Duration(n) * 2 * time.Second)
			shown := edge - min(rapid.Uint64Range(0, 3).Draw(t, "behind"), edge-10)
			pieces = append(pieces, track.Take(state(shown, window), now)...)
		}
		next := uint64(10)
		for _, p := range pieces {
			if p.Sequence != next || p.Epoch != 0 {
				t.Fatalf("%d in place of %d: %v", p.Sequence, next, told(pieces))
			}
			next += max(p.Lost, 1)
		}
	})
}

// TestResume: a recording goes on behind what an earlier one had last.
func TestResume(t *testing.T) {
	last := state(7, 1).Segments[0]
	for name, c := range map[string]struct {
		list *manifest.Playlist
		away time.Duration
		want []string
	}{
		"still there": {state(5, 5), 4 * time.Second, []string{"8", "9"}},
		"gone":        {state(20, 3), 30 * time.Second, []string{"8×12=24s", "20", "21", "22"}},
		"nothing new": {state(5, 3), time.Second, []string{}},
	} {
		var track Track
		track.Resume(&last, 0, noon)
		if d := cmp.Diff(c.want, told(track.Take(c.list, noon.Add(c.away)))); d != "" {
			t.Error(name, d)
		}
	}
}

// TestPace is RFC 8216 §6.3.4.
func TestPace(t *testing.T) {
	list := state(1, 3)
	list.TargetDuration = 6 * time.Second
	blocks := state(1, 3)
	blocks.Live.Blocks = true
	blocks.TargetDuration = 6 * time.Second
	var p Pace
	for name, c := range map[string]struct{ got, want time.Duration }{
		"something new":      {p.Read(list, true, noon).Sub(noon), 6 * time.Second},
		"nothing new":        {p.Read(list, false, noon).Sub(noon), 3 * time.Second},
		"held back":          {p.Read(blocks, true, noon).Sub(noon), blockedPause},
		"held back for none": {p.Read(blocks, false, noon).Sub(noon), 3 * time.Second},
		"no target":          {p.Read(&manifest.Playlist{}, true, noon).Sub(noon), leastPause},
		"first failure":      {p.Failed(6 * time.Second), leastPause},
		"second":             {p.Failed(6 * time.Second), 2 * leastPause},
		"absurd target":      {p.Read(&manifest.Playlist{TargetDuration: time.Hour}, true, noon).Sub(noon), mostPause},
	} {
		if name != "second" && c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

// TestEdge: where a recording begins.
func TestEdge(t *testing.T) {
	at := func(d time.Duration) *time.Duration { return &d }
	for name, c := range map[string]struct {
		live manifest.Live
		want int
	}{
		"three targets":      {manifest.Live{}, 7},
		"hold back":          {manifest.Live{HoldBack: 10 * time.Second}, 5},
		"start from the end": {manifest.Live{Start: at(-4 * time.Second)}, 8},
		"start":              {manifest.Live{Start: at(5 * time.Second)}, 2},
		"beyond":             {manifest.Live{Start: at(time.Hour)}, 9},
		"long ago":           {manifest.Live{HoldBack: time.Hour}, 0},
	} {
		list := state(1, 10)
		list.Live = c.live
		if got := Edge(list); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestWith: a stream begins where another does.
func TestWith(t *testing.T) {
	for name, c := range map[string]struct {
		list, other *manifest.Playlist
		index, want int
	}{
		"dates":         {state(100, 10, dated(noon)), state(1, 10, dated(noon.Add(4*time.Second))), 3, 5},
		"before all":    {state(100, 3, dated(noon.Add(time.Minute))), state(1, 10, dated(noon)), 3, 0},
		"numbers":       {state(3, 10), state(1, 10), 7, 5},
		"from the end":  {state(300, 10), state(1, 10), 7, 7},
		"an empty list": {state(300, 0), state(1, 10), 7, 0},
	} {
		if got := With(c.list, c.other, c.index); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestNumbering: numbers last while the list forgets, and leave room for what was lost.
func TestNumbering(t *testing.T) {
	var n Numbering
	numbers := func(from time.Duration, count int, skip ...int) (out []int) {
		list := state(0, count, dated(noon.Add(from)))
		list.Segments = slices.DeleteFunc(list.Segments, func(s manifest.Segment) bool { return slices.Contains(skip, int(s.Sequence)) })
		n.Number(list)
		for _, s := range list.Segments {
			out = append(out, int(s.Sequence)-firstNumber)
		}
		return out
	}
	for i, c := range []struct{ got, want []int }{
		{numbers(0, 3), []int{0, 1, 2}},
		{numbers(2*time.Second, 3), []int{1, 2, 3}},
		{numbers(4*time.Second+300*time.Millisecond, 2), []int{2, 3}},
		{numbers(20*time.Second, 2), []int{10, 11}},
		{numbers(18*time.Second, 5, 1, 2), []int{9, 12, 13}},
		{numbers(10*time.Second, 2), []int{5, 6}},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Error(i, d)
		}
	}
}

// TestTrackPeriods: discontinuities are counted on where the list forgets those that have left it.
func TestTrackPeriods(t *testing.T) {
	parted := func(periods ...uint64) func(int, *manifest.Segment) {
		return func(i int, s *manifest.Segment) { s.Period = periods[i] }
	}
	for name, c := range map[string]struct {
		states []*manifest.Playlist
		want   []uint64
	}{
		"counted": {[]*manifest.Playlist{state(5, 3, parted(7, 7, 8)), state(7, 3, parted(8, 8, 9)), state(12, 2, parted(11, 11))}, []uint64{7, 7, 8, 8, 9, 9, 11, 11}},
		"not counted": {
			[]*manifest.Playlist{state(5, 3, parted(0, 0, 1)), state(6, 3, parted(0, 1, 1)), state(8, 3, parted(0, 0, 1)), state(10, 3, parted(0, 0, 1))},
			[]uint64{0, 0, 1, 1, 1, 2, 2, 3},
		},
		"not counted, lost": {[]*manifest.Playlist{state(5, 3, parted(0, 1, 2)), state(9, 3, parted(0, 0, 1))}, []uint64{0, 1, 2, 2, 2, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			var tr Track
			var got []uint64
			tr.Begin(c.states[0], 0, 0)
			for i, list := range c.states {
				for _, p := range tr.Take(list, noon.Add(time.Duration(i)*4*time.Second)) {
					got = append(got, p.Period)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTrackResume: a list of ranges goes on behind what is on record of it, which is neither path nor range.
func TestTrackResume(t *testing.T) {
	var tr Track
	tr.Resume(&manifest.Segment{Sequence: 7, Duration: 2 * time.Second, Period: 3}, 0, noon)
	for range 2 {
		got := tr.Take(state(5, 4, ranged), noon.Add(time.Second))
		if len(got) > 1 || len(got) == 1 && (got[0].Sequence != 8 || got[0].Period != 3) {
			t.Errorf("%v", got)
		}
	}
	if tr.next != 9 || tr.Odd() {
		t.Errorf("next %d, odd %v", tr.next, tr.Odd())
	}
}
