package openapi

import (
	"fmt"
	"testing"

	"seine/capture/openapi/spec"
)

// list makes calls of a list: what was asked, and what the answer said.
func listCalls(calls ...string) string {
	text := ""
	for i := 0; i < len(calls); i += 2 {
		text += fmt.Sprintf("GET\thttps://a.example/api/things?n=%d%s\t200\tapplication/json\t{\"items\":[],\"meta\":{%s}}\n", i, calls[i], calls[i+1])
	}
	return text
}

func TestDefault(t *testing.T) {
	for name, c := range map[string]struct {
		calls []string
		want  string
	}{
		"told":              {[]string{"&limit=10", `"limit":10`, "&limit=50", `"limit":50`, "", `"limit":24`, "", `"limit":24`}, "24"},
		"told in snakes":    {[]string{"&pageSize=10", `"page_size":10`, "", `"page_size":24`}, "24"},
		"once without":      {[]string{"&limit=10", `"limit":10`, "", `"limit":24`}, "24"},
		"never without":     {[]string{"&limit=10", `"limit":10`, "&limit=50", `"limit":50`}, ""},
		"never with":        {[]string{"", `"limit":10`, "", `"limit":10`}, ""},
		"not what is asked": {[]string{"&limit=10", `"limit":9`, "", `"limit":24`}, ""},
		"now this now that": {[]string{"&limit=10", `"limit":10`, "", `"limit":24`, "", `"limit":25`}, ""},
		"always the same":   {[]string{"&limit=24", `"limit":24`, "", `"limit":24`}, ""},
		"a word":            {[]string{"&limit=10", `"limit":10`, "", `"limit":"all"`}, ""},
		"not told":          {[]string{"&limit=10", `"limit":10`, "", `"total":24`}, ""},
	} {
		s := Infer(heardIn(listCalls(c.calls...)), Options{}).Spec()
		got := ""
		for _, o := range s.Operations {
			for _, p := range o.Params {
				if v := p.Schema.Get("default"); v != nil && p.Name != "n" {
					got = spec.Text(v)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

func TestTenants(t *testing.T) {
	text := ""
	for _, host := range []string{"acme.shops.example", "globex.shops.example", "api.shops.example", "lonely.other.example"} {
		kind := "name"
		if host == "api.shops.example" {
			kind = "title"
		}
		for i := range 3 {
			text += fmt.Sprintf("GET\thttps://%s/orders/%d\t200\tapplication/json\t{\"id\":%d,%q:\"x\",\"total\":1}\n", host, i, i, kind)
		}
		text += fmt.Sprintf("GET\thttps://%s/whoami\t200\tapplication/json\t{\"user\":\"x\",%q:2}\n", host, kind)
	}
	servers := map[string]int{}
	for _, o := range Infer(heardIn(text), Options{}).Spec().Operations {
		servers[fmt.Sprint(o.Servers)]++
	}
	if servers["[https://acme.shops.example https://globex.shops.example]"] != 2 || servers["[https://api.shops.example]"] != 2 || servers["[https://lonely.other.example]"] != 2 || len(servers) != 3 {
		t.Error(servers)
	}
}
