package main

import (
	"slices"
	"testing"

	"seine/browser"
)

func TestBlock(t *testing.T) {
	var q browser.Requests
	if err := block([]string{"images,Ads", "cdn.example.com"}, &q); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(q.BlockKinds, []browser.Kind{browser.Image}) {
		t.Errorf("%v", q.BlockKinds)
	}
	for _, h := range []string{"doubleclick.net", "google-analytics.com", "cdn.example.com"} {
		if !slices.Contains(q.BlockHosts, h) {
			t.Errorf("%s is not blocked", h)
		}
	}
	for _, bad := range []string{"adverts", "https://a.example/", "a.example:80", ""} {
		if block([]string{bad}, &q) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
