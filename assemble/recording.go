package assemble

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/live"
	"seine/assemble/mux/mp4"
	"seine/assemble/plan"
)

// defaultPatience is that of Live.
const defaultPatience = 10 * time.Minute

// recording is a broadcast on its way to the file. A follower for each stream finds the parts, the pool fetches them, and the goroutine of Run
// joins them in the order in which they were found.
type recording struct {
	run       *run
	feed      *live.Feed
	source    *source
	side      *fetch.Pool // for playlists, which wait for no slot
	channel   *channel
	periods   periods
	start     together
	followers []*follower
	newest    atomic.Int64 // number of the latest part that came
	began     time.Time
	latest    atomic.Int64 // when one came: nanoseconds since began, whatever the machine's clock says
	stopped   atomic.Bool
	ended     atomic.Bool     // a list of the film has come to its end
	late      context.Context //nolint:containedctx // it ends when nobody asks any more for what is missing
	tooLate   context.CancelFunc
	onAir     atomic.Int32 // followers of the film itself that go on: subtitles end with it

	mu       sync.Mutex
	waiting  error  // why nothing comes just now
	failed   error  // what has ended it before its time
	over     string // why it counts as over, for the verdict
	stopTime time.Time

	// For the goroutine of Run.
	item live.Item // being joined
	head []byte    // of the file, as it was written last
}

// record makes a film of a broadcast: it goes on where an earlier run was cut off.
func (r *run) record(ctx context.Context) error {
	if r.job.Live == nil { // it was a recording, and the broadcast is over
		r.job.Live = &Live{FromStart: true}
	}
	rec, err := r.startRecording()
	if err != nil {
		return err
	}
	from := len(r.plan.Parts)
	followed := rec.follow(ctx)
	err = r.pool.Ordered(ctx, fetch.Work{
		More:    func(ctx context.Context, i int) bool { return rec.feed.More(ctx, i+from) },
		URLs:    func(i int) []string { return rec.addresses(i + from) },
		Fetch:   func(ctx context.Context, i int, l *fetch.Lane) (*fetch.Body, error) { return rec.fetch(ctx, i+from, l) },
		Deliver: func(i int, b *fetch.Body, err error) error { return rec.deliver(ctx, i+from, b, err) },
		Idle:    r.flush, IdleTime: flushTime,
	})
	followed()
	if e := r.flush(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return rec.conclude()
}

// startRecording takes over what is there, and says where each stream begins.
func (r *run) startRecording() (*recording, error) {
	rec := &recording{run: r, side: r.pool.Ahead(r.client), channel: newChannel(r), began: time.Now()}
	r.live = rec
	window := r.plan
	r.plan = &plan.Plan{Streams: window.Streams, Offsets: make([]time.Duration, len(window.Streams)), Live: true}
	rec.source = newSource(r.plan, true)
	rec.source.found = func(i int) *plan.Part {
		it := rec.feed.Item(i)
		return &it.Part
	}
	rec.source.most = liveTries
	r.renewer = newRenewer(rec.source, r)
	for i := range r.plan.Streams {
		rec.followers = append(rec.followers, newFollower(rec, i))
	}
	if err := rec.resume(); err != nil {
		return nil, err
	}
	for i, f := range rec.followers {
		if r.plan.Streams[i].Lister != nil {
			rec.channel.number(i, f.list)
		}
	}
	rec.feed = live.NewFeed(len(r.plan.Parts))
	for _, f := range rec.followers {
		rec.begin(f)
	}
	return rec, nil
}

// follow starts the followers. The function that it returns ends them and waits.
func (rec *recording) follow(ctx context.Context) (wait func()) {
	ctx, cancel := context.WithCancel(ctx)
	rec.late, rec.tooLate = context.WithCancel(ctx)
	var followers, closing sync.WaitGroup
	reading, stop := context.WithCancel(ctx)
	rec.onAir.Store(int32(rec.run.plan.Films()))
	read := time.Now()
	news := rec.takeFirst(read)
	for i, f := range rec.followers {
		followers.Go(func() {
			f.follow(reading, news[i], read)
			if i < rec.run.plan.Films() {
				rec.onAir.Add(-1)
			}
		})
	}
	closing.Go(func() {
		defer stop()
		select {
		case <-rec.run.job.Live.Stop:
			rec.feed.Drop()
		case <-reading.Done():
		}
	})
	closing.Go(func() {
		followers.Wait()
		stop()
		rec.end()
		rec.feed.Close()
	})
	return func() {
		cancel()
		closing.Wait()
	}
}

// end notes that nothing new will come.
func (rec *recording) end() {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.stopped.Store(true)
	rec.stopTime = time.Now()
	late := time.AfterFunc(endPatience, rec.tooLate)
	context.AfterFunc(rec.late, func() { late.Stop() })
	rec.tell(func(p *LiveProgress) { p.Ending = true })
}

// fail ends the recording because of an error; what is there is finished.
func (rec *recording) fail(err error) {
	rec.mu.Lock()
	if rec.failed == nil {
		rec.failed = err
	}
	rec.mu.Unlock()
	rec.stopped.Store(true)
}

// waits notes why nothing comes, nil when something does.
func (rec *recording) waits(err error) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if err == nil && rec.waiting == nil {
		return
	}
	rec.waiting = err
	rec.tell(func(p *LiveProgress) { p.Waiting = err })
}

