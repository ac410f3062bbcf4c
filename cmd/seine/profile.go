package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/adrg/xdg"
	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
)

var profileNames = regexp.MustCompile(`^[\pL\pN][\pL\pN ._-]{0,63}$`)

// profileOf is the folder of the profile, empty for none. A name without a slash is one of ours.
func profileOf(c *cli.Context) (string, error) { return profileNamed(c, c.String("profile")) }

func profileNamed(c *cli.Context, name string) (string, error) {
	switch {
	case name == "":
		return "", nil
	case c.String("connect") != "":
		return "", &usageError{what: "a browser that runs already has its profile: leave out --connect or --profile"}
	case name == "." || strings.ContainsAny(name, `/\`):
		return name, nil
	case !profileNames.MatchString(name):
		return "", &usageError{what: fmt.Sprintf("--profile %q is no name", ui.Remote(name)), try: "--profile me, or a folder: --profile ./me"}
	}
	return filepath.Join(xdg.DataHome, "seine", "profiles", name), nil
}
