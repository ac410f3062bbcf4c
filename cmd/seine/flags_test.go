package main

import "testing"

func TestByteRate(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "1": 1, "500K": 500_000, "2M": 2_000_000, "2m": 2_000_000, "1.5MiB": 3 << 19, "1.5mib": 3 << 19, "1GiB": 1 << 30,
		"64KiB/s": 64 << 10, "100KB": 100_000, "100B": 100, "1Mi": 1 << 20, "1TB": -1, "0": -1, "-1": -1, "0.5": -1, "K": -1,
		"1i": -1, "1 M": -1, "1e9": -1, "2000G": -1, "fast": -1, "999999999999999G": -1, "\x1b[2J": -1,
	} {
		got, err := byteRate(text)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
}
