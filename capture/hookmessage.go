package capture

import (
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
)

// hookMessage is what a hook says; which fields count depends on its kind.
type hookMessage struct {
	Kind string `json:"k"`

	// made
	How  MadeBy `json:"how"`
	Text string `json:"text"`
	B64  []byte `json:"b64"` // append and more too
	Size int64  `json:"size"`
	URL  string `json:"url"`  // source too
	Type string `json:"type"` // buffer and change too
	At   string `json:"at"`   // address of the document; source and buffer too

	// source, buffer, append, more, change, abort
	Source int64   `json:"ms"`
	Buffer int64   `json:"sb"`
	Bytes  int64   `json:"n"`
	Offset float64 `json:"offset"`
	From   float64 `json:"from"`
	To     float64 `json:"to"`
	Order  bool    `json:"sequence"`
}

// noteMessage is another kind of message, with fields of a Note.
type noteMessage struct {
	Kind NoteKind `json:"kind"`
	Text string   `json:"text"`
}

const (
	maxMessage = 12 << 20 // bytes: of a text of 4 MiB, all of whose characters are escaped or in Base64
	maxNote    = 16 << 10
	maxNotes   = 1000
	maxWord    = 2048 // bytes of an address or a type
)

// bindingCalled takes a message of the hook. A page can forge one only by catching the binding before the hook hides it, which it
// cannot: the hook runs first. All the same, nothing here is taken for granted.
func (r *Recorder) bindingCalled(s Session, ev *bindingCalled) {
	if ev.Name != r.heard.hooks[s.ID()].binding || len(ev.Payload) > maxMessage {
		return
	}
	var m hookMessage
	if err := jsonv2.Unmarshal([]byte(ev.Payload), &m, eventOptions); err != nil {
		return
	}
	at := r.heard.realm(s, ev.ContextID)
	switch m.Kind {
	case "note":
		r.noted(s, ev.Payload)
	case "made":
		r.heard.made.add(&m, r.origin(s, at, &m))
	case "cut":
		r.heard.made.cut++
	case "source", "buffer":
		r.heard.sources.add(&m, at, r.origin(s, at, &m))
	case "append", "more", "change", "abort":
		r.heard.sources.feed(&m, at)
	}
}

func (r *Recorder) noted(s Session, payload string) {
	var n noteMessage
	if len(r.heard.notes) >= maxNotes || len(payload) > maxNote || jsonv2.Unmarshal([]byte(payload), &n, eventOptions) != nil || n.Kind == NoteLost || n.Kind == NoteCut {
		return
	}
	r.heard.notes = append(r.heard.notes, Note{Kind: n.Kind, Text: n.Text, Target: targetOf(s)})
}

func targetOf(s Session) Target {
	return Target{ID: string(s.TargetID()), Kind: s.Kind(), URL: s.URL()}
}

// origin is where a message comes from. Only a frame's address is its hook's to say: a worker has that of its target.
type origin struct {
	target         Target
	frame, address string
}

func (r *Recorder) origin(s Session, at realm, m *hookMessage) origin {
	o := origin{targetOf(s), r.heard.frames[at], s.URL()}
	if o.frame != "" && len(m.At) <= 4*maxWord {
		o.address = m.At
	}
	return o
}
