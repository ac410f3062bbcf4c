package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/adrg/xdg"
	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
)

// profileNames leaves the length to maxProfileName: counted in the expression, these classes would be compiled 64 times over, at each start.
var profileNames = regexp.MustCompile(`^[\pL\pN][\pL\pN ._-]*$`)

// maxProfileName is in characters.
const maxProfileName = 64

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
	case !profileNames.MatchString(name) || utf8.RuneCountInString(name) > maxProfileName:
		return "", &usageError{what: fmt.Sprintf("--profile %q is no name", ui.Remote(name)), try: "--profile me, or a folder: --profile ./me"}
	}
	return filepath.Join(xdg.DataHome, "seine", "profiles", name), nil
}
