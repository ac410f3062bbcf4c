package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// exitsWith runs a command and holds its exit code: exits CODE COMMAND ARG…; testscript itself knows only zero and not
// zero. Output is left for stdout and stderr.
func exitsWith(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
}

// The README's table and the program's are one.
func TestExitTable(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exits {
		if row := fmt.Sprintf("| %d | %s | %s |", e.code, e.name, e.meaning); !strings.Contains(string(readme), row) {
			t.Errorf("the README lacks the row\n%s", row)
		}
		if !strings.Contains(exitHelp(), e.meaning) {
			t.Errorf("the help lacks %q", e.meaning)
		}
	}
}
