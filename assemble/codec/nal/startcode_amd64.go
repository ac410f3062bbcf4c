package nal

import "golang.org/x/sys/cpu"

// stride is how many places scan looks at together.
const stride = 64

var wide = cpu.X86.HasAVX2

// leap returns how many places at the beginning of b hold no start code prefix, as far as that can be told quickly: all of a film's pictures
// go through here, and bytes.Index stops at each zero byte.
func leap(b []byte) int {
	n := len(b) - len(startCode) + 1
	if !wide || n < stride {
		return 0
	}
	return scan(&b[0], n-n%stride)
}

// scan returns the first of the n places from p on, n a multiple of stride, where a start code prefix begins, or n. It reads n + 2 bytes.
//
//go:noescape
func scan(p *byte, n int) int
