package main

import (
	"errors"
	"testing"

	"seine/capture"
	"seine/scenarios/replay"
)

// TestNeedsWhole: what gave something, and what no browser can open, is not visited once more.
func TestNeedsWhole(t *testing.T) {
	document := func(status int) *capture.Exchange {
		return &capture.Exchange{Type: "Document", Target: capture.Target{Kind: "page"}, Request: capture.Request{Method: "GET", URL: "https://a.example/"}, Response: &capture.Response{Status: status}}
	}
	call := &capture.Exchange{
		Type: "Fetch", Request: capture.Request{Method: "GET", URL: "https://a.example/api"}, Done: true,
		Response: &capture.Response{Status: 200, Header: map[string][]string{"Content-Type": {"application/json"}}}, Body: capture.BodyOf([]byte(`{"a":1}`)),
	}
	for name, x := range map[string]struct {
		res  replay.Result
		err  error
		want bool
	}{
		"nothing":           {replay.Result{Status: 200, Capture: &capture.Capture{Exchanges: []*capture.Exchange{document(200)}}}, nil, true},
		"a film":            {replay.Result{Status: 200, Capture: &capture.Capture{}, Streams: []*capture.Stream{{URL: "https://a.example/a.m3u8"}}}, nil, false},
		"only mentioned":    {replay.Result{Status: 200, Capture: &capture.Capture{}, Streams: []*capture.Stream{{Evidence: "mention"}}}, nil, true},
		"a call":            {replay.Result{Status: 200, Capture: &capture.Capture{Exchanges: []*capture.Exchange{document(200), call}}}, nil, false},
		"not there":         {replay.Result{Status: 404, Capture: &capture.Capture{Exchanges: []*capture.Exchange{document(404)}}}, nil, false},
		"cannot be opened":  {replay.Result{}, &replay.NavigationError{URL: "https://a.example/", Code: "net::ERR_NAME_NOT_RESOLVED"}, false},
		"crashed":           {replay.Result{}, errors.New("crashed"), true},
		"nothing was heard": {replay.Result{}, nil, true},
	} {
		if got := needsWhole(&x.res, x.err); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
