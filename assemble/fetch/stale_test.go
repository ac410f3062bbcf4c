//nolint:bodyclose // the pool closes what these servers answer
package fetch

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
)

// Addresses that are honoured no longer are not asked a second time, nor after the wait for it; mirrors are asked all the same.
func TestStale(t *testing.T) {
	for name, c := range map[string]struct {
		stale   func(asked int) bool // when the request is asked about for the nth time
		a, b    site
		mirrors []string
		asked   [2]int
		want    string
	}{
		"never":             {stale: func(int) bool { return false }, a: says(403), asked: [2]int{2, 0}},
		"at once":           {stale: func(int) bool { return true }, a: says(403), asked: [2]int{1, 0}},
		"while it waits":    {stale: func(n int) bool { return n > 1 }, a: says(403), asked: [2]int{1, 0}},
		"a trouble":         {stale: func(int) bool { return true }, a: says(500), asked: [2]int{8, 0}},
		"a mirror":          {stale: func(int) bool { return true }, a: says(404), b: gives("x"), mirrors: []string{"http://b/"}, asked: [2]int{1, 1}, want: "x"},
		"a mirror as stale": {stale: func(int) bool { return true }, a: says(404), b: says(410), mirrors: []string{"http://b/"}, asked: [2]int{1, 1}},
		"refused by chance": {stale: func(int) bool { return false }, a: func(r *http.Request, n int) (*http.Response, error) {
			if n == 1 {
				return answer(r, 403, ""), nil
			}
			return answer(r, 200, "x"), nil
		}, asked: [2]int{2, 0}, want: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newTown()
				m.serve["a"], m.serve["b"] = c.a, c.b
				n := 0
				stale := func() bool {
					n++
					return c.stale(n)
				}
				got, err := one(t, NewPool(m, Options{}), Request{URL: "http://a/", Mirrors: c.mirrors, Stale: stale})
				if got != c.want || (err == nil) != (c.want != "") || m.asked["a"] != c.asked[0] || m.asked["b"] != c.asked[1] {
					t.Errorf("%q, %v, asked %v", got, err, m.asked)
				}
				var fe *Error
				if err != nil && (!errors.As(err, &fe) || fe.Tries != c.asked[0]+c.asked[1]) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}
