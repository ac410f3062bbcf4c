package replay

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"seine/capture"
)

//go:embed js/drive.js
var driveJS string

const (
	driveLook = 100 * time.Millisecond
	idleFeed  = 300 * time.Millisecond // without an append: the player has fetched as far ahead as it likes
	stuck     = 5 * time.Second        // without anything new, and the player is sent elsewhere
	slow      = 30 * time.Second       // the same while something is being fetched
	givenUp   = 3                      // times in a row that this was of no use
	endless   = 100 * 3600             // seconds: no film is longer
	closeTo   = 1.0                    // seconds: what is missing at the ends and between segments when all is there
)

// errGone: the player is not there any more, or plays something else.
var errGone = fmt.Errorf("%w: the page has taken its player away while that played", ErrNoMedia)

// drive plays one player to its end.
type drive struct {
	visit  *visit
	player capture.Player

	begin, end float64 // seconds, of the film
	have       ranges  // what was in the player's buffer at one time or another
	bytes      int64
	fedAt      time.Time // when bytes last grew
	newAt      time.Time // when have last grew
	seek       float64   // where to go next; less than 0: nowhere
	useless    int       // seeks in a row
}

// driven is what drive.js tells.
type driven struct {
	Gone     bool         `json:"gone"`
	At       float64      `json:"at"`
	Ended    bool         `json:"ended"`
	Duration float64      `json:"duration"` // -1: it has no end
	Begin    float64      `json:"begin"`
	Buffered [][2]float64 `json:"buffered"`
	Error    string       `json:"error"`
}

// feeds says whether m is what the player plays.
func (d *drive) feeds(m *capture.MediaSource) bool {
	if d.player.Source == "" {
		return m.Target.Kind == "worker"
	}
	return m.URL == d.player.Source
}

// drive returns when all of the film was in the player's buffer, or nothing more comes; what is missing then, the media itself will tell.
func (d *drive) drive(ctx context.Context) error {
	d.seek, d.fedAt, d.newAt = -1, time.Now(), time.Now()
	for {
		changed := d.visit.recorder.Changed()
		state, err := d.look(ctx)
		if err != nil {
			return err
		}
		if d.step(state) {
			return nil
		}
		d.visit.tell(Playing{Played: seconds(d.have.length()), Total: seconds(d.end - d.begin), Bytes: d.bytes})
		if err := wait(ctx, changed, driveLook); err != nil {
			return err
		}
		if err := wait(ctx, nil, driveLook); err != nil { // many appends come at once
			return err
		}
	}
}

// replaced waits a moment whether the page puts something else in the place of what was played: the film, after an advert.
func (d *drive) replaced(ctx context.Context) bool {
	for began := time.Now(); time.Since(began) < grace; {
		if _, err := d.look(ctx); err != nil {
			return errors.Is(err, errGone)
		}
		if wait(ctx, nil, driveLook) != nil {
			return false
		}
	}
	return false
}

func seconds(s float64) time.Duration { return time.Duration(math.Max(s, 0) * float64(time.Second)) }

// look asks the player how it is, and sends it where it should go.
func (d *drive) look(ctx context.Context) (driven, error) {
	call := fmt.Sprintf("%s(%s, %f)", strings.TrimSpace(driveJS), strconv.Quote(d.player.Source), d.seek)
	d.seek = -1
	for _, f := range d.visit.frames(ctx) {
		if string(f.id) != d.player.FrameID {
			continue
		}
		state, err := evaluate[driven](ctx, f, call)
		switch {
		case err != nil:
			return driven{}, err
		case state.Gone:
			return state, errGone
		case state.Error != "":
			return state, fmt.Errorf("%w: the page's player says %q", ErrNoMedia, state.Error)
		case state.Duration < 0 || state.Duration > endless:
			return state, fmt.Errorf("%w: the player plays a live stream, which has no end", ErrUnsupported)
		}
		return state, nil
	}
	return driven{}, errGone
}

// step takes news of the player and decides where it goes; true: the end.
func (d *drive) step(s driven) (done bool) {
	d.begin, d.end = s.Begin, s.Duration
	if n := d.received(); n > d.bytes {
		d.bytes, d.fedAt = n, time.Now()
	}
	before := d.have.length()
	for _, r := range s.Buffered {
		d.have.add(r[0], r[1])
	}
	if d.have.length() > before+0.01 {
		d.newAt, d.useless = time.Now(), 0
	}
	if d.end == 0 { // not known yet
		return time.Since(d.newAt) > stuck
	}
	hole, ok := d.have.hole(d.begin, d.end)
	if !ok && time.Since(d.fedAt) > idleFeed {
		return true
	}
	return ok && d.goOn(s, hole)
}

// goOn skips what is there already, when nothing more comes by itself. It returns true when that is of no use.
func (d *drive) goOn(s driven, hole float64) (done bool) {
	patience := stuck
	if inFlight, _ := d.visit.recorder.Activity(); inFlight > 0 {
		patience = slow
	}
	switch reach := d.have.reach(s.At); {
	case time.Since(d.newAt) > patience:
		if d.useless++; d.useless > givenUp {
			return true
		}
		d.newAt = time.Now()
		d.seek = hole + float64(d.useless)/10 // some players do not fetch for the very end of what they have
	case time.Since(d.fedAt) < idleFeed:
	case s.Ended || reach > d.end-closeTo && hole < s.At: // it began, or was sent, behind something
		d.seek = hole
	case reach > s.At+closeTo:
		d.seek = reach - closeTo/2
	}
	return false
}

// received is what the player was given so far, in bytes.
func (d *drive) received() (n int64) {
	for _, m := range d.visit.recorder.Sources() {
		if d.feeds(m) {
			n += m.Bytes()
		}
	}
	return n
}

// nobody answers no request: all that is to be had is here.
type nobody struct{}

func (nobody) Do(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("%s is not among what the player was given", r.URL.Redacted())
}
