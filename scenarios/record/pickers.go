package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/chromedp/cdproto/input"

	"seine/browser"
)

// Picker is a list or a field's picker that is open, which Chrome draws beside the page: who shows the page elsewhere has to show it too.
// Texts come from the page.
type Picker struct {
	Kind  string // select, date, time, month, week, datetime-local or color
	Label string
	Value string
	Items []PickerItem // options; else one, with what the field takes

	page, session *browser.Session
	world         int64
	ref           int
}

// PickerItem is an option of a list, or what values a field takes.
type PickerItem struct {
	Index    int    `json:"i"`
	Label    string `json:"label"`
	Group    string `json:"group"`
	Chosen   bool   `json:"on"`
	Disabled bool   `json:"off"`
	Min      string `json:"min,omitempty"`
	Max      string `json:"max,omitempty"`
	Step     string `json:"step,omitempty"`
}

// mostItems bounds a list; who wants more uses the keys.
const mostItems = 1000

// Pickers has f told of each picker that opens, and with nil when it is closed. To be called before the recording is given to a tab. F must
// not block.
func (r *Recording) Pickers(f func(*Picker)) { r.hearing.picking = f }

// Passing names a folder whose files are not there any more when the recording is played: they are named without it. To be called before the
// recording is given to a tab.
func (r *Recording) Passing(folder string) { r.hearing.passing = folder }

// lasting are the files with their paths, but for those that pass.
func (h *hearing) lasting(files []string) []string {
	for i, f := range files {
		if in, err := filepath.Rel(h.passing, f); h.passing != "" && err == nil && filepath.IsLocal(in) {
			files[i] = filepath.Base(f)
		}
	}
	return files
}

// picker takes what the script tells of pickers.
func (h *hearing) picker(s *browser.Session, world int64, m *message) {
	switch {
	case h.picking == nil:
	case m.Element == nil:
		h.picking(nil)
	case len(m.List) > 0 && len(m.List) <= mostItems:
		h.picking(&Picker{Kind: m.Control, Label: clip(m.Label), Value: clip(m.Value), Items: m.List, page: h.pageOf(s), session: s, world: world, ref: m.Element.Ref})
	}
}

// ErrNotPicked: the page did not take what was picked.
var ErrNotPicked = errors.New("the page did not take it")

// Pick chooses the option of that index, by keys as a person does, or gives the field a value. The recording hears of it.
func (p *Picker) Pick(ctx context.Context, index int, value string) error {
	if p.Kind != "select" {
		return p.set(ctx, value)
	}
	down, err := told[int](p, "downTo(%d, %d)", p.ref, index)
	if err != nil {
		return err
	}
	if down < 0 {
		return fmt.Errorf("%w: the list is closed, or has no such option any more", ErrNotPicked)
	}
	if err := p.strike(ctx, "Home", 36); err != nil {
		return err
	}
	for range down {
		if err := p.strike(ctx, "ArrowDown", 40); err != nil {
			return err
		}
	}
	if err := p.strike(ctx, "Enter", 13); err != nil {
		return err
	}
	if now, err := told[int](p, "chosen(%d)", p.ref); err == nil && now != index {
		return fmt.Errorf("%w: another option is chosen", ErrNotPicked)
	}
	return nil // it may have left for another document
}

// Leave closes the picker, and changes nothing.
func (p *Picker) Leave(ctx context.Context) error {
	if open, err := told[bool](p, "picking(%d)", p.ref); err != nil || !open {
		return err
	}
	return p.strike(ctx, "Escape", 27) // which the picker takes, and the page does not see
}

func (p *Picker) set(ctx context.Context, value string) error {
	if err := p.Leave(ctx); err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	wrong, err := told[string](p, "setByPicker(%d, %s)", p.ref, text)
	if err == nil && wrong != "" {
		err = fmt.Errorf("%w: %s", ErrNotPicked, wrong)
	}
	return err
}

// strike presses a key, and waits until it was taken (Input.dispatchKeyEvent).
func (p *Picker) strike(ctx context.Context, key string, virtual int64) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	e := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: key, Code: key, WindowsVirtualKeyCode: virtual, NativeVirtualKeyCode: virtual}
	if key == "Enter" {
		e.Type, e.Text = input.DispatchKeyEventTypeKeyDown, "\r"
	}
	if err := p.page.Call(ctx, input.CommandDispatchKeyEvent, e, nil); err != nil {
		return fmt.Errorf("the key %s: %w", strconv.Quote(key), err)
	}
	e.Type, e.Text = input.DispatchKeyEventTypeKeyUp, ""
	return p.page.Call(ctx, input.CommandDispatchKeyEvent, e, nil)
}

// told asks the script.
func told[T any](p *Picker, format string, args ...any) (v T, err error) {
	res, err := ask(p.session, p.world, kit+"."+fmt.Sprintf(format, args...), true)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(res.Value, &v)
}