func (rec *recording) tell(change func(*LiveProgress)) {
	rec.run.report.update(func(p *Progress) {
		next := LiveProgress{}
		if p.Live != nil {
			next = *p.Live
		}
		change(&next)
		p.Live = &next
	})
}

// addresses are none for a part that cannot be had.
func (rec *recording) addresses(i int) []string {
	it := rec.feed.Item(i)
	if it.Lost != nil || it.Part.Gap {
		return nil
	}
	return append([]string{it.Part.URL}, it.Part.Mirrors...)
}

// deliver joins a part.
func (rec *recording) deliver(ctx context.Context, i int, b *fetch.Body, err error) error {
	r := rec.run
	rec.item = rec.feed.Item(i)
	part := rec.item.Part
	if rec.item.Lost != nil {
		err = rec.item.Lost
	}
	r.plan.Parts = append(r.plan.Parts, part)
	if !r.text(i) {
		r.plan.Duration = max(r.plan.Duration, part.Start+part.Duration)
	}
	rec.source.seal(&part)
	if err = r.deliver(ctx, i, b, rec.bearable(ctx, err)); err != nil {
		return err
	}
	done := &r.plan.Parts[i] // nobody asks for it again, and a recording may be long
	done.URL, done.Mirrors, done.Key, done.Init, done.Range = "", nil, nil, nil, nil
	rec.feed.Done(i)
	rec.progress()
	return rec.writeHead()
}

// bearable makes a gap of an error that would end a film; what a recording has cannot be had again.
func (rec *recording) bearable(ctx context.Context, err error) error {
	r := rec.run
	if err == nil || ctx.Err() != nil || r.parts == len(r.missing) || errors.Is(err, ErrOutput) {
		return err
	}
	if errors.Is(err, ErrDRM) || errors.Is(err, ErrUnsupported) {
		rec.fail(err)
	}
	if fatal(ctx, err) != nil || errors.Is(err, ErrWrongKey) {
		return errors.New(reason(err))
	}
	return err
}

// writeHead makes the file playable as it is.
func (rec *recording) writeHead() error {
	r := rec.run
	head, err := r.joiner.Head()
	if errors.Is(err, mp4.ErrRoom) { // of very many codings; the film is finished all the same
		return nil
	}
	if err != nil || string(head) == string(rec.head) {
		return err
	}
	if _, err := r.out.part.WriteAt(head, 0); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	rec.head = head
	return nil
}

func (rec *recording) progress() {
	r := rec.run
	size := r.joiner.Size()
	lists := rec.followers[0].state()
	rec.tell(func(p *LiveProgress) {
		p.Recorded, p.Behind, p.Window = r.plan.Duration, rec.feed.Pending(0), lists
		if s := p.Recorded.Seconds(); s > 0 {
			p.Bitrate = int64(float64(size) * 8 / s)
		}
	})
}

// conclude finishes the film. An error that has ended the recording is told after that.
func (rec *recording) conclude() error {
	r := rec.run
	if r.parts == len(r.missing) {
		if rec.failed != nil {
			return rec.failed
		}
		return fmt.Errorf("%w: the broadcast has given nothing", ErrNothing)
	}
	if rec.over != "" {
		for i := r.parts - 1; r.missing[i] != nil; i-- {
			delete(r.missing, i) // it was over before them
		}
		r.verdict.Warnings = append(r.verdict.Warnings, rec.over)
	}
	if err := r.finish(); err != nil {
		return err
	}
	return rec.failed
}
