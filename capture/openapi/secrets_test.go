package openapi

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"seine/capture"
	"seine/capture/redact/canary"
)

// written is the document in both forms.
func written(t *testing.T, api *API) string {
	var b bytes.Buffer
	if err := api.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	if err := api.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSecrets: of what is planted everywhere nothing is in the document, in whatever form.
func TestSecrets(t *testing.T) {
	c, planted := canary.Plant()
	api := Infer(c, Options{})
	text := written(t, api)
	if len(api.Operations) == 0 {
		t.Fatal("there is no operation: the test proves nothing")
	}
	for _, secret := range planted {
		for _, form := range canary.Forms(secret) {
			if strings.Contains(text, form) {
				t.Errorf("%q is in the document", form)
			}
		}
	}
}

// TestSecretsOfCalls: what calls carry, and what is elsewhere the same value.
func TestSecretsOfCalls(t *testing.T) {
	const key, session, token = "k3y-7f6e5d4c3b2a1908", "sess-0a1b2c3d4e5f6789", "wordliketokenvalue"
	const elsewhere = "cookieofapage42"
	c := &capture.Capture{Exchanges: []*capture.Exchange{{
		ID: "page", Type: "Document", Request: capture.Request{Method: "GET", URL: "https://a.example/"},
		Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"text/html"}, "Set-Cookie": {"sid=" + elsewhere + "; Path=/"}}},
	}}}
	for i, path := range []string{
		"/api/items?api_key=" + key, "/api/reset/" + key, "/api/" + token + "/settings", "/api/echo?note=" + session, "/api/echo?" + token + "=1", "/api/of/" + elsewhere + "/it",
	} {
		body := `{"access_token":"` + token + `","seen":"` + session + `","link":"https://a.example/x?token=` + token + `","` + token + `":1,"list":["` + key + `"]}`
		c.Exchanges = append(c.Exchanges, &capture.Exchange{
			ID: path[:9], Type: "Fetch", Started: time.Unix(int64(i), 0),
			Request:  capture.Request{Method: "GET", URL: "https://a.example" + path, Header: http.Header{"Cookie": {"sid=" + session}, "X-Api-Key": {key}}},
			Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}, Body: capture.BodyOf([]byte(body)),
		})
	}
	api := Infer(c, Options{})
	text := written(t, api)
	for _, secret := range []string{key, session, token, elsewhere} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
			t.Errorf("%q is in the document:\n%s", secret, text)
		}
	}
	for _, want := range []string{"cookie-sid:", "query-api_key:", "header-X-Api-Key:"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s\n%s", want, text)
		}
	}
	checkDocument(t, api)
}
