package nal

import "golang.org/x/sys/cpu"

// stride is how many places scan looks at together.
const stride = 64

// wide: there is a scan. All of a film's pictures go through it, and bytes.Index stops at each zero byte.
var wide = cpu.X86.HasAVX2

// scan returns the first of the n places from p on, n a multiple of stride, where a start code prefix begins, or n. It reads n + 2 bytes.
//
//go:noescape
func scan(p *byte, n int) int
