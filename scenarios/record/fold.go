package record

import (
	"slices"
	"time"
)

const (
	together    = time.Second             // what belongs to one deed comes within
	causing     = 1500 * time.Millisecond // a request is caused by what was done so long before
	moving      = 10 * time.Second        // a navigation is
	choosing    = 5 * time.Minute         // how long a person looks for a file
	scrolling   = 3 * time.Second         // one goes on
	mostActions = 20_000
	mostCalls   = 50 // of an action
)

// Folder makes few steps of many events. It is not safe for concurrent use.
type Folder struct {
	actions []*action
	presses map[Press]Event
	values  map[string]string // what fields were last given, by element
	scroll  *action           // has come to nothing, yet
	polls   map[string]int    // addresses that were asked for though nothing was done
	called  map[string]*action
	paused  bool
	unmade  map[string]bool // popups that no action opens
}

// NewFolder begins with a page that is opened, unless url is "".
func NewFolder(url string) *Folder {
	f := &Folder{presses: map[Press]Event{}, values: map[string]string{}, polls: map[string]int{}, called: map[string]*action{}, unmade: map[string]bool{}}
	if url != "" {
		f.actions = []*action{{deed: doNavigate, url: url}}
	}
	return f
}

// Add takes the next event.
func (f *Folder) Add(e Event) {
	if f.paused && e.Kind != Responded {
		if e.Kind == Opened {
			f.unmade[e.Place.Page] = true
		}
		return
	}
	switch e.Kind {
	case Requested, Responded:
		f.call(e)
	case Navigating, Navigated, Opened, Closed, Asked, Answered, Downloaded:
		f.chrome(e)
	case Scroll:
		f.scrolled(e)
	default:
		f.settleScroll()
		f.person(e)
	}
}

// person takes what a person did.
func (f *Folder) person(e Event) {
	switch e.Kind {
	case Down:
		f.down(e)
	case Click:
		f.click(e)
	case DoubleClick:
		f.doubled(e)
	case AuxClick:
		if e.Button == 1 {
			f.click(e)
		}
	case ContextMenu:
		f.context(e)
	case Input:
		f.input(e)
	case Change:
		f.change(e)
	case Key:
		f.key(e)
	case Drag:
		f.drag(e)
	case Chooser:
		if a := f.tail(); a != nil && e.At.Sub(a.last) < together {
			a.chooser = true
		}
	}
}

func (f *Folder) tail() *action {
	if len(f.actions) == 0 {
		return nil
	}
	return f.actions[len(f.actions)-1]
}

func (f *Folder) drop() {
	if n := len(f.actions); n > 0 {
		f.actions = f.actions[:n-1]
	}
}

// begin adds an action of an event.
func (f *Folder) begin(d deed, e Event, on *Element) *action {
	a := &action{
		deed: d, place: e.Place, url: e.URL, title: e.Title, element: on, at: e.At, last: e.At, button: e.Button, detail: e.Detail, pointer: e.Pointer, mods: e.Mods, offset: e.Offset,
	}
	f.add(a)
	return a
}

func (f *Folder) add(a *action) {
	if len(f.actions) < mostActions {
		f.actions = append(f.actions, a)
	}
}

// before puts an action in front of another one.
func (f *Folder) before(a, next *action) {
	i := slices.Index(f.actions, next)
	if i < 0 {
		i = len(f.actions)
	}
	f.actions = slices.Insert(f.actions, i, a)
}

// Undo takes the last action away, with what only leads to it. It reports whether there was one.
func (f *Folder) Undo() bool {
	f.scroll = nil
	n := len(f.actions)
	if n <= 1 && (n == 0 || f.actions[0].deed == doNavigate) {
		return false
	}
	f.undone()
	for a := f.tail(); a != nil && (a.deed == doHover || a.deed == doDialog); a = f.tail() {
		f.undone()
	}
	return true
}

// undone drops the last action. The popups that it opened will not be there.
func (f *Folder) undone() {
	for _, page := range f.tail().opened {
		f.unmade[page] = true
	}
	f.drop()
}

// Pause has nothing heard until it is called with false.
func (f *Folder) Pause(on bool) { f.paused = on }

// Len is how many actions there are.
func (f *Folder) Len() int { return len(f.actions) }
