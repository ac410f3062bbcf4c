package main

import (
	"slices"

	"github.com/urfave/cli/v2"

	"seine/scenarios/schema"
)

func schemaCommand() *cli.Command {
	return &cli.Command{
		Name:      "schema",
		Usage:     "print the JSON Schema of scenario files, for editors",
		UsageText: "seine schema [-o FILE]\n\nWith the line  # yaml-language-server: $schema=FILE  at the head of a scenario, editors complete and check it.",
		Flags:     slices.Concat(fileFlags(), talkFlags()),
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return &usageError{what: "schema takes no arguments", try: "seine schema -o seine.schema.json"}
			}
			return emitFile(c, console(c), schema.JSON())
		},
		OnUsageError: onUsageError,
	}
}
