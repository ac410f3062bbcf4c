package replay

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"

	"seine/capture"
)

// Incident is something that stood in the way of a visit, and did not end it.
type Incident struct {
	Kind  IncidentKind `json:"kind"`
	What  string       `json:"what,omitempty"` // of a dialog its type; of a download the file's name; of a certificate Chrome's code
	URL   string       `json:"url,omitempty"`  // of the document or request, the first of them
	Count int          `json:"count"`
}

// IncidentKind names what happened.
type IncidentKind string

// What can happen to a visit.
const (
	IncidentDialog      IncidentKind = "dialog"      // alert, confirm, prompt, beforeunload: answered at once
	IncidentPopups      IncidentKind = "popups"      // closed at once, because there were too many
	IncidentBusy        IncidentKind = "busy"        // a page or frame that did not answer
	IncidentLoading     IncidentKind = "loading"     // a document that did not come to its end
	IncidentDownload    IncidentKind = "download"    // a file to keep, which was refused
	IncidentPassword    IncidentKind = "password"    // HTTP authentication (RFC 9110 §11) that nobody could give
	IncidentCertificate IncidentKind = "certificate" // a server that could not prove who it is
	IncidentMoves       IncidentKind = "moves"       // the page went from address to address
)

// String says it to a person.
func (i Incident) String() string {
	switch i.Kind {
	case IncidentDialog:
		return fmt.Sprintf("%s: dialogs that were answered at once: %d × %s", i.URL, i.Count, i.What)
	case IncidentPopups:
		return fmt.Sprintf("popups that were closed as they opened, because 20 were open: %d; what they would have loaded is not known", i.Count)
	case IncidentBusy:
		return i.URL + ": it does not answer, a script keeps it busy; what came by itself was heard"
	case IncidentLoading:
		return i.URL + ": the document did not come to its end"
	case IncidentDownload:
		return fmt.Sprintf("%s: a file to download was refused: %s", i.URL, i.What)
	case IncidentPassword:
		return fmt.Sprintf("%s: a name and a password are asked for; --user gives them (answers with status 401: %d)", i.URL, i.Count)
	case IncidentCertificate:
		return fmt.Sprintf("%s: %s (%s; failed requests: %d)", i.URL, cmp.Or(navigationFaults[i.What], "the connection is not safe"), i.What, i.Count)
	default:
		return fmt.Sprintf("%s: the page went on to another address %d times, and may never end to", i.URL, i.Count)
	}
}

// hinders reports whether it may be the reason why no film was found.
func (i Incident) hinders() bool {
	return i.Kind != IncidentDialog && i.Kind != IncidentDownload && i.Kind != IncidentPopups
}

// tally counts incidents of a kind that concern the same thing.
type tally struct {
	mu   sync.Mutex
	list []Incident
}

// mostIncidents bounds how many are told apart.
const mostIncidents = 50

func (t *tally) add(kind IncidentKind, what, address string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	same := func(i Incident) bool { return i.Kind == kind && i.What == what && originOf(i.URL) == originOf(address) }
	if at := slices.IndexFunc(t.list, same); at >= 0 {
		t.list[at].Count += n
		return
	}
	if len(t.list) < mostIncidents {
		t.list = append(t.list, Incident{kind, what, address, n})
	}
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}

// heard takes an event of a page.
func (t *tally) heard(method string, params jsonv2.Value) {
	if method != "Page.javascriptDialogOpening" {
		return
	}
	var ev struct {
		URL  string `json:"url"`
		Type string `json:"type"`
	}
	if jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) == nil {
		t.add(IncidentDialog, ev.Type, ev.URL, 1)
	}
}

// incidents are those of the visit so far.
func (v *visit) incidents(c *capture.Capture) []Incident {
	all := &tally{}
	v.tally.mu.Lock()
	all.list = slices.Clone(v.tally.list)
	v.tally.mu.Unlock()
	if n := v.tab.PopupsRefused(); n > 0 {
		all.add(IncidentPopups, "", "", n)
	}
	for s := range v.silent {
		if v.silent.holds(s) {
			all.add(IncidentBusy, string(s.TargetID()), s.URL(), 1)
		}
	}
	all.exchanges(c)
	return all.list
}

// oftenMoved is how many documents a page may be in turn before that is worth a word.
const oftenMoved = 10

// exchanges looks for what can be seen in them.
func (t *tally) exchanges(c *capture.Capture) {
	documents, first := 0, ""
	for _, e := range c.Exchanges {
		own := e.Type == "Document" && e.Target.Kind == "page" && e.FrameID == e.Target.ID && e.Target.ID == pageOf(c)
		if own {
			documents, first = documents+1, cmp.Or(first, e.URL())
		}
		switch {
		case own && !e.Done && e.Response != nil && e.Body.Reason == capture.ReasonPending:
			t.add(IncidentLoading, "", e.URL(), 1)
		case e.Body.Reason == capture.ReasonDownload:
			t.add(IncidentDownload, e.File, e.URL(), 1)
		case e.Status() == http.StatusUnauthorized && e.Response.Header.Get("WWW-Authenticate") != "":
			t.add(IncidentPassword, "", e.URL(), 1)
		case strings.HasPrefix(e.Failure, "net::ERR_CERT_"), strings.HasPrefix(e.Failure, "net::ERR_SSL_"):
			t.add(IncidentCertificate, e.Failure, e.URL(), 1)
		}
	}
	if documents > oftenMoved {
		t.add(IncidentMoves, "", first, documents-1)
	}
}

// pageOf is the target of the visit's own page, which asks first.
func pageOf(c *capture.Capture) string {
	if len(c.Exchanges) == 0 {
		return ""
	}
	return c.Exchanges[0].Target.ID
}
