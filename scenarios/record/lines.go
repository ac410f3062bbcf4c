package record

import (
	"fmt"
	"path/filepath"
	"strings"

	"seine/scenarios"
)

// Line is what a person did, in a few words. Its texts come from the page.
type Line struct {
	What    string
	Settled bool // something else was done since
}

// Lines are all that was done.
func (f *Folder) Lines() []Line {
	out := make([]Line, len(f.actions))
	for i, a := range f.actions {
		out[i] = Line{a.line(), i < len(f.actions)-1}
	}
	return out
}

// open reports whether something that the last action asked for has not been answered.
func (f *Folder) open() bool {
	a := f.tail()
	if a == nil {
		return false
	}
	for _, c := range a.calls {
		if c.Status == 0 {
			return true
		}
	}
	return false
}

func (a *action) line() string {
	text := a.words()
	if a.place.Target != "" {
		text += ", in a popup"
	} else if len(a.place.In) > 0 {
		text += ", in a frame"
	}
	if a.moved {
		text += ", which leads to another page"
	}
	for _, name := range a.offers {
		text += ", which downloads " + oneLine(name)
	}
	return text
}

func (a *action) words() string {
	switch a.deed {
	case doNavigate:
		return "open " + shown(a.url)
	case doHistory:
		switch {
		case a.goes == "reload":
			return "load the page again"
		case a.by > 1:
			return fmt.Sprintf("go %s by %d pages", a.goes, a.by)
		}
		return "go " + a.goes
	case doClick:
		return map[bool]string{false: map[int]string{0: "click ", 1: "click with the middle button ", 2: "click with the right button "}[a.button], true: "double click "}[a.double] + a.element.known()
	case doHover:
		return "point at " + a.element.known()
	case doChange:
		if a.element.Secret {
			return "type a secret into " + a.element.known()
		}
		return fmt.Sprintf("give %s %q", a.element.known(), oneLine(a.value))
	case doSelect:
		var list []string
		for _, o := range a.options {
			list = append(list, oneLine(o.labelOr()))
		}
		return fmt.Sprintf("choose %q in %s", strings.Join(list, ", "), a.element.known())
	case doUpload:
		var list []string
		for _, f := range a.files {
			list = append(list, filepath.Base(f))
		}
		return "upload " + strings.Join(list, ", ")
	case doPress:
		return "press " + strings.Join(a.keys, " ")
	case doDrag:
		if a.to != nil {
			return fmt.Sprintf("drag %s to %s", a.element.known(), a.to.known())
		}
		return "drag " + a.element.known()
	case doScroll:
		return fmt.Sprintf("scroll to %.0f", a.offset.Y)
	case doDialog:
		if !a.dialog.Accept {
			return fmt.Sprintf("say no to %q", oneLine(a.dialog.Message))
		}
		return fmt.Sprintf("answer %q", oneLine(a.dialog.Message))
	case doClose:
		return "close the popup " + shown(a.place.Target)
	case doInsert:
		for _, s := range a.insert(scenarios.Place{}) {
			if text := inserted(s); text != "" {
				return text
			}
		}
	}
	return string(a.deed)
}

// known is what an element is called.
func (e *Element) known() string {
	switch {
	case e == nil:
		return "the page"
	case e.Edit && e.Called != "":
		return "“" + oneLine(e.Called) + "”"
	case e.Name != "":
		return "“" + oneLine(e.Name) + "”"
	}
	return "<" + e.Tag + ">"
}

// inserted is a step that nobody did, "" where it is there for another one's sake.
func inserted(s scenarios.Step) string {
	switch s := s.(type) {
	case scenarios.Assert:
		switch {
		case s.Count != nil:
			return fmt.Sprintf("assert that there are %d of %s", *s.Count, firstOf(s.Selectors))
		case s.Text != "":
			return "assert “" + oneLine(s.Text) + "”"
		}
		return "assert that there is " + firstOf(s.Selectors)
	case scenarios.WaitForElement:
		for property, v := range s.Properties {
			return fmt.Sprintf("assert that %s has the %s %v", firstOf(s.Selectors), property, v)
		}
		return ""
	case scenarios.Hover:
		return ""
	case scenarios.Extract:
		return "extract " + oneLine(s.As) + " of " + oneLine(orElse(s.Rows, s.Table))
	case scenarios.Grab:
		return "grab the film"
	}
	return s.Type()
}

func firstOf(list []scenarios.Selector) string {
	if len(list) == 0 {
		return "an element"
	}
	return oneLine(strings.Join(list[0], " "))
}
