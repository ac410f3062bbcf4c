package replay

import (
	"cmp"
	"sync"

	"seine/capture"
	"seine/capture/media"
)

// Protected says that the page uses Encrypted Media Extensions, as soon as it does: once when it asks whether a system is there, and once when it
// makes a request for a licence.
type Protected struct {
	System string // Widevine, PlayReady, …, or as the page calls it
	Used   bool
}

func (Protected) isEvent() {}

// drmWatch tells of it.
type drmWatch struct {
	mu   sync.Mutex
	told map[Protected]bool
	tell func(Event) // nil: nobody hears yet
}

func (d *drmWatch) hears(tell func(Event)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tell, d.told = tell, map[Protected]bool{}
}

// look is called when a script of ours has sent something.
func (d *drmWatch) look(r *capture.Recorder) {
	system, used := r.Protected()
	p := Protected{cmp.Or(media.System(system), system), used}
	if system == "" && !used {
		return
	}
	d.mu.Lock()
	tell := d.tell
	if tell == nil || d.told[p] {
		d.mu.Unlock()
		return
	}
	d.told[p] = true
	d.mu.Unlock()
	tell(p)
}
