package form

import (
	"slices"
	"testing"
)

func TestPairs(t *testing.T) {
	var got []string
	for name, value := range Pairs("b=1&a=x+y&&a=%C3%A4&bad=%zz&alone&=nameless&c=d=e") {
		got = append(got, name+"→"+value)
	}
	if want := []string{"b→1", "a→x y", "a→ä", "bad→%zz", "alone→", "→nameless", "c→d=e"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
