package assemble

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/testdata/media"
)

// The manifests of these tests name the very files that the playlists of testdata/media/fmp4 do, so that the films are the same.
const (
	dashVideo = `<AdaptationSet contentType="video"><Representation id="v" mimeType="video/mp4" codecs="avc1.4d400c" bandwidth="90000" width="320" height="180">` +
		`<SegmentTemplate duration="2" startNumber="0" media="fmp4/video/seg_$Number%%03d$.m4s" initialization="fmp4/video/init.mp4" %s/></Representation></AdaptationSet>`
	dashAudio = `<AdaptationSet contentType="audio" lang="en" label="English"><Representation id="a" mimeType="audio/mp4" codecs="mp4a.40.2" bandwidth="20000">` +
		`<BaseURL>fmp4/audio/all.mp4</BaseURL>%s</Representation></AdaptationSet>`
	dashList = `<SegmentList timescale="1000" %s><Initialization range="0-764"/><SegmentTimeline><S t="0" d="3008" r="1"/><S d="2006"/></SegmentTimeline>` +
		`<SegmentURL mediaRange="765-10749"/><SegmentURL mediaRange="10750-20442"/><SegmentURL mediaRange="20443-26971"/></SegmentList>`
)

func manifestOf(length string, periods ...string) []byte {
	return []byte(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="` + length + `">` + strings.Join(periods, "") + `</MPD>`)
}

// presenting is a job for a manifest, and files beside those that there are.
func (o *origin) presenting(t *testing.T, manifest []byte, files map[string][]byte) Job {
	all := map[string][]byte{"film.mpd": manifest}
	for name, b := range files {
		all[name] = b
	}
	o.serve(all)
	job := o.job(t)
	job.URL = o.URL + "/film.mpd"
	return job
}

// indexed is the sound with one index of all its segments in front, which the manifest names.
func indexed(t *testing.T) (file []byte, base string) {
	t.Helper()
	b, err := fs.ReadFile(media.FS, "fmp4/audio/all.mp4")
	if err != nil {
		t.Fatal(err)
	}
	sidx := []byte("\x00\x00\x00\x00sidx\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\xbb\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03")
	for _, s := range [][2]uint32{{9985, 144384}, {9693, 144384}, {6529, 96256}} {
		sidx = binary.BigEndian.AppendUint32(sidx, s[0])
		sidx = binary.BigEndian.AppendUint32(sidx, s[1])
		sidx = append(sidx, 0x90, 0, 0, 0)
	}
	binary.BigEndian.PutUint32(sidx, uint32(len(sidx)))
	file = bytes.Join([][]byte{b[:765], sidx, b[765:]}, nil)
	return file, fmt.Sprintf(`<SegmentBase indexRange="765-%d"><Initialization range="0-764"/></SegmentBase>`, 765+len(sidx)-1)
}

// TestDASH: the film of a manifest is that of the playlists.
func TestDASH(t *testing.T) {
	o := newOrigin(t)
	want := packets(t, finished(t, o.fragmented(t, "master.m3u8")))
	video := fmt.Sprintf(dashVideo, "")
	file, base := indexed(t)
	for name, c := range map[string]struct {
		text  []byte
		files map[string][]byte
	}{
		"numbers and ranges":                 {manifestOf("PT8S", "<Period>", video, fmt.Sprintf(dashAudio, fmt.Sprintf(dashList, "")), "</Period>"), nil},
		"an index":                           {manifestOf("PT8S", "<Period>", video, fmt.Sprintf(dashAudio, base), "</Period>"), map[string][]byte{"fmp4/audio/all.mp4": file}},
		"one file":                           {manifestOf("PT8S", "<Period>", video, fmt.Sprintf(dashAudio, ""), "</Period>"), nil},
		"a server more":                      {manifestOf("PT8S", "<BaseURL>./</BaseURL><BaseURL>http://localhost:1/</BaseURL><Period>", video, fmt.Sprintf(dashAudio, ""), "</Period>"), nil},
		"a last segment that does not exist": {manifestOf("PT8.021S", "<Period>", video, fmt.Sprintf(dashAudio, fmt.Sprintf(dashList, "")), "</Period>"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			if diff := cmp.Diff(want, packets(t, finished(t, o.presenting(t, c.text, c.files)))); diff != "" {
				t.Errorf("%.1000s", diff)
			}
			if n := o.count("film.mpd"); n != 1 {
				t.Errorf("the manifest was asked for %d times", n)
			}
		})
	}
}

// begins is when each track of a film begins, in seconds.
func begins(t *testing.T, path string) (list [2]float64) {
	t.Helper()
	for i := range list {
		b, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", strconv.Itoa(i), "-show_entries", "packet=pts_time", "-read_intervals", "%+#1",
			"-of", "csv=p=0", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(strings.TrimSpace(string(b)), ",")
		if list[i], err = strconv.ParseFloat(text, 64); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// TestDASHOffset: sound whose period begins a tenth of a second into its media comes so much earlier.
func TestDASHOffset(t *testing.T) {
	film := func(offset string) [2]float64 {
		o := newOrigin(t)
		return begins(t, finished(t, o.presenting(t, manifestOf("PT8S", "<Period>", fmt.Sprintf(dashVideo, ""), fmt.Sprintf(dashAudio, fmt.Sprintf(dashList, offset)), "</Period>"), nil)))
	}
	plain, moved := film(""), film(`presentationTimeOffset="100"`)
	if by := (moved[0] - moved[1]) - (plain[0] - plain[1]); by < 0.099 || by > 0.101 {
		t.Errorf("moved by %f s: %v, %v", by, plain, moved)
	}
}

// TestDASHPeriods: a film in two periods, each with times of its own, is the same film.
func TestDASHPeriods(t *testing.T) {
	o := newOrigin(t)
	want := packets(t, finished(t, o.fragmented(t, "video/index.m3u8")))
	second := strings.Replace(fmt.Sprintf(dashVideo, `presentationTimeOffset="4"`), `startNumber="0"`, `startNumber="2"`, 1)
	job := o.presenting(t, manifestOf("PT8S", `<Period duration="PT4S">`, fmt.Sprintf(dashVideo, ""), `</Period><Period>`, second, `</Period>`), nil)
	if diff := cmp.Diff(want, packets(t, finished(t, job))); diff != "" {
		t.Errorf("%.1000s", diff)
	}
}

// TestDASHResume: a run that lacked a segment is followed by one that fetches this one.
func TestDASHResume(t *testing.T) {
	o := newOrigin(t)
	text := manifestOf("PT8.021S", "<Period>", fmt.Sprintf(dashVideo, ""), fmt.Sprintf(dashAudio, fmt.Sprintf(dashList, "")), "</Period>")
	want := packets(t, finished(t, o.presenting(t, text, nil)))
	for _, gone := range []string{"fmp4/video/seg_001.m4s", "fmp4/video/seg_003.m4s"} {
		job := o.presenting(t, text, nil)
		serves := o.hook
		o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
			if r.URL.Path == "/"+gone {
				http.NotFound(w, r)
				return true
			}
			return serves(w, r, n)
		}
		if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
			t.Fatal(err)
		}
		o.hook = serves
		o.reset()
		if diff := cmp.Diff(want, packets(t, finished(t, job))); diff != "" {
			t.Errorf("%.1000s", diff)
		}
		if n := o.count("fmp4/video/seg_000.m4s"); n > 1 { // once to compare
			t.Errorf("the first segment was asked for %d times", n)
		}
	}
	wantOnly(t, filepath.Dir(o.job(t).Output))
}

// TestDASHRefused: protected, live, linked, and in no container that can be joined.
func TestDASHRefused(t *testing.T) {
	video := fmt.Sprintf(dashVideo, "")
	for name, c := range map[string]struct {
		text []byte
		want error
		says string
	}{
		"protected": {manifestOf("PT8S", "<Period>", strings.Replace(video, "<Segment", `<ContentProtection schemeIdUri="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"/><Segment`, 1), "</Period>"), ErrDRM, "Widevine"},
		"live":      {bytes.Replace(manifestOf("PT8S", "<Period>", video, "</Period>"), []byte(`type="static"`), []byte(`type="dynamic" availabilityStartTime="`+time.Now().Add(-4*time.Second).UTC().Format(time.RFC3339)+`"`), 1), ErrLive, "no end"},
		"linked":    {manifestOf("PT8S", `<Period xlink:href="u" xmlns:xlink="http://www.w3.org/1999/xlink"/>`), ErrUnsupported, "xlink"},
		"Ogg":       {manifestOf("PT8S", "<Period>", strings.ReplaceAll(video, "video/mp4", "video/ogg"), "</Period>"), ErrUnsupported, "video/ogg"},
		"malformed": {manifestOf("PT8S", "<Period>", "</Pause>"), ErrMalformed, "film.mpd"},
		"empty":     {manifestOf("PT8S"), ErrNothing, "no Period"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			_, err := Run(t.Context(), o.presenting(t, c.text, nil))
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestDASHRenewed: addresses that die are asked for anew, by the manifest.
func TestDASHRenewed(t *testing.T) {
	o := newOrigin(t)
	want := packets(t, finished(t, o.fragmented(t, "master.m3u8")))
	text := func(token int) []byte {
		s := strings.ReplaceAll(fmt.Sprintf(dashVideo, ""), "m4s", fmt.Sprintf("m4s?token=%d", token))
		return manifestOf("PT8S", "<Period>", s, fmt.Sprintf(dashAudio, fmt.Sprintf(dashList, "")), "</Period>")
	}
	job := o.presenting(t, nil, nil)
	began := time.Now()
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		switch {
		case r.URL.Path == "/film.mpd":
			_, _ = w.Write(text(n))
			return true
		case strings.HasSuffix(r.URL.Path, "2.m4s") && r.URL.Query().Get("token") == "1", strings.HasSuffix(r.URL.Path, "3.m4s") && r.URL.Query().Get("token") == "1":
			http.Error(w, "expired", http.StatusForbidden)
			return true
		}
		return false
	}
	v, err := Run(t.Context(), job)
	if err != nil || v.Renewals != 1 {
		t.Fatalf("%v, %d renewals, %v", err, v.Renewals, time.Since(began))
	}
	if diff := cmp.Diff(want, packets(t, job.Output)); diff != "" {
		t.Errorf("%.1000s", diff)
	}
}
