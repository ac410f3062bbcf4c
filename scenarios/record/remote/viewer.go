package remote

import "sync"

// viewer is the person's browser. It has one picture at a time, and says when it has shown that; of those that come meanwhile the newest one
// is kept.
type viewer struct {
	news   chan struct{}
	frames chan []byte // JPEG

	mu      sync.Mutex
	waiting []byte // came while another one was on its way
	away    bool   // one is on its way
}

func newViewer() *viewer {
	return &viewer{news: make(chan struct{}, 1), frames: make(chan []byte, 1)}
}

// put takes the newest picture in place of one that waits.
func (v *viewer) put(jpeg []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waiting = jpeg
	v.offer()
}

// offer sends the picture that waits, if none is on its way. V is locked.
func (v *viewer) offer() {
	if v.away || v.waiting == nil {
		return
	}
	v.frames <- v.waiting // there is room: none is on its way
	v.away, v.waiting = true, nil
}

// seen is called when the person's browser has shown what it was sent.
func (v *viewer) seen() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.frames) == 0 { // else nothing was sent yet
		v.away = false
		v.offer()
	}
}

// drop forgets the picture that waits, of a page that is not shown any more.
func (v *viewer) drop() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waiting = nil
}
