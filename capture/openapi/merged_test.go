package openapi

import (
	"testing"

	"seine/capture"
	"seine/capture/openapi/document"
	"seine/capture/openapi/merge"
	"seine/testdata/api"
)

// TestMergedAcceptsBoth: a document of the one half of what was heard, with the other half merged into it, accepts all of both, whichever came first.
func TestMergedAcceptsBoth(t *testing.T) {
	for _, c := range api.Cases() {
		heard := c.Capture(t)
		var halves [2]*API
		for i := range halves {
			half := &capture.Capture{Page: heard.Page}
			for n, e := range heard.Exchanges {
				if n%2 == i {
					half.Exchanges = append(half.Exchanges, e)
				}
			}
			halves[i] = Infer(half, Options{})
		}
		for i, first := range halves {
			once, err := merge.Into(nil, first.Document(), false)
			must(t, err)
			both, err := merge.Into(once.Text, halves[1-i].Document(), false)
			must(t, err)
			if both.CommentsLost || len(both.Conflicts) > 0 || both.Edits > 0 {
				t.Errorf("%s: nobody changed anything: %+v", c.Name, both.Conflicts)
			}
			again, err := merge.Into(both.Text, halves[1-i].Document(), false)
			must(t, err)
			if string(again.Text) != string(both.Text) {
				t.Errorf("%s: the same again is not the same", c.Name)
			}
			k := checkerOf(t, both.Document)
			for _, a := range halves {
				if k.samples(t, a, func(o *Operation) string { return keyIn(both.Document, o) }) == 0 && len(a.Operations) > 3 {
					t.Errorf("%s: nothing was checked", c.Name)
				}
			}
		}
	}
}

// keyIn is where a document has an operation, whatever it calls its parameters.
func keyIn(doc document.Object, o *Operation) string {
	paths, _ := doc.Get("paths").(document.Object)
	for _, p := range paths {
		if p.Key == o.Key() {
			return p.Key
		}
	}
	for _, p := range paths {
		if plain(p.Key) == plain(o.Key()) {
			return p.Key
		}
	}
	return o.Key()
}
