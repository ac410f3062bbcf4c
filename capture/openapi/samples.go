package openapi

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"seine/capture"
	"seine/capture/openapi/spec"
)

// longestSample is how many bytes of a body are shown.
const longestSample = 8 << 10

// Spec is the document as what there is to call, with a sample of each status.
func (api *API) Spec() *spec.Spec {
	s := spec.Of(api.Document())
	api.Illustrate(s)
	return s
}

// Illustrate gives the operations of a document, which may have been changed by hand, the samples that were heard, without secrets.
func (api *API) Illustrate(s *spec.Spec) {
	type place struct{ key, method string }
	known := map[place]*Operation{}
	for _, o := range api.Operations {
		known[place{plain(api.clean.Text(o.Key(), false)), o.Method}] = o
	}
	for _, one := range s.Operations {
		if o := known[place{plain(one.Key), one.Method}]; o != nil {
			one.Samples = api.samples(o)
		}
	}
}

// plain is a key without the names of its parameters.
func plain(key string) string {
	var b strings.Builder
	for {
		before, after, open := strings.Cut(key, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		_, behind, _ := strings.Cut(after, "}")
		b.WriteString("{}")
		key = behind
	}
}

// samples are the first call of each status.
func (api *API) samples(o *Operation) (list []spec.Sample) {
	had := map[int]bool{}
	for _, c := range o.calls {
		if had[c.status] || c.status == 0 {
			continue
		}
		had[c.status] = true
		one := spec.Sample{ID: c.id, Method: c.method, URL: api.clean.Text(c.address, false), Status: c.status, SentType: mediaType(c.req.Header.Get("Content-Type")), GotType: mediaType(c.resType)}
		one.Sent, one.SentCut = api.shown(&c.req.Body, one.SentType)
		one.Got, one.Cut = api.shown(c.body, one.GotType)
		list = append(list, one)
	}
	return list
}

// shown is a body as text, without secrets. They are taken out of all of it before it is cut: half of one would not be known.
func (api *API) shown(b *capture.Body, kind string) (string, bool) {
	const most = 1 << 20
	raw, err := b.Bytes(most)
	if err != nil {
		return "", b.Size > most
	}
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return "", len(raw) > 0
	}
	var tidy bytes.Buffer
	if json.Indent(&tidy, raw, "", "  ") == nil {
		raw = tidy.Bytes()
	}
	text := api.clean.Text(string(raw), kind == formType)
	if len(text) <= longestSample {
		return text, false
	}
	return strings.ToValidUTF8(text[:longestSample], ""), true
}
