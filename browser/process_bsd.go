//go:build unix && !linux

package browser

import "syscall"

// dieWithParent: only Linux can; elsewhere Chrome ends when its pipe closes.
func dieWithParent(*syscall.SysProcAttr) {}
