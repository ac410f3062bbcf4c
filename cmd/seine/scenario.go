package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
	"seine/scenarios/file"
	"seine/scenarios/program"
)

// scenarioError is a scenario file with mistakes, each of which was told of already.
type scenarioError struct {
	name     string
	mistakes int
}

func (e *scenarioError) Error() string {
	return fmt.Sprintf("%s has %s", e.name, ui.Count(e.mistakes, "mistake"))
}

// problem is a mistake in a scenario file, for machines.
type problem struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Error  string `json:"error"`
	Hint   string `json:"hint,omitempty"`
}

// loadScenario reads and checks a scenario, and tells of its mistakes.
func loadScenario(c *cli.Context, con *ui.Console, name string) (*program.Program, error) {
	p, err := program.Load(name, program.Options{UploadRoot: c.String("upload-root")})
	if err == nil {
		return p, nil
	}
	unread := (*fs.PathError)(nil)
	if errors.As(err, &unread) {
		return nil, &usageError{what: fmt.Sprintf("the scenario %s cannot be read: %v", ui.Remote(name), unread.Err)}
	}
	list := mistakes(err)
	for _, m := range list {
		if err := con.Emit("problem", problem{m.Pos.File, m.Pos.Line, m.Pos.Column, m.What, m.Hint}); err != nil {
			return nil, err
		}
		for line := range strings.SplitSeq(m.Error(), "\n") {
			fmt.Fprintln(c.App.ErrWriter, ui.Remote(line))
		}
	}
	return nil, &scenarioError{ui.Remote(name).String(), len(list)}
}

func mistakes(err error) file.Errors {
	var all file.Errors
	if errors.As(err, &all) {
		return all
	}
	one := &file.Error{What: err.Error()}
	errors.As(err, &one)
	return file.Errors{one}
}

// given are the inputs that stand behind the file as key=value.
func given(args []string) (map[string]string, error) {
	values := map[string]string{}
	for _, a := range args {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, &usageError{what: fmt.Sprintf("%q is no input", ui.Remote(a)), try: "name=value"}
		}
		values[name] = value
	}
	return values, nil
}

// emitFile writes what a command made: to stdout, or to -o, where nothing is replaced unasked.
func emitFile(c *cli.Context, con *ui.Console, data []byte) error {
	name := c.String("output")
	if name == "" {
		_, err := c.App.Writer.Write(data)
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.Bool("force") {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w (--force replaces it)", err)
	} else if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		_ = f.Close()
		return err
	}
	con.Say("%s", ui.Remote(name))
	return f.Close()
}

// fileFlags are those of emitFile.
func fileFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, not to stdout", Category: catOutput},
		&cli.BoolFlag{DisableDefaultText: true, Name: "force", Usage: "replace an output that exists", Category: catOutput},
	}
}
