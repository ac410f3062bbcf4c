package browser_test

import (
	"testing"

	"seine/browser"
)

// TestWindow: a browser with windows outlives the last of them, until it is closed. Chrome's own headless platform stands for a display.
func TestWindow(t *testing.T) {
	b, err := browser.Launch(t.Context(), browser.Options{Window: true, Args: []string{"--ozone-platform=headless"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range 2 {
		tab, err := b.NewTab(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := tab.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := b.Err(); err != nil {
		t.Errorf("the browser ended with its window: %v", err)
	}
}
