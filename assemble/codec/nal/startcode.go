package nal

import "bytes"

var startCode = []byte{0, 0, 1}

// index returns where the first start code prefix lies in b, or -1.
func index(b []byte) int {
	quick := leap(b)
	i := bytes.Index(b[quick:], startCode)
	if i < 0 {
		return -1
	}
	return quick + i
}
