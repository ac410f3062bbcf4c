package nal

import "bytes"

var startCode = []byte{0, 0, 1}

// index returns where the first start code prefix lies in b, or -1.
func index(b []byte) int {
	done := 0
	if n := len(b) - len(startCode) + 1; wide && n >= stride {
		n -= n % stride
		if done = scan(&b[0], n); done < n {
			return done
		}
	}
	i := bytes.Index(b[done:], startCode)
	if i < 0 {
		return -1
	}
	return done + i
}
