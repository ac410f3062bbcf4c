package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"seine/capture"
	"seine/capture/folder"
	"seine/capture/har"
	"seine/cmd/internal/ui"
)

// isRecording tells HAR files and capture folders from addresses.
func isRecording(arg string) (bool, error) {
	if strings.Contains(arg, "://") {
		return false, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		if !folder.Is(arg) && (strings.HasPrefix(arg, ".") || strings.HasPrefix(arg, "/") || strings.HasSuffix(arg, "/")) {
			return false, &usageError{what: fmt.Sprintf("%s is a folder, and holds no capture", ui.Remote(arg))}
		}
		return folder.Is(arg), nil
	case err == nil:
		return true, nil
	}
	if isFile(arg) {
		return false, &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(arg), errors.Unwrap(err))}
	}
	return false, nil
}

// openRecording reads what an earlier visit gave, without a browser. Bodies can be read until it is closed.
func openRecording(path string) (c *capture.Capture, closeIt func() error, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		o, err := folder.Open(path)
		if err != nil {
			return nil, nil, &usageError{what: fmt.Sprintf("%s: %v", ui.Remote(path), err)}
		}
		return o.Capture, o.Close, nil
	}
	c, f, err := har.Open(path)
	var lost *fs.PathError
	switch {
	case errors.As(err, &lost):
		return nil, nil, &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(path), lost.Err)}
	case err != nil:
		return nil, nil, &usageError{what: fmt.Sprintf("%s: %v", ui.Remote(path), err)}
	}
	return c, f.Close, nil
}
