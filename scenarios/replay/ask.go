package replay

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/runtime"

	"seine/scenarios"
)

//go:embed ask.js
var askScript string

// Asked is what a page is to fetch by itself: with its cookies, its connections, and all that its scripts add to requests.
type Asked struct {
	Method, URL string
	Header      http.Header
	Body        []byte // nil: none
	Most        int    // bytes of the answer
}

// Told is what the page was answered. Header has what scripts may see (Fetch §3.3.1).
type Told struct {
	Status int
	URL    string
	Header http.Header
	Body   []byte
}

// Errors of asking.
var (
	// ErrAskLarge: the answer is larger than was allowed.
	ErrAskLarge error = lasting("the answer is too large")
	// ErrAskFailed: the page could not fetch it.
	ErrAskFailed = errors.New("the page could not fetch it")
)

// Ask has the page fetch something in its own world. The page must stand on the origin that is asked, or on one that the server lets in (CORS).
func (p *Page) Ask(ctx context.Context, r Asked) (*Told, error) {
	value, err := p.living(ctx, func(ctx context.Context) (any, error) { return p.ask(ctx, r) })
	if err != nil {
		return nil, err
	}
	return value.(*Told), nil
}

func (p *Page) ask(ctx context.Context, r Asked) (*Told, error) {
	f, err := p.document(ctx, scenarios.Place{})
	if err != nil {
		return nil, err
	}
	document, err := inMainWorld(ctx, f, "document")
	if err != nil {
		return nil, err
	}
	headers := map[string]string{}
	for name := range r.Header {
		headers[name] = r.Header.Get(name)
	}
	yes := true
	res, err := cdp.Call(ctx, cdp.Session(f.session), runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: askScript, ObjectID: document, ReturnByValue: &yes, AwaitPromise: &yes,
		Arguments: []*runtime.CallArgument{{Value: jsonv2.Value(literal(map[string]any{"url": r.URL, "method": r.Method, "headers": headers, "body": r.Body, "most": r.Most}))}},
	})
	switch {
	case err != nil:
		return nil, err
	case res.ExceptionDetails != nil:
		return nil, fmt.Errorf("%s: %w: %w", r.URL, ErrAskFailed, thrown(res.ExceptionDetails))
	}
	var out struct {
		Status  int         `json:"status"`
		URL     string      `json:"url"`
		Headers [][2]string `json:"headers"`
		Body    []byte      `json:"body"`
		Large   bool        `json:"large"`
	}
	if err := jsonv2.Unmarshal(jsonv2.Value(res.Result.Value), &out, jsonv2.AllowInvalidUTF8(true)); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", r.URL, ErrAskFailed, err)
	}
	if out.Large {
		return nil, fmt.Errorf("%s: %w", r.URL, ErrAskLarge)
	}
	t := &Told{Status: out.Status, URL: out.URL, Header: http.Header{}, Body: out.Body}
	for _, h := range out.Headers {
		t.Header.Add(h[0], h[1])
	}
	return t, nil
}
