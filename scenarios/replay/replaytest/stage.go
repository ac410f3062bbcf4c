// Package replaytest is what tests of flows in a browser have in common.
package replaytest

import (
	"testing"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/scenarios/replay"
)

// Stage opens pages in a browser of its own, which ends with the test.
func Stage(t testing.TB) *replay.Stage {
	t.Helper()
	k := browser.NewKeeper(t.Context(), browsertest.Options(t.TempDir()), replay.SalvageLimit)
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return &replay.Stage{Keeper: k}
}
