package openapi

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"seine/testdata/api"
)

// TestLint holds the corpus's documents against Redocly's linter (npm, see testdata/openapilint).
func TestLint(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "openapilint")
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(dir, "node_modules", "@redocly", "openapi-core")); err != nil || missing != nil {
		t.Fatal("the linter of OpenAPI (npm) is not there; `make test` installs it")
	}
	args := []string{filepath.Join(dir, "lint.js")}
	for _, c := range api.Cases() {
		found := Infer(c.Capture(t), Options{})
		for ext, write := range map[string]func(*os.File) error{".yaml": func(f *os.File) error { return found.WriteYAML(f) }, ".json": func(f *os.File) error { return found.WriteJSON(f) }} {
			f, err := os.Create(filepath.Join(t.TempDir(), c.Name+ext))
			if err != nil {
				t.Fatal(err)
			}
			if err := write(f); err != nil {
				t.Fatal(err)
			}
			_ = f.Close()
			args = append(args, f.Name())
		}
	}
	out, err := exec.CommandContext(t.Context(), node, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%.6000s", err, out)
	}
	t.Logf("%.3000s", out)

	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("openapi: 3.1.0\ninfo: {title: x}\npaths: {/a: {get: {}}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if exec.CommandContext(t.Context(), node, args[0], bad).Run() == nil {
		t.Error("a linter that accepts everything proves nothing")
	}
}
