package browser

import (
	"context"
	"os"
)

func choose(ctx context.Context, o Options) (path, major string, err error) {
	if o.Path != "" {
		return o.Path, "156", nil
	}
	if p := os.Getenv("SEINE_BROWSER"); p != "" {
		return p, "156", nil
	}
	return "/usr/lib/chromium/chromium", "156", nil
}
