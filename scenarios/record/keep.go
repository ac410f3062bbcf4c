package record

import (
	"context"
	"time"

	"seine/scenarios"
)

// Keeping says how a recording is written down.
type Keeping struct {
	Flow     FlowOptions
	Recorder bool        // as Chrome's Recorder does, in JSON
	Before   Text        // what the recording goes on from
	Saved    func(error) // told of each time that the file was written, or why it was not; nil: nobody
}

// Text is what a file has already: the zero value is none.
type Text struct {
	Flow scenarios.UserFlow
	Data []byte
}

// calm is how long nothing more must have happened before the file is written anew, and late is how long it may take at most.
const (
	calm = 150 * time.Millisecond
	late = time.Second
)

// Keep writes the recording to a file each time that something was done, until ctx ends, and once more then. A disk that is full, or another
// error, does not end it: it is tried again with the next step, and the last error is what it gives, if the file lacks something in the end.
func (r *Recording) Keep(ctx context.Context, f *File, k Keeping) (err error) {
	changed := r.Changed() // asked for before the file is written: what is done meanwhile is not in it
	err = r.save(f, k)
	for ctx.Err() == nil {
		select {
		case <-changed:
		case <-ctx.Done():
			continue
		}
		r.calmDown(ctx)
		changed = r.Changed()
		err = r.save(f, k)
	}
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), late)
	defer cancel()
	r.Settle(settle)
	return r.save(f, k)
}

// save is Save, and tells of it.
func (r *Recording) save(f *File, k Keeping) error {
	err := r.Save(f, k)
	if k.Saved != nil {
		k.Saved(err)
	}
	return err
}

// calmDown waits until nothing was done for a moment.
func (r *Recording) calmDown(ctx context.Context) {
	end := time.NewTimer(late)
	defer end.Stop()
	for {
		quiet := time.NewTimer(calm)
		select {
		case <-r.Changed():
			quiet.Stop()
		case <-quiet.C:
			return
		case <-end.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Save writes the file as it is now.
func (r *Recording) Save(f *File, k Keeping) error {
	data, err := r.Text(k)
	if err != nil {
		return err
	}
	return f.Save(data)
}

// Text is the file as it is now.
func (r *Recording) Text(k Keeping) ([]byte, error) {
	k.Flow.Plain = k.Recorder
	k.Flow.Taken = k.Before.Flow.Inputs
	flow, comments := r.Flow(k.Flow)
	if k.Before.Data == nil {
		return Marshal(flow, comments, k.Recorder)
	}
	return k.Before.and(flow, comments, k.Recorder)
}
