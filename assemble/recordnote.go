package assemble

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"seine/assemble/journal"
	"seine/assemble/live"
	"seine/assemble/manifest"
	"seine/assemble/media/wire"
)

// note is what the journal keeps of a part of a recording, beside what the joiner wants to hear again: no list will name it again.
type note struct {
	item  live.Item
	taken time.Time
}

// note returns that of the part at hand, in front of the joiner's record.
func (rec *recording) note(i int) []byte {
	it := &rec.item
	b := wire.Int(nil, int64(it.Part.Stream))
	b = wire.Int(b, int64(it.Epoch))
	b = wire.Int(b, int64(it.Period))
	b = wire.Int(b, int64(it.Part.Period))
	b = wire.Int(b, int64(it.Part.Sequence))
	b = wire.Int(b, int64(it.Part.Start))
	b = wire.Int(b, int64(it.Part.Duration))
	b = wire.Int(b, unixNano(it.Date))
	b = wire.Int(b, time.Now().UnixNano())
	b = wire.Bool(b, it.Lost != nil || it.Part.Gap)
	return wire.Bytes(nil, b)
}

func unixNano(t time.Time) int64 {
	if y := t.Year(); t.IsZero() || y < 1700 || y > 2200 { // beyond what 64 bits of nanoseconds hold, and nobody's clock
		return 0
	}
	return t.UnixNano()
}

// cutNote takes a note off a record.
func cutNote(record []byte) (n note, rest []byte, ok bool) {
	r := wire.NewReader(record)
	b := r.Bytes()
	if r.Err() != nil {
		return n, nil, false
	}
	rest = record[len(record)-r.Len():]
	r = wire.NewReader(b)
	p := &n.item.Part
	p.Stream, n.item.Epoch, n.item.Period = int(r.Int()), int(r.Int()), uint64(r.Int())
	p.Period, p.Sequence = int(r.Int()), uint64(r.Int())
	p.Start, p.Duration = time.Duration(r.Int()), time.Duration(r.Int())
	if at := r.Int(); at != 0 {
		n.item.Date = time.Unix(0, at).UTC()
	}
	n.taken = time.Unix(0, r.Int())
	p.Gap = r.Bool()
	return n, rest, r.Err() == nil && r.Len() == 0
}

// resume takes over what an earlier recording has finished of the same channel.
func (rec *recording) resume() error {
	r := rec.run
	records, found, err := r.out.begin(rec.header())
	if err != nil {
		return err
	}
	if h := rec.header(); found.Identity != h.Identity && (len(h.Origin) == 0 || !bytes.Equal(found.Origin, h.Origin)) { // its path may hold a token
		if !r.job.Force {
			return fmt.Errorf("%s.part: %w", r.out.path, ErrChanged)
		}
		if records, err = r.out.restart(rec.header()); err != nil {
			return err
		}
	}
	rec.recall(journal.Current(records))
	if err := r.restore(records); err != nil {
		return err
	}
	r.plan.Parts = r.plan.Parts[:r.parts]
	r.verdict.Resumed = r.parts - len(r.missing)
	r.report.update(func(p *Progress) { p.Resumed = r.verdict.Resumed })
	return rec.writeHead()
}

// recall makes the plan and the followers what they were behind these records.
func (rec *recording) recall(records []journal.Record) {
	r := rec.run
	for i := range records {
		n, _, ok := cutNote(records[i].Data)
		part := n.item.Part
		if !ok || part.Stream < 0 || part.Stream >= len(rec.followers) {
			return // restore finds them unusable
		}
		r.plan.Parts = append(r.plan.Parts, part)
		if !r.text(i) {
			r.plan.Duration = max(r.plan.Duration, part.Start+part.Duration)
		}
		rec.periods.recall(n.item.Epoch, n.item.Period, part.Period)
		f := rec.followers[part.Stream]
		if !f.textual() {
			rec.start.leads(&n.item)
		}
		f.at, f.parts = part.Start+part.Duration, f.parts+1
		last := manifest.Segment{Sequence: part.Sequence, Period: n.item.Period, Duration: part.Duration, ProgramDateTime: n.item.Date}
		f.track.Resume(&last, n.item.Epoch, n.taken)
		if r.plan.Streams[part.Stream].Lister != nil {
			rec.channel.numbered[part.Stream].Resume(&last)
		}
	}
}

// header is what the journal says of a recording: the channel's path, and how many streams are recorded.
func (rec *recording) header() journal.Header { return rec.run.recordingHeader() }

func (r *run) recordingHeader() journal.Header {
	path := r.job.URL
	if u, err := url.Parse(path); err == nil {
		path = u.EscapedPath()
	}
	likeness := sha256.Sum256(fmt.Appendf(nil, "recording of %d streams", len(r.plan.Streams)))
	return journal.Header{Identity: sha256.Sum256([]byte("recording of " + path)), Likeness: likeness, Origin: r.job.Origin}
}

// wasRecording reports whether the unfinished film is a recording: its broadcast may have ended meanwhile, and then goes on here all the same.
func (r *run) wasRecording() bool {
	if r.job.Force {
		return false
	}
	f, err := r.out.root.Open(r.out.base + ".part.journal")
	if err != nil {
		return false
	}
	defer f.Close()
	h, _, err := journal.Read(f)
	return err == nil && h.Likeness == r.recordingHeader().Likeness
}

// periods gives the stretches between discontinuities their numbers in the film, which rise. It is safe for concurrent use; its zero value works.
type periods struct {
	mu   sync.Mutex
	list []numberedPeriod // in order
}

type numberedPeriod struct {
	epoch  int
	period uint64 // as the list counts it
	n      int    // in the film
}

// spare is room for periods that turn out to be in between: one stream may have what others have not.
const spare = 16

// crowded is how many periods have room between them, maxPeriod the last one that there is: what follows is told apart by its times alone.
const (
	crowded   = 1 << 15
	maxPeriod = 1 << 20
)

// of returns the number of a period in the film.
func (p *periods) of(epoch int, period uint64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, found := p.find(epoch, period)
	if found {
		return p.list[at].n
	}
	n := spare
	switch {
	case at == len(p.list) && at > crowded: // 16 times as many fit
		n = min(p.list[at-1].n+1, maxPeriod)
	case at > 0 && at < len(p.list):
		n = (p.list[at-1].n + p.list[at].n) / 2
	case at > 0:
		n = p.list[at-1].n + spare
	case len(p.list) > 0:
		n = max(p.list[0].n/2, 0)
	}
	p.list = slices.Insert(p.list, at, numberedPeriod{epoch, period, n})
	return n
}

func (p *periods) find(epoch int, period uint64) (int, bool) {
	return slices.BinarySearchFunc(p.list, numberedPeriod{epoch: epoch, period: period}, func(a, b numberedPeriod) int {
		return cmp.Or(cmp.Compare(a.epoch, b.epoch), cmp.Compare(a.period, b.period))
	})
}

// recall takes over what of has returned.
func (p *periods) recall(epoch int, period uint64, n int) {
	if at, found := p.find(epoch, period); !found {
		p.list = slices.Insert(p.list, at, numberedPeriod{epoch, period, n})
	}
}
