package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
)

// usageError is a mistake on the command line: what is wrong, and a line that would be right.
type usageError struct{ what, try string }

func (e *usageError) Error() string {
	if e.try == "" {
		return e.what
	}
	return e.what + "; did you mean: " + e.try
}

// permute moves flags that stand after arguments before them: the library stops to look for flags at the first
// argument, while people write them where they come to mind. What follows "--" stays as it is. A flag that does not
// exist is answered with the line corrected, as far as it can be guessed.
func permute(app *cli.App, args []string) ([]string, error) {
	if len(args) < 2 {
		return args, nil
	}
	args = commandFirst(app, args)
	head, command, rest := descend(app, args)
	if command == nil {
		return args, nil
	}
	if len(command.Subcommands) > 0 && len(rest) > 0 && rest[0] == "help" {
		rest = []string{"--help"}
	}
	var flags, plain []string
	for i := 0; i < len(rest); i++ {
		a := rest[i]
		if a == "--" {
			plain = append(plain, rest[i+1:]...)
			break
		}
		if len(a) < 2 || a[0] != '-' {
			plain = append(plain, a)
			continue
		}
		f := lookup(command, a)
		switch {
		case f == nil:
			return nil, unknownFlag(command, head, rest, i)
		case takesValue(f) && !strings.Contains(a, "="):
			if i+1 == len(rest) {
				return nil, &usageError{what: fmt.Sprintf("%s needs a value", a)}
			}
			flags = append(flags, a, rest[i+1])
			i++
		default:
			flags = append(flags, a)
		}
	}
	out := append(slices.Clone(head), flags...)
	if len(plain) > 0 {
		out = append(append(out, "--"), plain...)
	}
	return out, nil
}

// commandFirst puts the command before flags that were written before it, and reads "help get" as "get --help".
func commandFirst(app *cli.App, args []string) []string {
	if args[1] == "help" {
		return slices.Concat(args[:1], args[2:], []string{"--help"})
	}
	i := slices.IndexFunc(args[1:], func(a string) bool { return app.Command(a) != nil }) + 1
	if i < 2 || !strings.HasPrefix(args[1], "-") {
		return args
	}
	head, _, rest := descend(app, slices.Concat(args[:1], args[i:]))
	return slices.Concat(head, args[1:i], rest)
}

// near keeps far-fetched suggestions away: people rarely mistype the first letter.
func near(a, b string) bool { return a != "" && b != "" && a[0] == b[0] }

// descend finds the command that the line names, and splits the line behind it.
func descend(app *cli.App, args []string) (head []string, c *cli.Command, rest []string) {
	commands, n := app.Commands, 1
	for n < len(args) {
		i := slices.IndexFunc(commands, func(k *cli.Command) bool { return k.HasName(args[n]) })
		if i < 0 {
			break
		}
		c = commands[i]
		commands = c.Subcommands
		n++
	}
	return args[:n], c, args[n:]
}

func lookup(c *cli.Command, arg string) cli.Flag {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	for _, f := range append(c.Flags, cli.HelpFlag) {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	d, ok := f.(cli.DocGenerationFlag)
	return ok && d.TakesValue()
}

func unknownFlag(c *cli.Command, head, rest []string, i int) error {
	name, value, _ := strings.Cut(strings.TrimLeft(rest[i], "-"), "=")
	head = slices.Concat([]string{"seine"}, head[1:])
	e := &usageError{what: fmt.Sprintf("%s has no flag %q", strings.Join(head, " "), ui.Remote(rest[i]))}
	guess := cli.SuggestFlag(c.Flags, name, true)
	if !near(strings.TrimLeft(guess, "-"), name) {
		e.try = strings.Join(head, " ") + " --help"
		return e
	}
	fixed := slices.Clone(rest)
	fixed[i] = guess
	if value != "" {
		fixed[i] += "=" + value
	}
	e.try = strings.Join(append(slices.Clone(head), fixed...), " ")
	return e
}
