package program

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"seine/scenarios"
	"seine/scenarios/file"
)

// Healed is a file of the program in which other selectors stand first.
type Healed struct {
	File          string
	Before, After []byte
}

// Healed gives the files that change when the moves are made, the program's own and those that it calls, each once. Nothing is written. A
// list that cannot be changed in place is left as it is, and told of in the error; the others are changed all the same.
func (p *Program) Healed(moves []file.Move) (list []Healed, err error) {
	docs := map[string]*file.Document{}
	p.documents(docs)
	of := map[string][]file.Move{}
	for _, m := range moves {
		of[m.Step.File] = append(of[m.Step.File], m)
	}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		doc := docs[name]
		if doc == nil {
			err = errors.Join(err, fmt.Errorf("%s is no file of the scenario", name))
			continue
		}
		text, e := moved(doc, of[name])
		err = errors.Join(err, e)
		if !bytes.Equal(text, doc.Source()) {
			list = append(list, Healed{name, doc.Source(), text})
		}
	}
	return list, err
}

func (p *Program) documents(all map[string]*file.Document) {
	all[p.Name()] = p.doc
	for _, c := range p.calls {
		c.documents(all)
	}
}

// Excerpt is the line of a step, in the program's own file or one that it calls, with the step marked; "" if there is none.
func (p *Program) Excerpt(step scenarios.Position) string {
	docs := map[string]*file.Document{}
	p.documents(docs)
	if docs[step.File] == nil {
		return ""
	}
	return strings.TrimPrefix(docs[step.File].Excerpt(step), "\n") + "\n"
}

// moved makes the moves that can be made: what comes out is read again, and must say the same but for them.
func moved(doc *file.Document, moves []file.Move) (text []byte, err error) {
	text = doc.Source()
	var made []file.Move
	for _, m := range moves {
		next, e := doc.Reordered(append(made, m))
		if e == nil {
			e = holds(doc, next, m)
		}
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		text, made = next, append(made, m)
	}
	return text, err
}

func holds(doc *file.Document, text []byte, m file.Move) error {
	after, err := parse(doc.Name(), text)
	if err != nil || !doc.Same(after) {
		return fmt.Errorf("%s: %w", m.Step, cmp.Or(err, file.ErrLayout))
	}
	was, is := doc.Selectors(m.Step, m.Field), after.Selectors(m.Step, m.Field)
	if len(is) == 0 || !reflect.DeepEqual(was[m.Alternative], is[0]) {
		return fmt.Errorf("%s: %w", m.Step, file.ErrLayout)
	}
	return nil
}
