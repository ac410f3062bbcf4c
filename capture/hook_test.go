package capture_test

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/testdata/media"
)

// makers are the targets of /hooks/ that make things, by the name that they give themselves, and what Chrome calls them.
var makers = map[string]string{
	"page": "page", "same": "page", "cross": "iframe", "worker": "worker", "blobworker": "worker", "shared": "shared_worker", "service": "service_worker",
}

// done waits until all of /hooks/ is through, and returns what a page found to be not as it should.
func (v *visit) done(t *testing.T) (wrong []string) {
	missing := maps.Clone(makers)
	missing["mse"], missing["mseworker"] = "", ""
	v.await(t, v.site.Changed, func() string {
		for _, r := range v.site.Log() {
			if u, err := url.Parse(r.URL); err == nil && u.Path == "/hooks/done" {
				from := u.Query().Get("from")
				if _, ok := missing[from]; ok && u.Query().Get("wrong") != "" {
					wrong = append(wrong, from+": "+u.Query().Get("wrong"))
				}
				delete(missing, from)
			}
		}
		return strings.Join(slices.Sorted(maps.Keys(missing)), ", ")
	})
	return wrong
}

// TestMade: each thing that each target makes is there once, with what is in it, and no page can tell.
func TestMade(t *testing.T) {
	v := visited(t, "/hooks/", capture.Options{})
	for _, w := range v.done(t) {
		t.Error(w)
	}
	want := wantMade()
	v.await(t, v.Changed, func() string { // a Blob is read while its page goes on
		missing := slices.Clone(want)
		for _, m := range v.Snapshot().Made {
			if i := slices.Index(missing, describeMade(m)); i >= 0 {
				missing = slices.Delete(missing, i, i+1)
			}
		}
		appends := 0
		for _, m := range v.Snapshot().Sources {
			for _, b := range m.Buffers {
				appends += b.Appends
			}
		}
		if appends < 7 {
			missing = append(missing, "what is appended")
		}
		return strings.Join(missing, "\n")
	})
	c := v.Snapshot()
	got := []string{}
	for _, m := range c.Made {
		got = append(got, describeMade(m))
		if m.Time.IsZero() || m.Frame == "" || (m.FrameID == "") == (m.Target.Kind == "page" || m.Target.Kind == "iframe") {
			t.Errorf("%s: frame %q %q in a %s", describeMade(m), m.FrameID, m.Frame, m.Target.Kind)
		}
		if from := madeBy(m); makers[from] != m.Target.Kind && from != "hostile" || m.Target.Kind == "page" && from == "same" != strings.Contains(m.Frame, "from=same") {
			t.Errorf("%s: made in a %s, %s", describeMade(m), m.Target.Kind, m.Frame)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if d := gocmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	checkSources(t, c)
}

// madeBy finds the target's name in what it made.
func madeBy(m *capture.Made) string {
	for _, from := range slices.Concat([]string{"blobworker", "hostile"}, slices.Collect(maps.Keys(makers))) {
		if strings.Contains(string(m.Data), from) {
			return from
		}
	}
	return ""
}

func describeMade(m *capture.Made) string {
	data := strings.TrimRight(string(m.Data), "\x00")
	return fmt.Sprintf("%s %q %s %d of %d %t", m.How, data, m.ContentType, len(m.Data), m.Size, strings.HasPrefix(m.URL, "blob:"))
}

func wantMade() (list []string) {
	playlist := func(from, how string) string {
		return fmt.Sprintf("#EXTM3U\n#EXTINF:6,%s of %s\nhttps://cdn.example/%s/%s.ts\n", how, from, from, how)
	}
	add := func(how capture.MadeBy, data, kind string) {
		list = append(list, describeMade(&capture.Made{How: how, Data: []byte(data), ContentType: kind, Size: int64(len(data)), URL: map[bool]string{true: "blob:"}[how == capture.MadeBlob]}))
	}
	for from := range makers {
		add(capture.MadeJSON, fmt.Sprintf(`{"from":"%s","film":"https://cdn.example/%s.m3u8","list":[1,2]}`, from, from), "")
		add(capture.MadeAtob, playlist(from, "atob")+"\xff", "")
		add(capture.MadeText, fmt.Sprintf(`<MPD from="%s" name="grün"/>`, from), "")
		add(capture.MadeText, playlist(from, "wide"), "")
		key := (from + "-0123456789abcdef")[:16]
		add(capture.MadeKey, key, "AES-CBC")
		if from == "service" {
			continue
		}
		add(capture.MadeBlob, playlist(from, "blob"), "application/x-mpegurl")
		add(capture.MadeBlob, key, "")
		head := "\x00\x00\x00\x18ftypiso6" + from
		list = append(list, fmt.Sprintf("%s %q video/mp4 %d of %d true", capture.MadeBlob, head, 64<<10, 4<<20+1))
	}
	add(capture.MadeJSON, `{"film":"https://cdn.example/page-empty.m3u8"}`, "")
	add(capture.MadeJSON, fmt.Sprintf("%q", playlist("hostile", "json")), "")
	add(capture.MadeAtob, playlist("hostile", "json"), "")
	add(capture.MadeText, playlist("hostile", "text"), "")
	add(capture.MadeBlob, playlist("hostile", "blob"), "")
	return list
}

// checkSources: what feeds each player is counted to the byte.
func checkSources(t *testing.T, c *capture.Capture) {
	t.Helper()
	var fed []capture.Buffer
	films := slices.DeleteFunc(slices.Clone(c.Sources), func(m *capture.MediaSource) bool { return m.URL == "" })
	if len(films) != 1 || len(c.Sources) != 2 {
		t.Fatalf("%d media sources", len(c.Sources))
	}
	for i, p := range capture.WithBuffers([]capture.Player{{}, {Source: films[0].URL}}, c.Sources) {
		if len(p.Buffers) != 1 {
			t.Fatalf("player %d: %+v", i, p.Buffers)
		}
		fed = append(fed, p.Buffers...)
	}
	sum := func(segments int) (all int64) {
		for _, name := range []string{"init.mp4", "seg_000.m4s", "seg_001.m4s", "seg_002.m4s"}[:segments] {
			info, err := fs.Stat(media.FS, "fmp4/video/"+name)
			if err != nil {
				t.Fatal(err)
			}
			all += info.Size()
		}
		return all
	}
	const avc = `video/mp4; codecs="avc1.4d400c"`
	want := []capture.Buffer{{Type: avc, Appends: 4, Bytes: sum(4)}, {Type: avc, Appends: 3, Bytes: sum(3)}}
	if d := gocmp.Diff(want, fed); d != "" {
		t.Error(d)
	}
}

// say is a message of the hook, as a page that had caught the binding could send it too.
func say(r *capture.Recorder, s *session, context int, payload string) {
	r.Event(s, "Runtime.bindingCalled", []byte(js(map[string]any{"name": s.binds, "payload": payload, "executionContextId": context})))
}

func TestNotes(t *testing.T) {
	r, s := recorder(t, capture.Options{}), &session{id: "noting", kind: "page"}
	r.Attached(s)
	say(r, s, 1, `{"k":"note","kind":"eme-ask","text":"com.widevine.alpha"}`)
	say(r, s, 1, "no JSON")
	r.Event(s, "Runtime.bindingCalled", []byte(`{"name":"other","payload":"{\"k\":\"note\",\"kind\":\"eme-use\"}"}`))
	r.Event(s, "Runtime.bindingCalled", []byte(`{"name":"","payload":"{\"k\":\"note\",\"kind\":\"eme-use\"}"}`))
	c := r.Snapshot()
	if system, used := c.Protected(); system != "com.widevine.alpha" || used || len(c.Notes) != 1 {
		t.Errorf("%q %t %+v", system, used, c.Notes)
	}
}

// TestHostileHook: whatever is said through the binding, it is bounded, and nothing breaks.
func TestHostileHook(t *testing.T) {
	r, s := recorder(t, capture.Options{Copies: true, Dir: t.TempDir()}), &session{id: "evil", kind: "page"}
	r.Attached(s)
	mebibyte := strings.Repeat("x", 1<<20)
	for n := range 1200 {
		say(r, s, 1, fmt.Sprintf(`{"k":"note","kind":"eme-ask","text":"%d"}`, n))
		say(r, s, 1, fmt.Sprintf(`{"k":"source","ms":%d,"url":"blob:x"}`, n))
		say(r, s, 1, fmt.Sprintf(`{"k":"buffer","ms":%d,"sb":%d,"type":"x"}`, n%7, n))
		say(r, s, 1, fmt.Sprintf(`{"k":"append","sb":%d,"n":%d}`, n, n*1e9))
	}
	for n := range 40 {
		say(r, s, 1, fmt.Sprintf(`{"k":"made","how":"atob","text":"%d%s"}`, n, mebibyte))
	}
	for _, bad := range []string{
		`{"k":"made","how":"nothing of ours","text":"x"}`, `{"k":"made","how":"atob"}`, `{"k":"made","how":"atob","text":"x","url":"` + mebibyte + `"}`,
		`{"k":"append","sb":-1,"n":-5}`, `{"k":"append","sb":1,"n":1e300}`, `{"k":"append","sb":"x"}`, `{"k":"more","sb":1,"b64":"!"}`, `{"k":"more","sb":1,"b64":"AAAA"}`,
		`{"k":"change","sb":1,"type":"` + mebibyte + `"}`, `{"k":"source","ms":1,"url":"` + mebibyte + `"}`, `{"k":"unknown"}`, `[]`, `""`, `null`, "", `{"k":"abort"}`, `{"k":"append","sb":1,"n":1,"offset":1e999,"b64":"AA=="}`,
		`{"k":"made","how":"atob","text":"\ud800","size":-7}`, `{"k":"made","how":"atob","b64":"` + strings.Repeat("A", 13<<20) + `"}`,
	} {
		say(r, s, 1, bad)
	}
	c := r.Snapshot()
	buffers, all := 0, int64(0)
	for _, m := range c.Sources {
		buffers += len(m.Buffers)
	}
	for _, m := range c.Made {
		all += int64(len(m.Data))
	}
	if len(c.Notes) != 1000 || len(c.Sources) != 200 || buffers > 1000 || all > 32<<20 || len(c.Made) < 31 || c.MadeCut != 41-len(c.Made) {
		t.Errorf("%d notes, %d sources, %d buffers, %d things of %d bytes and %d more", len(c.Notes), len(c.Sources), buffers, len(c.Made), all, c.MadeCut)
	}
}
