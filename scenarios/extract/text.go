package extract

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text is what a person reads of an element, its white space as one blank each. Scripts and styles are no text.
func Text(e *html.Node) string {
	var b strings.Builder
	appendText(&b, e)
	return strings.Join(strings.Fields(b.String()), " ")
}

func appendText(b *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.TextNode:
		b.WriteString(n.Data)
		return
	case html.ElementNode:
		switch n.DataAtom {
		case atom.Script, atom.Style, atom.Template, atom.Noscript:
			return
		}
	}
	apart := n.Type == html.ElementNode && !inline[n.DataAtom]
	if apart {
		b.WriteByte(' ')
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		appendText(b, c)
	}
	if apart {
		b.WriteByte(' ')
	}
}

// inline elements stand in the middle of a word, all others make a blank.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Cite: true, atom.Code: true, atom.Data: true,
	atom.Dfn: true, atom.Del: true, atom.Em: true, atom.Font: true, atom.I: true, atom.Ins: true, atom.Kbd: true, atom.Mark: true, atom.Q: true, atom.S: true,
	atom.Samp: true, atom.Small: true, atom.Span: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Time: true, atom.U: true,
	atom.Var: true, atom.Wbr: true, atom.Img: true,
}

func attribute(e *html.Node, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Key == strings.ToLower(name) {
			return a.Val, true
		}
	}
	return "", false
}

// isLink tells attributes that hold an address: also those from which scripts take it later.
func isLink(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "action", "formaction", "poster", "cite", "longdesc", "background":
		return true
	}
	return strings.HasSuffix(name, "href") || strings.HasSuffix(name, "src")
}

func absolute(base *url.URL, address string) string {
	if base == nil {
		return address
	}
	u, err := base.Parse(strings.TrimSpace(address))
	if err != nil {
		return address
	}
	return u.String()
}

// baseOf is what links are relative to: <base href>, itself relative to the document (HTML §2.4.3).
func baseOf(doc *html.Node, address string) *url.URL {
	base, err := url.Parse(address)
	if err != nil || !base.IsAbs() {
		base = nil
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.DataAtom != atom.Base {
			continue
		}
		href, ok := attribute(n, "href")
		if !ok {
			continue
		}
		if u, err := url.Parse(absolute(base, href)); err == nil && u.IsAbs() {
			return u
		}
		break
	}
	return base
}

func inner(e *html.Node) string {
	var b strings.Builder
	for c := e.FirstChild; c != nil; c = c.NextSibling {
		_ = html.Render(&b, c) // a strings.Builder takes everything
	}
	return b.String()
}

// PlainText is the text of a document as it is: what a browser shows of a file that is no HTML.
func PlainText(page string) string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return ""
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}
