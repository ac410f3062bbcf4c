package record

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

const (
	maxMessage   = 1 << 20 // bytes of what the script tells at once
	maxSelectors = 8
	maxWord      = 400 // bytes of a name
)

// message is what the script tells.
type message struct {
	Kind    string       `json:"k"`
	Time    float64      `json:"t"` // ms since 1970
	URL     string       `json:"u"`
	Title   string       `json:"title"`
	Element *wireElement `json:"el"`
	To      *wireElement `json:"to"`
	Hover   *wireElement `json:"hover"`
	Press   int          `json:"p"`
	Button  int          `json:"b"`
	Pointer string       `json:"pointer"`
	Mods    string       `json:"mods"`
	Detail  int          `json:"detail"`
	OX      float64      `json:"ox"`
	OY      float64      `json:"oy"`
	DX      float64      `json:"dx"`
	DY      float64      `json:"dy"`
	X       float64      `json:"x"`
	Y       float64      `json:"y"`
	HTML    bool         `json:"html"`
	Control string       `json:"kind"`
	Value   string       `json:"v"`
	End     bool         `json:"end"`
	Options []Option     `json:"options"`
	Many    bool         `json:"many"`
	Files   []string     `json:"files"`
	Key     string       `json:"key"`
	Edits   bool         `json:"edits"`
	Dark    bool         `json:"dark"` // there may be a closed shadow root
	Own     bool         `json:"own"`  // a script did it
	By      int          `json:"by"`   // entries of the history; 0: it is not known
	Count   int          `json:"n"`
	Why     string       `json:"why"`
	Label   string       `json:"label"`
	List    []PickerItem `json:"list"`
	Bar     *barMessage  `json:"bar"` // of the toolbar
	At      *asserted    `json:"at"`  // what was pointed at
}

// wireElement has its description, or its number alone if it was described before.
type wireElement struct {
	Ref       int      `json:"r"`
	Selectors []Scored `json:"sel"`
	Tag       string   `json:"tag"`
	Type      string   `json:"type"`
	Role      string   `json:"role"`
	Name      string   `json:"name"`
	Called    string   `json:"called"`
	Group     string   `json:"group"`
	Secret    bool     `json:"secret"`
	Edit      bool     `json:"edit"`
	Placed    bool     `json:"placed"`
	Control   int      `json:"control"`
	OX        float64  `json:"ox"`
	OY        float64  `json:"oy"`
}

func readMessage(payload string) (*message, bool) {
	if len(payload) > maxMessage {
		return nil, false
	}
	m := &message{}
	return m, json.Unmarshal([]byte(payload), m) == nil
}

func clip(s string) string {
	if len(s) > maxWord {
		s = strings.ToValidUTF8(s[:maxWord], "")
	}
	return s
}

// event is the message as an Event, without what only its document knows.
func (m *message) event() Event {
	e := Event{
		Kind: Kind(m.Kind), At: time.UnixMicro(int64(m.Time * 1000)), URL: clip(m.URL), Title: clip(m.Title), Button: m.Button, Pointer: m.Pointer,
		Mods: modifiers(m.Mods), Detail: m.Detail, Offset: Offset{m.OX, m.OY}, HTML: m.HTML, Control: m.Control, Value: m.Value, End: m.End,
		Options: m.Options, Files: m.Files, Edits: m.Edits,
	}
	switch e.Kind {
	case Key:
		e.Keys = chord(e.Mods, m.Key)
	case Scroll:
		e.Offset = Offset{m.X, m.Y}
	case Drag:
		if m.To == nil {
			e.Offset = Offset{m.DX, m.DY}
		}
	}
	return e
}

var modifierNames = []struct{ letter, name string }{{"C", "Control"}, {"A", "Alt"}, {"M", "Meta"}, {"S", "Shift"}}

func modifiers(letters string) string {
	var names []string
	for _, m := range modifierNames {
		if strings.Contains(letters, m.letter) {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, "+")
}

// chord is a key as a step names it. A sign has its shift in it already.
func chord(mods, key string) string {
	if key == " " {
		key = "Space"
	}
	if len([]rune(key)) == 1 {
		if strings.Trim(mods, "Shift") == "" {
			return key
		}
		key = strings.ToUpper(key)
	}
	if mods == "" {
		return key
	}
	return mods + "+" + key
}

// element is w as it is spoken of in doc.
func (w *wireElement) element(doc string) *Element {
	e := &Element{
		ID: refOf(doc, w.Ref), Tag: clip(w.Tag), Type: clip(w.Type), Role: clip(w.Role), Name: clip(w.Name), Called: clip(w.Called), Group: clip(w.Group),
		Secret: w.Secret, Edit: w.Edit, Placed: w.Placed,
	}
	if w.Control > 0 {
		e.Control = refOf(doc, w.Control)
	}
	for _, s := range w.Selectors {
		if len(s.Parts) > 0 && !slices.Contains(s.Parts, "") && len(e.Selectors) < maxSelectors {
			e.Selectors = append(e.Selectors, s)
		}
	}
	return e
}
