package browser_test

import (
	"os"
	"testing"

	"seine/browser/browsertest"
)

func TestMain(m *testing.M) {
	if act := os.Getenv(actEnv); act != "" {
		os.Exit(perform(act))
	}
	browsertest.Main(m)
}
