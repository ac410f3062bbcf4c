package join

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"seine/assemble/bmff"
	"seine/assemble/media"
)

// TestCutAnywhere: where the segments are cut within the packets makes no difference to what is in the film.
func TestCutAnywhere(t *testing.T) {
	list := jobs(t)["cut anywhere"]
	path, sum := movie(t, list)
	whole, _ := movie(t, playlist(t, "film/360p", 0)[:4])
	for _, kind := range []string{"v", "a"} {
		if d := cmp.Diff(decoded(t, whole, kind), decoded(t, path, kind)); d != "" {
			t.Errorf("decoded %s:\n%s", kind, d)
		}
	}
	if sum.Warnings != (Warnings{}) {
		t.Errorf("%+v", sum.Warnings)
	}
	a, b := probe(t, whole), probe(t, path)
	byTrack := func(p probed) map[int][]int64 {
		m := map[int][]int64{}
		for _, k := range p.Packets {
			m[k.Stream] = append(m[k.Stream], k.DTS, k.PTS, int64(k.Size))
		}
		return m
	}
	if d := cmp.Diff(byTrack(a), byTrack(b)); d != "" {
		t.Error(d)
	}
}

// TestIsland: an inserted clip of another size and another clock, its sound and picture kept together.
func TestIsland(t *testing.T) {
	list := jobs(t)["island"]
	path, sum := movie(t, list)
	p := probe(t, path)
	rising(t, p)
	if d := p.Format.Duration - total(list).Seconds(); math.Abs(d) > 0.04*3 {
		t.Errorf("duration off by %v s", d)
	}
	if sum.Tracks[0].Entries != 2 || sum.Tracks[1].Entries != 1 {
		t.Errorf("sample entries: picture %d, sound %d; want 2 (the first size comes back) and 1", sum.Tracks[0].Entries, sum.Tracks[1].Entries)
	}
	var want []string
	for _, part := range [][]segment{list[:2], list[2:4], list[4:]} {
		want = append(want, flags(probe(t, joined(t, part)))...)
	}
	if g := len(flags(p)); g != len(want) {
		t.Errorf("%d pictures, want %d", g, len(want))
	}
	apart(t, p, 0.024)
}

func flags(p probed) (list []string) {
	for _, k := range p.Packets {
		if k.Stream == p.stream("video") {
			list = append(list, k.Flags)
		}
	}
	return list
}

// apart checks that at no time sound and picture end more than limit from one another where both begin at once: the last
// packets of each must end together.
func apart(t *testing.T, p probed, limit float64) {
	t.Helper()
	end := map[string]float64{}
	for _, kind := range []string{"video", "audio"} {
		s := p.Streams[p.stream(kind)]
		end[kind] = s.StartTime + s.Duration
	}
	if d := math.Abs(end["video"] - end["audio"]); d > limit+0.04 {
		t.Errorf("sound and picture end %v s apart", d)
	}
}

// TestGap: a missing segment stays a hole of its duration, for sound and picture alike.
func TestGap(t *testing.T) {
	list := jobs(t)["gap"]
	path, sum := movie(t, list)
	p := probe(t, path)
	if d := p.Format.Duration - total(list).Seconds(); math.Abs(d) > 0.04 {
		t.Errorf("duration off by %v s", d)
	}
	full, _ := movie(t, playlist(t, "film/360p", 0)[:6])
	q := probe(t, full)
	for _, kind := range []string{"video", "audio"} {
		g, w := lastTime(p, kind), lastTime(q, kind)
		if math.Abs(g-w) > 0.0233 {
			t.Errorf("%s: the last packet is at %v, without the hole at %v", kind, g, w)
		}
	}
	if sum.Warnings.MissingParts != 1 {
		t.Errorf("%+v", sum.Warnings)
	}
}

func lastTime(p probed, kind string) float64 {
	base := map[string]float64{"video": 90000, "audio": 44100}[kind]
	last := 0.0
	for _, k := range p.Packets {
		if k.Stream == p.stream(kind) {
			last = max(last, float64(k.PTS)/base)
		}
	}
	return last
}

// TestHolesAtEdges: missing first segments move all that follows, and a hole before a discontinuity keeps its length.
func TestHolesAtEdges(t *testing.T) {
	film, small := playlist(t, "film/360p", 0), playlist(t, "film/180p", 0)
	list := slices.Concat(film[:3], small[7:9])
	for _, i := range []int{0, 2} {
		list[i].Missing, list[i].data = true, nil
	}
	for i := 3; i < len(list); i++ {
		list[i].Period, list[i].Discontinuity = 1, i == 3
	}
	path, sum := movie(t, list)
	if d := (sum.Duration - total(list)).Abs(); d > 80*time.Millisecond {
		t.Errorf("duration %v, want %v", sum.Duration, total(list))
	}
	if d := (sum.Tracks[1].Start - 2*time.Second).Abs(); d > 40*time.Millisecond {
		t.Errorf("sound starts at %v, want 2 s", sum.Tracks[1].Start)
	}
	rising(t, probe(t, path))
}

