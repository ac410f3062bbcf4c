package schema_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/flowtest"
	"seine/scenarios/internal/tree"
	"seine/scenarios/schema"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("seine.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("seine.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is what a validator sees of a file.
func instance(name string, text []byte) (any, error) {
	n, err := tree.Parse(tree.NewSource(name, text))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(tree.JSON(n)))
}

// TestTakesWhatTheDecoderTakes: ready files, every step with everything, and random flows.
func TestTakesWhatTheDecoderTakes(t *testing.T) {
	s := compiled(t)
	check := func(name string, text []byte) error {
		v, err := instance(name, text)
		if err != nil {
			return err
		}
		return s.Validate(v)
	}
	files, err := filepath.Glob("../library/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no ready files", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(name, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, step := range scenarios.Steps() {
		text, err := file.Marshal(scenarios.UserFlow{Steps: []scenarios.Step{flowtest.Full(reflect.TypeOf(step))}})
		if err != nil {
			t.Fatal(err)
		}
		if err := check("full.yaml", text); err != nil {
			t.Errorf("%s: %v", step.Type(), err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text, err := file.Marshal(flowtest.Flow().Draw(t, "flow"))
		if err != nil {
			t.Fatal(err)
		}
		if err := check("random.yaml", text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

// TestRefusesWhatTheDecoderRefuses goes by the decoder's own table.
func TestRefusesWhatTheDecoderRefuses(t *testing.T) {
	s := compiled(t)
	for _, row := range flowtest.Bad() {
		if row.Syntax {
			continue
		}
		v, err := instance(row.File(), []byte(row.Text))
		if err != nil {
			t.Fatalf("%s: %v", row.Name, err)
		}
		if err := s.Validate(v); err == nil {
			t.Errorf("%s is taken:\n%s", row.Name, row.Text)
		}
	}
}

// TestPublished: the schema that stands in the repository is this one.
func TestPublished(t *testing.T) {
	published, err := os.ReadFile("seine.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(published, schema.JSON()) {
		t.Error("seine.schema.json is out of date: go run ./cmd/seine schema -o scenarios/schema/seine.schema.json")
	}
}
