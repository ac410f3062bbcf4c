package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"seine/capture/openapi/diff"
	"seine/capture/openapi/document"
	"seine/cmd/internal/ui"
)

func apiDiffCommand() *cli.Command {
	return &cli.Command{
		Name:  "diff",
		Usage: "what changed between two OpenAPI documents, and what of that breaks clients",
		UsageText: "seine api diff OLD NEW [flags]\n\nseine api diff shop-may.yaml shop.yaml\n" +
			"Ends with an exit code of its own where clients that were written for OLD break.",
		Flags:        talkFlags(),
		Action:       apiDiffAction,
		OnUsageError: onUsageError,
	}
}

// errBreaking: clients that were written for the old document may fail.
var errBreaking = errors.New("the new document breaks clients of the old one")

func apiDiffAction(c *cli.Context) error {
	con := console(c)
	if c.NArg() != 2 {
		return &usageError{what: fmt.Sprintf("two documents are compared, not %d", c.NArg()), try: "seine api diff OLD.yaml NEW.yaml"}
	}
	old, err := readDocument(c.Args().Get(0))
	if err != nil {
		return err
	}
	now, err := readDocument(c.Args().Get(1))
	if err != nil {
		return err
	}
	list := diff.Of(old, now)
	var rows [][]any
	breaking := 0
	for _, d := range list {
		_ = con.Emit("change", d)
		kind := "harmless"
		if d.Breaking {
			kind, breaking = "BREAKING", breaking+1
		}
		rows = append(rows, []any{kind, ui.Remote(d.Operation), ui.Remote(d.Where), ui.Remote(d.Text)})
	}
	if len(rows) > 0 {
		con.Print(con.Table([]ui.Column{{Title: "CHANGE"}, {Title: "OPERATION", Flex: true}, {Title: "WHERE"}, {Title: "WHAT"}}, rows))
	}
	if !diff.Breaking(list) {
		con.Say("%s, none of which breaks clients", ui.Count(len(list), "change"))
		return nil
	}
	return fmt.Errorf("%w: %d of %s", errBreaking, breaking, ui.Count(len(list), "change"))
}

// readDocument reads an OpenAPI document in JSON or YAML.
func readDocument(name string) (document.Object, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(name), errors.Unwrap(err))}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, document.MaxBytes+1))
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(name), err)}
	}
	doc, err := document.Parse(text)
	if err == nil && doc.Get("openapi") == nil {
		err = errors.New("it is no OpenAPI document of version 3")
	}
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("%s: %v", ui.Remote(name), err)}
	}
	return doc, nil
}
