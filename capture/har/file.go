package har

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"seine/capture"
)

// WriteFile writes the capture to a file of mode 0600, in one step: a reader never sees half of it.
func WriteFile(name string, c *capture.Capture, o Options) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".seine-*.har")
	if err != nil {
		return fmt.Errorf("writing the HAR file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := errors.Join(Write(f, c, o), f.Close()); err != nil {
		return fmt.Errorf("writing the HAR file: %w", err)
	}
	return os.Rename(f.Name(), name)
}
