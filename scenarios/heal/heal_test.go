package heal_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/heal"
	"seine/scenarios/program"
)

func click(line int, selectors ...string) scenarios.Click {
	c := scenarios.Click{Base: scenarios.Base{Pos: scenarios.Position{File: "a", Line: line, Column: 1}}}
	for _, s := range selectors {
		c.Selectors = append(c.Selectors, scenarios.Selector{s})
	}
	return c
}

// TestVotes: what more than half of all found is better than what stands first.
func TestVotes(t *testing.T) {
	var v heal.Votes
	for line, found := range [][]int{1: {1}, 2: {0, 1}, 3: {1, 0, 1}, 4: {1, 2}, 5: {0, 0, 1}, 6: {2, 2, 1, 2, 0}} {
		for _, which := range found {
			s := click(line, "#a", "#b", "#c")
			v.Found(s, s.Selectors, which)
		}
	}
	d := scenarios.Drag{Base: scenarios.Base{Pos: scenarios.Position{File: "a", Line: 7, Column: 1}}, Selectors: []scenarios.Selector{{"#x"}}, To: []scenarios.Selector{{"#y"}, {"x-a", "#z"}}}
	v.Found(d, d.To, 1)
	v.Found(d, d.Selectors, 4)                                 // never
	v.Found(scenarios.Click{Selectors: d.To}, d.To, 1)         // of no file
	v.Found(click(8, "#a", "#b"), []scenarios.Selector{{}}, 0) // of no field
	type row struct {
		Line, To, Votes, All int
		Field, New           string
	}
	var got []row
	for _, s := range v.Stale() {
		got = append(got, row{s.Step.Line, s.Alternative, s.Votes, s.All, s.Field, heal.Written(s.New)})
	}
	want := []row{{1, 1, 1, 1, "selectors", "#b"}, {3, 1, 2, 3, "selectors", "#b"}, {6, 2, 3, 5, "selectors", "#c"}, {7, 1, 1, 1, "to", "x-a › #z"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestWrite: the text takes the place of the old one, through a link, with its permissions and its mark of the byte order; a file that is
// another one by now stays.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "a.yaml")
	const text = "steps:\n  - click: ['#a', '#b']\n"
	if err := os.WriteFile(name, []byte("\ufeff"+text), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(name, link); err != nil {
		t.Fatal(err)
	}
	p, err := program.Load(link, program.Options{})
	if err != nil {
		t.Fatal(err)
	}
	list, err := p.Healed([]file.Move{{Step: p.Flow.Steps[0].Common().Pos, Field: "selectors", Alternative: 1}})
	if err != nil || len(list) != 1 {
		t.Fatal(err, list)
	}
	if err := heal.Write(list[0]); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	info, _ := os.Lstat(name)
	to, linked := os.Readlink(link)
	if err != nil || string(b) != "\ufeffsteps:\n  - click: ['#b', '#a']\n" || info.Mode().Perm() != 0o640 || linked != nil || to != name {
		t.Errorf("%v, %q, %v, %s", err, b, info.Mode(), to)
	}
	if d := cmp.Diff([]heal.Hunk{{From: 2, Before: []string{"  - click: ['#a', '#b']"}, After: []string{"  - click: ['#b', '#a']"}}}, heal.Diff(list[0])); d != "" {
		t.Error(d)
	}
	if err := heal.Write(list[0]); !errors.Is(err, heal.ErrChanged) {
		t.Errorf("%v", err)
	}
	if all, _ := os.ReadDir(dir); len(all) != 2 {
		t.Errorf("left: %v", all)
	}
}
