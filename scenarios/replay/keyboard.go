package replay

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"

	"seine/browser"
	"seine/scenarios"
)

// ErrKey: no key has this name.
var ErrKey error = lasting("no key is called so")

// keyboard is what is held down.
type keyboard struct {
	modifiers int64 // bit field
	held      map[string]bool
}

// keyNamed finds a key by its name or code; a sign that no key of a US keyboard has is typed as text.
func keyNamed(name string) (key, error) {
	if k, ok := keyTable[name]; ok {
		return k, nil
	}
	if utf8.RuneCountInString(name) == 1 {
		return key{name: name, text: name}, nil
	}
	return key{}, fmt.Errorf("%w: %q; keys are called as in a, Enter, ArrowDown, Control, F5", ErrKey, name)
}

func (p *Page) keyDown(ctx context.Context, s scenarios.KeyDown) error {
	return p.withKey(ctx, s.Target, s.Key, p.down)
}

func (p *Page) keyUp(ctx context.Context, s scenarios.KeyUp) error {
	return p.withKey(ctx, s.Target, s.Key, p.up)
}

// withKey has do move the key of a name on the page that a target names.
func (p *Page) withKey(ctx context.Context, target, name string, do func(context.Context, *browser.Session, key) error) error {
	page, err := p.session(ctx, target)
	if err != nil {
		return err
	}
	k, err := keyNamed(name)
	if err != nil {
		return err
	}
	return do(ctx, page, k)
}

// press strikes keys and chords one after another.
func (p *Page) press(ctx context.Context, s scenarios.Press) error {
	page, err := p.session(ctx, s.Target)
	if err != nil {
		return err
	}
	if s.Selectors != nil {
		at, err := p.ready(ctx, s.Place, s.Selectors, wants{Seen: true, Enabled: true})
		if err != nil {
			return err
		}
		if _, err := at.frame.run(ctx, kit+".focus()", false); err != nil {
			return err
		}
	}
	for _, chord := range s.Keys {
		if err := p.strike(ctx, page, chord); err != nil {
			return err
		}
	}
	return nil
}

// strike presses the keys of a chord such as Control+A and lets them go in the opposite order.
func (p *Page) strike(ctx context.Context, s *browser.Session, chord string) (err error) {
	var keys []key
	for _, name := range chordOf(chord) {
		k, err := keyNamed(name)
		if err != nil {
			return err
		}
		if len(chord) > 1 && len(name) == 1 && p.keys.with(keys)&^modifiers["Shift"] != 0 { // Control+A is no capital letter
			k, err = keyNamed(strings.ToLower(name))
			if err != nil {
				return err
			}
		}
		keys = append(keys, k)
	}
	down := 0
	for ; down < len(keys) && err == nil; down++ {
		err = p.down(ctx, s, keys[down])
	}
	for i := down - 1; i >= 0; i-- {
		err = errors.Join(err, p.up(ctx, s, keys[i]))
	}
	return err
}

// chordOf splits Control+A; + itself is a key too, as in Control++.
func chordOf(text string) []string {
	if text == "+" || !strings.Contains(text, "+") {
		return []string{text}
	}
	last, ok := strings.CutSuffix(text, "++")
	if ok {
		return append(strings.Split(last, "+"), "+")
	}
	return strings.Split(text, "+")
}

// with are the modifiers that are held, and those among keys.
func (b *keyboard) with(keys []key) int64 {
	bits := b.modifiers
	for _, k := range keys {
		bits |= modifiers[k.name]
	}
	return bits
}

func (p *Page) down(ctx context.Context, s *browser.Session, k key) error {
	p.keys.modifiers |= modifiers[k.name]
	if p.keys.held == nil {
		p.keys.held = map[string]bool{}
	}
	again := p.keys.held[k.name]
	p.keys.held[k.name] = true
	if k.code == "" {
		return insert(ctx, s, k.text)
	}
	k = p.keys.sign(k)
	e := k.event(input.DispatchKeyEventTypeRawKeyDown, p.keys.modifiers)
	if k.text != "" && p.keys.modifiers&^modifiers["Shift"] == 0 {
		e.Type, e.Text, e.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, k.text, k.text
	}
	e.AutoRepeat = &again
	if runtime.GOOS == "darwin" {
		e.Commands = editing(k.name, p.keys.modifiers)
	}
	if err := send(ctx, s, input.CommandDispatchKeyEvent, e); err != nil {
		return fmt.Errorf("pressing %s: %w", k.name, err)
	}
	return nil
}

func (p *Page) up(ctx context.Context, s *browser.Session, k key) error {
	p.keys.modifiers &^= modifiers[k.name]
	delete(p.keys.held, k.name)
	if k.code == "" {
		return nil
	}
	k = p.keys.sign(k)
	if err := send(ctx, s, input.CommandDispatchKeyEvent, k.event(input.DispatchKeyEventTypeKeyUp, p.keys.modifiers)); err != nil {
		return fmt.Errorf("letting %s go: %w", k.name, err)
	}
	return nil
}

func (k key) event(kind input.DispatchKeyEventType, held int64) input.DispatchKeyEventParams {
	keypad := k.location == 3
	e := input.DispatchKeyEventParams{Type: kind, Key: k.name, Code: k.code, WindowsVirtualKeyCode: k.virtual, Modifiers: held, IsKeypad: &keypad}
	if !keypad {
		e.Location = k.location
	}
	return e
}

// sign is the key as it is with the modifiers that are held.
func (b *keyboard) sign(k key) key {
	if b.modifiers&modifiers["Shift"] != 0 && len(k.name) == 1 && k.location == 0 {
		return shifted(k)
	}
	return k
}

// shifted is the key with the sign that it has with Shift.
func shifted(k key) key {
	for _, other := range keyTable {
		if other.code == k.code && other.name != k.name && len(other.name) == 1 && (other.name < "a" || other.name > "z") && !isPlainSign(other.name) {
			return other
		}
	}
	return k
}

// isPlainSign: without Shift.
func isPlainSign(s string) bool { return strings.Contains("`-=[]\\;',./0123456789", s) }

// typeRune types one sign as a key does, with no modifier but its own.
func (p *Page) typeRune(ctx context.Context, s *browser.Session, r rune) error {
	k, err := keyNamed(string(r))
	if err != nil || k.code == "" {
		return insert(ctx, s, string(r))
	}
	e := k.event(input.DispatchKeyEventTypeKeyDown, 0)
	e.Text, e.UnmodifiedText = k.text, k.text
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		if e.Type = kind; kind == input.DispatchKeyEventTypeKeyUp {
			e.Text, e.UnmodifiedText = "", ""
		}
		if _, err := cdp.Call(ctx, cdp.Session(s), input.DispatchKeyEvent, e); err != nil {
			return err
		}
	}
	return nil
}

// editing are the commands that macOS binds to chords, which Chrome there is told of.
func editing(name string, held int64) []string {
	if held&(modifiers["Meta"]|modifiers["Control"]) == 0 {
		return nil
	}
	command := map[string]string{"a": "selectAll", "c": "copy", "v": "paste", "x": "cut", "z": "undo"}[strings.ToLower(name)]
	if command == "" {
		return nil
	}
	return []string{command}
}
