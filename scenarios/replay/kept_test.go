package replay_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seine/capture"
	"seine/capture/folder"
	"seine/capture/har"
	"seine/capture/har/hartest"
	"seine/scenarios"
)

// TestKeptVisits: of a page that makes every kind of request, and of one that plays, the HAR is valid, and it and the folder give back what
// was heard: streams, calls, counts, messages, bodies.
func TestKeptVisits(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"/kinds/", "/movie/harbour"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			s, r := serve(t), runner(t)
			r.Secrets = true
			dir := t.TempDir()
			kept := scenarios.Capture{HAR: filepath.Join(dir, "page.har"), Save: filepath.Join(dir, "kept")}
			var want *capture.Capture
			res, err := r.Run(t.Context(), scenarios.SniffFlow(s.url(page), scenarios.Sniff{Capture: kept}))
			if err != nil {
				t.Fatal(err)
			}
			want = res.Capture
			hartest.Valid(t, kept.HAR, filepath.Join(kept.Save, "capture.har"))
			f, err := os.Open(kept.HAR)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			read, err := har.Read(f)
			if err != nil {
				t.Fatal(err)
			}
			hold(t, "har", want, read, leftParts(t, kept.HAR))
			o, err := folder.Open(kept.Save)
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
			hold(t, "folder", want, o.Capture, 0)
			if m := o.Manifest; !m.Complete || !m.Screenshot || m.Title != want.Title || m.Page != want.Page {
				t.Errorf("%+v", m)
			}
			if want.Times.Load.IsZero() || want.Times.Content.IsZero() || want.Exchanges[0].Initiator.Type == "" || want.Exchanges[0].Response.Connection == "" {
				t.Errorf("times %+v, initiator %+v, response %+v", want.Times, want.Exchanges[0].Initiator, want.Exchanges[0].Response)
			}
		})
	}
}

// hold compares what was kept with what was captured. So many parts of bodies were too large for it, as it says itself.
func hold(t *testing.T, name string, want, got *capture.Capture, left int) {
	t.Helper()
	part := cmp.Options{
		cmp.Comparer(func(a, b capture.Body) bool {
			x, xerr := a.PartBytes(1 << 20)
			y, yerr := b.PartBytes(1 << 20)
			if b.Reason == capture.ReasonLeftOut { // too large for a HAR, which says so
				return a.Size == b.Size && bytes.Equal(a.Head, b.Head)
			}
			gone := xerr != nil && a.Reason == "" // its file went with the visit
			return a.Reason == b.Reason && a.Size == b.Size && (gone || bytes.Equal(x, y) && (xerr == nil) == (yerr == nil))
		}),
		cmpopts.IgnoreUnexported(capture.Stream{}), cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(1000), cmpopts.IgnoreFields(capture.Timing{}, "Blocked", "DNS", "Connect", "TLS", "Send", "Wait"),
	}
	same := cmp.Comparer(func(a, b *capture.Exchange) bool { return a == b || a != nil && b != nil && a.ID == b.ID }) // what is in them is compared once
	count := got.Count()
	if n := count.Missing[capture.ReasonLeftOut]; n > 0 && name == "har" {
		count.Bodies += n
		delete(count.Missing, capture.ReasonLeftOut)
	}
	count.Parts += left
	for what, diff := range map[string]string{
		"streams": cmp.Diff(want.Streams(), got.Streams(), part, same), "calls": cmp.Diff(want.Calls(), got.Calls(), part, same), "counts": cmp.Diff(want.Count(), count),
		"cookies": cmp.Diff(want.Cookies, got.Cookies, part), "players": cmp.Diff(want.Players, got.Players), "exchanges": cmp.Diff(want.Exchanges, got.Exchanges, part),
	} {
		if diff != "" {
			t.Errorf("%s, %s: %.2000s", name, what, diff)
		}
	}
}

func leftParts(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), `"comment": "left out, the part that came: `)
}
