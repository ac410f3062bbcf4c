package har

import (
	"fmt"
	"os"
	"path/filepath"

	"seine/capture"
	"seine/capture/aside"
)

// WriteFile writes the capture to a file of mode 0600, in one step: a reader never sees half of it.
func WriteFile(name string, c *capture.Capture, o Options) error {
	err := aside.File(filepath.Clean(name), func(f *os.File) error { return Write(f, c, o) })
	if err != nil {
		return fmt.Errorf("writing the HAR file: %w", err)
	}
	return nil
}
