package media_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/capture/media"
)

func TestClassifyTexts(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want media.Finding
	}{
		"subtitles":           {"WEBVTT\n\n00:00.000 --> 00:02.000\nHello there\n", content(media.Subtitles, "webvtt")},
		"words with a place":  {"WEBVTT\n\n00:00.000 --> 00:02.000\nsee a.jpg there\n", content(media.Subtitles, "webvtt")},
		"thumbnails":          {"WEBVTT\r\n\r\n1\r\n00:00.000 --> 00:02.000\r\nsprite.jpg#xywh=0,0,160,90\r\n\r\n", content(media.Thumbnails, "webvtt")},
		"thumbnails, whole":   {"WEBVTT\n\n00:00.000 --> 00:02.000\nhttps://c.example/1.webp?x=1\n", content(media.Thumbnails, "webvtt")},
		"SubRip":              {"1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n", content(media.Subtitles, "srt")},
		"TTML":                {"<?xml version=\"1.0\"?><tt\nxml:lang=\"de\">", content(media.Subtitles, "ttml")},
		"MPD behind DOCTYPE":  {"<!DOCTYPE MPD>\n<MPD>", content(media.DASH, "")},
		"WAVE":                {"RIFF\x24\x00\x00\x00WAVEfmt ", content(media.Audio, "wav")},
		"another RIFF":        {"RIFF\x24\x00\x00\x00WEBPVP8 ", media.Finding{}},
		"an HTML document":    {"<!DOCTYPE html><MPD>", media.Finding{}},
		"a number and a line": {"1\n--> 2\n", media.Finding{}},
	} {
		if diff := cmp.Diff(c.want, media.Classify(media.Input{ContentType: "text/plain", Head: []byte(c.text)})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	for text, want := range map[string]string{
		xml + "<!-- x --><tt:tt xmlns:tt='u' xml:lang=\"de-AT\">": "de-AT", "<tt>": "", "<MPD xml:lang='de'>": "", "WEBVTT": "",
	} {
		if got := media.LanguageOf([]byte(text)); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

const vmap = xml + `<vmap:VMAP xmlns:vmap="http://www.iab.net/videosuite/vmap"><vmap:AdBreak><vmap:AdSource><vmap:VASTAdData><VAST version="3.0"><Ad><InLine>
<Creatives><Creative><Linear><Duration>00:00:30.500</Duration><MediaFiles>
<MediaFile type="video/mp4" width="640" height="360"> <![CDATA[ https://ads.example/a.mp4?x=1&y=2 ]]> </MediaFile>
<MediaFile type="application/x-mpegURL">https://ads.example/a.m3u8?x=1&amp;y=2</MediaFile>
<MediaFile type="text/html">javascript:alert(1)</MediaFile></MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST></vmap:VASTAdData></vmap:AdSource></vmap:AdBreak></vmap:VMAP>`

func TestAdverts(t *testing.T) {
	want := []media.Advert{
		{URL: "https://ads.example/a.mp4?x=1&y=2", Type: "video/mp4", Duration: 30500 * time.Millisecond, Width: 640, Height: 360},
		{URL: "https://ads.example/a.m3u8?x=1&y=2", Type: "application/x-mpegURL", Duration: 30500 * time.Millisecond},
	}
	if diff := cmp.Diff(want, media.Adverts([]byte(vmap))); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{"", "<html>VAST<MediaFile>https://a.example/b.mp4</MediaFile>", `{"VAST":1}`} {
		if list := media.Adverts([]byte(text)); len(list) > 0 {
			t.Errorf("%q: %v", text, list)
		}
	}
}

func FuzzTexts(f *testing.F) {
	f.Add([]byte(vmap))
	f.Add([]byte("<tt xml:lang='x'>"))
	f.Add([]byte("WEBVTT\n\n00:00.000 --> 00:02.000\nsprite.jpg#xywh=0,0,160,90\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if n := len(media.Adverts(text)); n > 500 {
			t.Errorf("%d adverts", n)
		}
		media.LanguageOf(text)
		media.Classify(media.Input{Head: text})
	})
}

func sealed(t testing.TB, key, iv, clear []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.Clone(clear[:len(clear)/16*16])
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(b, b)
	return b
}

func TestOpens(t *testing.T) {
	key, iv := []byte("0123456789abcdef"), make([]byte, 16)
	head := sealed(t, key, iv, clip(t, "film/180p/seg_000.ts"))
	if !media.Opens(key, iv, head) {
		t.Error("the key does not open")
	}
	for name, c := range map[string][3][]byte{
		"another key": {[]byte("0123456789abcdeX"), iv, head}, "a short one": {key[:15], iv, head}, "a long one": {append(key, key...), iv, head},
		"no IV": {key, nil, head}, "nothing": {key, iv, nil},
	} {
		if media.Opens(c[0], c[1], c[2]) {
			t.Errorf("%s opens", name)
		}
	}
}