// TestSplit: picture and sound from two playlists.
func TestSplit(t *testing.T) {
	list := jobs(t)["split"]
	path, sum := movie(t, list)
	video, audio := joined(t, playlist(t, "split/video", 0)), joined(t, playlist(t, "split/audio", 0))
	if d := cmp.Diff(decoded(t, video, "v"), decoded(t, path, "v")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(decoded(t, audio, "a"), decoded(t, path, "a")); d != "" {
		t.Error(d)
	}
	p, v, a := probe(t, path), probe(t, video), probe(t, audio)
	want := v.Streams[0].StartTime - a.Streams[0].StartTime
	got := p.Streams[p.stream("video")].StartTime - p.Streams[p.stream("audio")].StartTime
	if math.Abs(got-want) > 0.001 {
		t.Errorf("picture begins %v s after sound, want %v", got, want)
	}
	if len(sum.Tracks) != 2 || sum.Warnings != (Warnings{}) {
		t.Errorf("%+v", sum)
	}
}

// TestOrderOfStreams: which stream's parts come first does not move one against the other.
func TestOrderOfStreams(t *testing.T) {
	list := jobs(t)["periods of two streams"]
	late := slices.Clone(list)
	slices.SortStableFunc(late, func(a, b segment) int { return b.Stream - a.Stream })
	one, two := &memory{}, &memory{}
	a, _ := run(t, one, options(list), list)
	b, _ := run(t, two, options(list), late)
	if d := cmp.Diff(a.Tracks, b.Tracks); d != "" {
		t.Error(d)
	}
}

// TestMoovInFront: and at the end when nobody said how long the film is, or far too little.
func TestMoovInFront(t *testing.T) {
	list := playlist(t, "film/180p", 0)
	for name, c := range map[string]struct {
		d    time.Duration
		want []string
	}{
		"known":   {total(list), []string{"ftyp", "moov", "free", "mdat"}},
		"unknown": {0, []string{"ftyp", "mdat", "moov"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &memory{}
			sum, _ := run(t, f, Options{Duration: c.d, Streams: 1}, list)
			boxes, err := bmff.Boxes(f.b)
			if err != nil || int64(len(f.b)) != sum.Size {
				t.Fatalf("%v, %d bytes of %d", err, len(f.b), sum.Size)
			}
			var got []string
			for _, b := range boxes {
				got = append(got, b.Type)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestMoovDoesNotFit makes the film far longer than was said.
func TestMoovDoesNotFit(t *testing.T) {
	list := playlist(t, "film/180p", 0)
	var long []segment
	for n := range 60 {
		for i, s := range list {
			s.Period, s.Discontinuity = n, i == 0 && n > 0
			long = append(long, s)
		}
	}
	f := &memory{}
	sum, _ := run(t, f, Options{Duration: time.Second, Streams: 1}, long)
	boxes, err := bmff.Boxes(f.b)
	if err != nil {
		t.Fatal(err)
	}
	if len(boxes) != 4 || boxes[1].Type != "free" || boxes[3].Type != "moov" {
		t.Errorf("%v", boxes)
	}
	if d := sum.Duration - 60*24*time.Second; d.Abs() > 60*40*time.Millisecond { // each round the sound is 33 ms longer than the picture
		t.Errorf("off by %v", d)
	}
}

// TestReserve: the room is used by half at least on an ordinary film.
func TestReserve(t *testing.T) {
	var long []segment
	for n := range 40 {
		for i, s := range playlist(t, "film/360p", 0) {
			s.Period, s.Discontinuity = n, i == 0 && n > 0
			long = append(long, s)
		}
	}
	f := &memory{}
	run(t, f, options(long), long)
	boxes, err := bmff.Boxes(f.b)
	if err != nil || boxes[1].Type != "moov" {
		t.Fatalf("%v %v", boxes[1].Type, err)
	}
	if len(boxes[2].Data) > len(boxes[1].Data) {
		t.Errorf("moov takes %d bytes, %d are left free", len(boxes[1].Data), len(boxes[2].Data))
	}
}

func TestSummary(t *testing.T) {
	_, sum := movie(t, playlist(t, "film/360p", 0))
	want := []TrackSummary{
		{Kind: media.Video, Default: true, Codec: "avc1.64001e", Entries: 1, Width: 640, Height: 360, Samples: 600, FrameRate: 25, Duration: 24 * time.Second},
		{Kind: media.Audio, Default: true, Codec: "mp4a.40.2", Entries: 1, SampleRate: 44100, Channels: 2, Samples: 1035},
	}
	for i := range sum.Tracks {
		want[i].Start = sum.Tracks[i].Start
	}
	if len(sum.Tracks) == 2 {
		want[1].Samples, want[1].Duration = sum.Tracks[1].Samples, sum.Tracks[1].Duration
	}
	if d := cmp.Diff(want, sum.Tracks); d != "" {
		t.Error(d)
	}
}

// TestNothingComplains reads every finished file with ffmpeg: every packet, no complaint.
func TestNothingComplains(t *testing.T) {
	for name, list := range jobs(t) {
		t.Run(name, func(t *testing.T) {
			path, _ := movie(t, list)
			tool(t, "ffmpeg", "-v", "warning", "-i", path, "-map", "0", "-c", "copy", "-f", "null", "-")
			rising(t, probe(t, path))
		})
	}
}
