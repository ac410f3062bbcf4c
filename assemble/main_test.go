package assemble

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// madeOnce are folders that many tests read.
var madeOnce []string

func TestMain(m *testing.M) {
	if os.Getenv(childURL) != "" {
		os.Exit(child())
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		for _, dir := range madeOnce {
			_ = os.RemoveAll(dir)
		}
		os.Exit(code)
	}))
}
