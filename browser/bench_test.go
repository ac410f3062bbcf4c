package browser_test

import (
	"testing"

	"seine/browser"
	"seine/browser/browsertest"
)

// BenchmarkLaunch is the start and the clean end of a browser.
func BenchmarkLaunch(b *testing.B) {
	b.ReportAllocs()
	state := b.TempDir()
	for b.Loop() {
		br, err := browser.Launch(b.Context(), browsertest.Options(state))
		if err != nil {
			b.Fatal(err)
		}
		if err := br.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNewTab is a tab opened and closed.
func BenchmarkNewTab(b *testing.B) {
	b.ReportAllocs()
	br := browsertest.Browser(b)
	for b.Loop() {
		tab, err := br.NewTab(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := tab.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
