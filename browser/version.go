package browser

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// versionLimit is how long a browser may take to tell its version.
const versionLimit = 10 * time.Second

var versionNumber = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+`)

// askVersion fills in what a browser calls itself, or why it cannot be used.
func askVersion(ctx context.Context, c *Candidate) {
	if runtime.GOOS == "windows" { // there, --version opens a window; the version is a folder beside the executable
		c.Version = versionFolder(filepath.Dir(c.Path))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	out := &tail{max: 4 << 10}
	cmd := exec.CommandContext(ctx, c.Path, "--version")
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, out, time.Second
	if err := cmd.Run(); err != nil {
		c.Problem = versionProblem(ctx, c.Path, err, out.String())
		return
	}
	for line := range strings.Lines(out.String()) {
		if at := versionNumber.FindStringIndex(line); at != nil {
			c.Version = line[at[0]:at[1]]
			c.Name = strings.TrimSpace(line[:at[0]])
			return
		}
	}
	c.Problem = "it does not tell its version; is it a browser?"
}

func versionProblem(ctx context.Context, path string, err error, output string) string {
	if ctx.Err() != nil {
		return "it did not tell its version in time"
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return "it cannot be started: " + err.Error()
	}
	return explain(path, err, output).Hint
}

func versionFolder(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() && versionNumber.FindString(e.Name()) == e.Name() {
			found = append(found, e.Name())
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.MaxFunc(found, compareVersions)
}

// compareVersions orders strings by the first version number in them.
func compareVersions(a, b string) int {
	as, bs := strings.Split(versionNumber.FindString(a), "."), strings.Split(versionNumber.FindString(b), ".")
	for i := range min(len(as), len(bs)) {
		x, _ := strconv.Atoi(as[i])
		y, _ := strconv.Atoi(bs[i])
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}
