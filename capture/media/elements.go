package media

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// isHTML tells a document by its beginning.
func isHTML(text []byte) bool {
	head := bytes.ToLower(text[:min(len(text), 1024)])
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	for _, begin := range []string{"<!doctype html", "<html", "<head", "<body", "<!--", "<div", "<video", "<script", "<meta", "<link", "<title", "<p", "<iframe", "<section", "<audio"} {
		if bytes.HasPrefix(head, []byte(begin)) {
			return true
		}
	}
	return false
}

// Bounds of how much of a document is read: tags, and those of them that name media.
const (
	maxTokens   = 100_000
	maxElements = 2000
)

// element is a start tag that may name media.
type element struct {
	name string
	attr map[string]string
}

var naming = []string{"base", "video", "audio", "source", "track", "meta"}

// elements takes the media that HTML names as such (WHATWG HTML §4.8.8 to §4.8.11), whatever their addresses look like.
func (f *finder) elements(text []byte) {
	z := html.NewTokenizer(bytes.NewReader(text))
	z.SetMaxBuf(maxLiteral)
	parent, seen := "", 0
	for n := 0; n < maxTokens && seen < maxElements && len(f.list) < maxHidden; n++ {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			e, ok := readElement(z)
			if !ok {
				continue
			}
			seen++
			if e.name == "video" || e.name == "audio" {
				parent = e.name
			}
			f.element(e, parent)
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == parent {
				parent = ""
			}
		}
	}
}

func readElement(z *html.Tokenizer) (element, bool) {
	name, more := z.TagName()
	if !slices.Contains(naming, string(name)) {
		return element{}, false
	}
	e := element{string(name), map[string]string{}}
	for n := 0; more && n < 100; n++ {
		var key, value []byte
		key, value, more = z.TagAttr()
		if _, known := e.attr[string(key)]; !known {
			e.attr[string(key)] = strings.TrimSpace(string(value))
		}
	}
	return e, true
}

func (f *finder) element(e element, parent string) {
	switch e.name {
	case "base":
		if u, err := f.base.Parse(e.attr["href"]); err == nil {
			f.rebase(u.String())
		}
	case "video", "audio":
		f.named(e, Kind(e.name), e.attr["src"])
	case "source":
		if parent != "" {
			f.named(e, Kind(parent), e.attr["src"])
		}
	case "track":
		f.named(e, trackKind(e), e.attr["src"])
	case "meta":
		switch strings.ToLower(e.attr["property"]) {
		case "og:video", "og:video:url", "og:video:secure_url", "og:audio", "twitter:player:stream":
			u := e.attr["content"]
			_, _, kind := suffixed([]byte(u)) // none: it may be the address of a player's page
			f.named(e, kind, u)
		}
	}
}

func (f *finder) rebase(base string) {
	if r, err := newResolver(base); err == nil {
		r.kept = f.kept
		f.resolver = r
	}
}

func trackKind(e element) Kind {
	switch e.attr["kind"] {
	case "chapters":
		return None
	case "metadata":
		return Thumbnails
	}
	if strings.Contains(strings.ToLower(e.attr["label"]), "thumbnail") {
		return Thumbnails
	}
	return Subtitles
}

// named takes the address of an element. Its type, or else its name, may say more than the element.
func (f *finder) named(e element, kind Kind, ref string) {
	if ref == "" || kind == None || len(ref) > maxAddress || strings.HasPrefix(ref, "blob:") || strings.HasPrefix(ref, "data:") {
		return
	}
	u := f.absolute(ref)
	if !strings.HasPrefix(u, "http") {
		return
	}
	declared := Declared(Input{URL: u, ContentType: e.attr["type"]}).Kind
	if (kind == Video || kind == Audio) && declared != None && declared != Segment {
		kind = declared
	}
	f.add(Hidden{Kind: kind, URL: u, Element: e.name, Language: e.attr["srclang"]})
}
