package replay_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/scenarios"
)

// behaves is a page of /playing/ whose film one behaviour starts.
type behaves struct {
	page  string
	tried []string // kinds
	what  string   // of the last attempt
}

var behaviours = []behaves{
	{"consent.html", []string{"consent"}, "Reject All (OneTrust)"},
	{"agegate.html", []string{"age gate"}, "I am 18 or older"},
	{"overlay.html", []string{"overlay", "play button"}, "Play"},
	{"embed.html", []string{"embed"}, "lite-vimeo, which a click replaces"},
	{"playbutton.html", []string{"play button"}, "Video abspielen"},
	{"player.html", []string{"player"}, "the middle of the player"},
	{"poster.html", []string{"poster"}, "the middle of what looks like a player"},
	{"scroll.html", []string{"scroll"}, "to div#stage"},
	{"start.html", []string{"player", "muted start"}, "video"},
	{"seek.html", []string{"seek", "seek"}, "video"},
}

// TestBehaviours: each starts its film in the page itself, in an open shadow root, and in a frame of another site; no decoy is clicked.
func TestBehaviours(t *testing.T) {
	together := make(chan struct{}, 2)
	for _, b := range behaviours {
		for _, way := range []string{"", "?shadow", "framed"} {
			t.Run(b.page+way, func(t *testing.T) {
				t.Parallel()
				together <- struct{}{}
				defer func() { <-together }()
				s := serve(t)
				address := "/playing/" + b.page + way
				if way == "framed" {
					address = "/play/frame.html?page=/playing/" + b.page
				}
				b.check(t, s, address)
			})
		}
	}
}

// TestMoreOfBehaviours: the other ways in which pages give reason to act.
func TestMoreOfBehaviours(t *testing.T) {
	together := make(chan struct{}, 2)
	for _, b := range []behaves{
		{"consent.html?cmp=cookiebot", []string{"consent"}, "Ablehnen (Cookiebot)"},
		{"consent.html?cmp=didomi", []string{"consent"}, "Continuer sans accepter → (Didomi)"},
		{"consent.html?cmp=klaro", []string{"consent"}, "Das ist ok (Klaro)"},
		{"consent.html?cmp=usercentrics", []string{"consent"}, "Verweigern (Usercentrics)"},
		{"consent.html?cmp=sourcepoint", []string{"consent"}, "Non (Sourcepoint)"},
		{"consent.html?cmp=trustarc", []string{"consent"}, "Required only (TrustArc)"},
		{"consent.html?cmp=subscribe", []string{"consent"}, "Akzeptieren und weiter"},
		{"consent.html?cmp=tcf", []string{"consent"}, "Disagree"},
		{"consent.html?cmp=dialog", []string{"consent"}, "すべて同意する"},
		{"agegate.html?gate=german", []string{"age gate"}, "Ja, ich bin volljährig"},
		{"agegate.html?gate=chinese", []string{"age gate"}, "我已满18岁"},
		{"agegate.html?gate=selects", []string{"age gate"}, "Continue, born 15 June 1990"},
		{"agegate.html?gate=inputs", []string{"age gate"}, "Enter, born 15 June 1990"},
		{"agegate.html?gate=date", []string{"age gate"}, "Valider, born 15 June 1990"},
		{"overlay.html?how=corner", []string{"overlay", "play button"}, "Play"},
		{"overlay.html?how=spanish", []string{"overlay", "play button"}, "Play"},
		{"overlay.html?how=escape", []string{"overlay", "play button"}, "Play"},
		{"overlay.html?how=skip", []string{"overlay", "play button"}, "Play"},
		{"embed.html?embed=facade", []string{"embed"}, "div, which a click replaces"},
		{"embed.html?embed=german", []string{"embed"}, "Inhalt laden"},
		{"playbutton.html?by=triangle", []string{"play button"}, "div"},
		{"scroll.html?lazy=frame", []string{"scroll"}, "to iframe"},
		{"scroll.html?lazy=end", []string{"scroll down"}, "to the end of the page"},
		{"scroll.html?lazy=wheel", []string{"scroll down"}, "to the end of the page"},
		{"adverts.html", []string{"play button", "play button"}, "Play"},
		{"sequence.html", []string{"consent", "age gate", "overlay", "embed", "play button"}, "div"},
	} {
		t.Run(b.page, func(t *testing.T) {
			t.Parallel()
			together <- struct{}{}
			defer func() { <-together }()
			b.check(t, serve(t), "/playing/"+b.page)
		})
	}
}

func (b behaves) check(t *testing.T, s served, address string) {
	t.Helper()
	res, err := run(t, scenarios.SniffFlow(s.url(address), scenarios.Sniff{}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.tried, kinds(res)); diff != "" {
		t.Errorf("tried: %s%+v", diff, res.Tried)
	} else if last := res.Tried[len(res.Tried)-1]; last.What != b.what {
		t.Errorf("tried %q, want %q", last.What, b.what)
	}
	if !slices.ContainsFunc(res.Capture.Players, playing) {
		t.Errorf("nothing plays: %+v", res.Capture.Players)
	}
	for _, r := range s.Log() {
		if _, what, ok := strings.Cut(r.URL, "/playing/decoy?"); ok {
			what, _ = url.QueryUnescape(what)
			t.Errorf("decoy: %s", what)
		}
		if strings.Contains(r.URL, "nothing.html") {
			t.Errorf("went to %s", r.URL)
		}
	}
}

func playing(p capture.Player) bool { return p.Playing }

// TestABehaviourInNestedFrames: each frame is of another site than the one around it.
func TestABehaviourInNestedFrames(t *testing.T) {
	b := behaves{"", []string{"consent"}, "Reject All (OneTrust)"}
	b.check(t, serve(t), "/play/frame.html?page=/play/frame.html%3Fpage=/playing/consent.html")
}
