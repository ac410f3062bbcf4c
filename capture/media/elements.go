package media

import (
	"bytes"
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

// maxTokens bounds how much of a document is read.
const maxTokens = 100_000

// elements takes the media that HTML names as such (WHATWG HTML §4.8.8 to §4.8.11), whatever their addresses look like.
func (f *finder) elements(text []byte) {
	z := html.NewTokenizer(bytes.NewReader(text))
	z.SetMaxBuf(maxLiteral)
	parent := ""
	for n := 0; n < maxTokens && len(f.list) < maxHidden; n++ {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data == "video" || t.Data == "audio" {
				parent = t.Data
			}
			f.element(t, parent)
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == parent {
				parent = ""
			}
		}
	}
}

func (f *finder) element(t html.Token, parent string) {
	switch t.Data {
	case "base":
		if u, err := f.base.Parse(attribute(t, "href")); err == nil {
			f.rebase(u.String())
		}
	case "video", "audio":
		f.named(t, Kind(t.Data), attribute(t, "src"))
	case "source":
		if parent != "" {
			f.named(t, Kind(parent), attribute(t, "src"))
		}
	case "track":
		f.named(t, trackKind(t), attribute(t, "src"))
	case "meta":
		switch strings.ToLower(attribute(t, "property")) {
		case "og:video", "og:video:url", "og:video:secure_url", "og:audio", "twitter:player:stream":
			u := attribute(t, "content")
			_, _, kind := suffixed([]byte(u)) // none: it may be the address of a player's page
			f.named(t, kind, u)
		}
	}
}

func (f *finder) rebase(base string) {
	if r, err := newResolver(base); err == nil {
		r.kept = f.kept
		f.resolver = r
	}
}

func trackKind(t html.Token) Kind {
	if attribute(t, "kind") == "metadata" || strings.Contains(strings.ToLower(attribute(t, "label")), "thumbnail") {
		return Thumbnails
	}
	if k := attribute(t, "kind"); k == "chapters" {
		return None
	}
	return Subtitles
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// named takes the address of an element. Its type, or else its name, may say more than the element.
func (f *finder) named(t html.Token, kind Kind, ref string) {
	if ref == "" || kind == None || len(ref) > maxAddress || strings.HasPrefix(ref, "blob:") || strings.HasPrefix(ref, "data:") {
		return
	}
	u := f.absolute(ref)
	if !strings.HasPrefix(u, "http") {
		return
	}
	if declared := Declared(Input{URL: u, ContentType: attribute(t, "type")}); (kind == Video || kind == Audio) && declared.Kind != None && declared.Kind != Segment {
		kind = declared.Kind
	}
	f.add(Hidden{Kind: kind, URL: u, Element: t.Data, Language: attribute(t, "srclang")})
}
