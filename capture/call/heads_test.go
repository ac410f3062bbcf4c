package call

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"seine/capture"
	"seine/capture/openapi"
)

// TestTrials: a header is left out only where the answer is the same without it: not where another one of the same shape comes, as of another
// person, also if the answer changes by itself.
func TestTrials(t *testing.T) {
	for name, tc := range map[string]struct {
		changing bool
		keeps    []string
	}{"the same each time": {false, []string{"Accept-Language", "Authorization"}}, "another each time": {true, []string{"Authorization"}}} {
		var n atomic.Int32
		answer := func(r *http.Request) string {
			who, at := "guest", 0
			if r.Header.Get("Authorization") == "Bearer t0ken-of-ada-1234" {
				who = "ada"
			}
			if tc.changing {
				at = int(n.Add(1))
			}
			return fmt.Sprintf(`{"who":%q,"language":%q,"at":%d}`, who, r.Header.Get("Accept-Language"), at)
		}
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, answer(r))
		}))
		header := http.Header{"Authorization": {"Bearer t0ken-of-ada-1234"}, "Accept-Language": {"de"}, "X-Trace": {"1"}, "Sec-Fetch-Mode": {"cors"}, "Sec-Fetch-Dest": {"empty"}}
		heard := &capture.Capture{Exchanges: []*capture.Exchange{{
			ID: "1", Type: "Fetch", Request: capture.Request{Method: "GET", URL: srv.URL + "/v", Header: header, WireHeader: true},
			Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}, Body: capture.BodyOf([]byte(answer(&http.Request{Header: header}))),
		}}}
		var doc bytes.Buffer
		if err := openapi.Infer(heard, openapi.Options{}).WriteJSON(&doc); err != nil {
			t.Fatal(err)
		}
		spec, err := ReadSpec(&doc)
		if err != nil {
			t.Fatal(err)
		}
		o := spec.Operations[0]
		c := client(t, Config{Spec: spec, Capture: heard}, o)
		b, err := o.Bind(nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			a, err := c.Do(t.Context(), o, b, Place{})
			if err != nil {
				t.Fatal(err)
			}
			if who, _ := at(a.JSON, "/who"); who != "ada" {
				t.Errorf("%s: %s", name, a.Body)
			}
		}
		if got := c.headsOf(o).keep; !slices.Equal(got, tc.keeps) {
			t.Errorf("%s: %v", name, got)
		}
		srv.Close()
	}
}
