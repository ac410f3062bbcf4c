package replay

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"

	"seine/browser"
	"seine/scenarios"
)

// ErrValue: a field does not take a value.
var ErrValue error = lasting("the field does not take the value")

// longText is typed at once: no page listens to each of so many keys.
const longText = 100 // characters

// change gives a field a value as a person would: text is typed in place of what stands there, options are chosen, boxes ticked; fields
// that Chrome has widgets for (date, color, range …) are set, and told of it.
func (p *Page) change(ctx context.Context, s scenarios.Change) error {
	at, err := p.ready(ctx, s.Place, s.Selectors, wants{Seen: true, Enabled: true, Editable: true, Control: true})
	if err != nil {
		return err
	}
	kind, err := tell[string](ctx, at.frame, "field()")
	if err != nil {
		return err
	}
	switch kind {
	case "text":
		return p.typeText(ctx, at, s.Value)
	case "select":
		return p.choose(ctx, s.Place, s.Selectors, []string{s.Value})
	case "box":
		return p.tick(ctx, s, at)
	case "special":
		wrong, err := tell[string](ctx, at.frame, "set("+literal(s.Value)+")")
		if err == nil && wrong != "" {
			err = fmt.Errorf("%s: %w: %s", writtenOut(s.Selectors), ErrValue, wrong)
		}
		return err
	case "file":
		return fmt.Errorf("%s: %w: files are given by an upload step", writtenOut(s.Selectors), ErrValue)
	}
	return fmt.Errorf("%s: %w: it is no field of a form", writtenOut(s.Selectors), ErrValue)
}

// typeText types in place of what stands there.
func (p *Page) typeText(ctx context.Context, at aim, text string) error {
	filled, err := tell[bool](ctx, at.frame, "clear()")
	if err != nil {
		return err
	}
	if filled {
		if err := p.strike(ctx, at.page, "Delete"); err != nil {
			return err
		}
	}
	if utf8.RuneCountInString(text) > longText || strings.ContainsAny(text, "\r\n") {
		return insert(ctx, at.page, text)
	}
	for _, r := range text {
		if err := p.typeRune(ctx, at.page, r); err != nil {
			return fmt.Errorf("typing: %w", err)
		}
	}
	return nil
}

// insert puts text where the keyboard is, as an input method does.
func insert(ctx context.Context, s *browser.Session, text string) error {
	if _, err := cdp.Call(ctx, cdp.Session(s), input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		return fmt.Errorf("typing: %w", err)
	}
	return nil
}

// tick clicks a box that is not as it should be.
func (p *Page) tick(ctx context.Context, s scenarios.Change, at aim) error {
	var want bool
	switch s.Value {
	case "true", "on", "1":
		want = true
	case "false", "off", "0", "":
	default:
		return fmt.Errorf("%s: %w: a box is ticked (true) or not (false), and %q is neither", writtenOut(s.Selectors), ErrValue, s.Value)
	}
	for range 2 {
		is, err := tell[bool](ctx, at.frame, "checked()")
		if err != nil || is == want {
			return err
		}
		if err := p.click(ctx, scenarios.Click{Place: s.Place, Selectors: s.Selectors}); err != nil {
			return err
		}
		if _, err := p.ready(ctx, s.Place, s.Selectors, wants{Control: true}); err != nil {
			return err
		}
	}
	if is, err := tell[bool](ctx, at.frame, "checked()"); err != nil || is == want {
		return err
	}
	return fmt.Errorf("%s: %w: it is not %s though it was clicked", writtenOut(s.Selectors), ErrValue, s.Value)
}

// selects chooses options of a list; those that are not there yet are waited for.
func (p *Page) selects(ctx context.Context, s scenarios.Select) error {
	return p.choose(ctx, s.Place, s.Selectors, s.Options)
}

func (p *Page) choose(ctx context.Context, at scenarios.Place, list []scenarios.Selector, options []string) error {
	return waiting(ctx, writtenOut(list), func(ctx context.Context) (string, error) {
		var s aim
		missing, err := p.pick(ctx, at, list, wants{Seen: true, Enabled: true, Control: true}, &s)
		if err != nil || missing != "" {
			return missing, err
		}
		lacking, err := tell[[]string](ctx, s.frame, "choose("+literal(options)+")")
		if err != nil || len(lacking) == 0 {
			return "", err
		}
		return "it has no option " + strings.Join(lacking, ", "), nil
	})
}
