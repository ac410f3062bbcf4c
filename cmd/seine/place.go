package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/capture/folder"
)

// errNoFolder: a file stands where a folder was named.
var errNoFolder = errors.New("it is no folder")

// places says early, before a browser is started or anything is fetched, that what was asked for cannot be written: its folder
// is missing, or the output is there already.
func places(c *cli.Context) error {
	if err := folders(c); err != nil || looksOnly(c) {
		return err
	}
	output := c.String("output")
	if output != "" && there(output) && !c.Bool("force") && !there(output+".part.lock") { // beside a lock, assemble sweeps first
		return fmt.Errorf("%w: %s", assemble.ErrExists, output)
	}
	return nil
}

// folders says that a folder is missing; that of --dir is made.
func folders(c *cli.Context) error {
	for _, flag := range []string{"har", "screenshot"} {
		if f := c.String(flag); f != "" {
			if err := directory(filepath.Dir(f)); err != nil {
				return err
			}
		}
	}
	if looksOnly(c) {
		return nil
	}
	if output := c.String("output"); output != "" {
		return directory(filepath.Dir(output))
	}
	return made(cmp.Or(c.String("dir"), "."))
}

// made is a folder that is made where it is not there yet, as --dir wants it.
func made(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil && !there(dir) {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	return directory(dir)
}

func there(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

func directory(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	case !info.IsDir():
		return fmt.Errorf("%w: %s: %w", assemble.ErrOutput, dir, errNoFolder)
	}
	return nil
}

// keepable says early that the folder of --save cannot be written.
func keepable(c *cli.Context) error {
	dir := c.String("save")
	switch {
	case dir == "":
		return nil
	case c.Args().Len() > 1:
		return &usageError{what: "--save names one folder, but there are several addresses; visit them one by one"}
	}
	if err := directory(filepath.Dir(filepath.Clean(dir))); err != nil {
		return err
	}
	return folder.Check(dir)
}
