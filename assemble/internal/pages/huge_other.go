//go:build !linux || race

package pages

func huge([]byte) {}
