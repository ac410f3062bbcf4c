package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"seine/browser/browsertest"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "chrome" { // unpacked from the archive of the installer's test
		fmt.Println("Google Chrome for Testing 999.1.2.3")
		os.Exit(0)
	}
	if act := os.Getenv(actEnv); act != "" {
		os.Exit(perform(act))
	}
	browsertest.Main(m)
}
