package library_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/library"
	"seine/scenarios/program"
)

// TestReady: every ready scenario is one, and reads the same when it is written again.
func TestReady(t *testing.T) {
	if len(library.Names()) < 8 {
		t.Fatal(library.Names())
	}
	for _, name := range library.Names() {
		p, err := program.Load(name+".yaml", program.Options{Read: library.Files.ReadFile})
		if err != nil {
			t.Error(err)
			continue
		}
		if p.Flow.Title != name || p.Flow.Description == "" {
			t.Errorf("%s calls itself %q", name, p.Flow.Title)
		}
		text, err := file.Marshal(p.Flow)
		if err != nil {
			t.Fatal(err)
		}
		again, err := file.Parse("again.yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p.Flow, again.Flow, cmpopts.IgnoreTypes(scenarios.Position{})); diff != "" {
			t.Error(diff)
		}
	}
}
