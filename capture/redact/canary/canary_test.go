package canary

import (
	"strings"
	"testing"
)

// TestPlant: there are the 120 secrets that the tests of redaction speak of, no two alike, and each lies in an address, in a body and in the
// console.
func TestPlant(t *testing.T) {
	c, all := Plant()
	if len(all) != 120 {
		t.Errorf("%d secrets", len(all))
	}
	var addresses, bodies, lines strings.Builder
	for _, x := range c.Exchanges {
		b, err := x.Body.PartBytes(1 << 30)
		if err != nil && !x.Body.HasPart() && x.Body.Reason == "" {
			t.Fatal(err)
		}
		bodies.Write(b)
		addresses.WriteString(x.URL() + "\n")
	}
	for _, m := range c.Console {
		lines.WriteString(m.Text + "\n")
	}
	seen := map[string]bool{}
	for _, v := range all {
		if seen[v] {
			t.Errorf("%s is there twice", v)
		}
		seen[v] = true
		for place, text := range map[string]string{"addresses": addresses.String(), "bodies": bodies.String(), "console": lines.String()} {
			if !hasForm(text, v) {
				t.Errorf("%s is not in the %s", v, place)
			}
		}
	}
}

func hasForm(text, v string) bool {
	for _, f := range Forms(v) {
		if strings.Contains(text, f) {
			return true
		}
	}
	return false
}
