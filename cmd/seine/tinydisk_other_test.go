//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

func tinydisk(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("only Linux has a file system small enough to fill; guard the script with [linux]")
}
