package media_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"seine/capture/media"
	clips "seine/testdata/media"
)

const mpdBase = "https://cdn.example/a/film.mpd?t=1"

var protectedMPD = xml + `<!DOCTYPE MPD [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" type="dynamic">
<BaseURL>https://one.example/</BaseURL><BaseURL>https://two.example/x/</BaseURL>
<Period duration="PT1H2M3.5S"><BaseURL>p1/</BaseURL>
 <AdaptationSet mimeType="video/mp4" width="1280" height="720">
  <ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc" cenc:default_KID="34E5DB32-8625-47CD-BA06-68FCA0655A72"/>
  <ContentProtection schemeIdUri='urn:uuid:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED'><cenc:pssh>AAAA</cenc:pssh></ContentProtection>
  <ContentProtection schemeIdUri="urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95"/>
  <SegmentTemplate media="$RepresentationID$/$Time%05d$.m4s?a=1&amp;b=2" initialization="$RepresentationID$/i$$.mp4"/>
  <!-- <Representation id="no"/> -->
  <Representation id="v1" codecs="avc1.64001f" bandwidth="2000000"/>
  <Representation id="v2" codecs="hvc1.1.6.L93" bandwidth="4000000" width="1920" height="1080"/>
 </AdaptationSet>
 <AdaptationSet contentType="audio" lang="de"><Representation mimeType="audio/mp4" codecs="mp4a.40.2" bandwidth="128000"><BaseURL>de.mp4</BaseURL></Representation></AdaptationSet>
 <AdaptationSet lang="fr" mimeType="application/mp4"><Representation codecs="stpp.ttml.im1t" bandwidth="9"><BaseURL><![CDATA[fr.mp4?x&y]]></BaseURL></Representation></AdaptationSet>
 <AdaptationSet mimeType="image/jpeg"><SegmentTemplate media="t/$Number$.jpg"/><Representation bandwidth="1" width="1024" height="1152"><EssentialProperty schemeIdUri="http://dashif.org/thumbnail_tile" value="10x20"/></Representation></AdaptationSet>
</Period>
<Period duration="PT10S"><AdaptationSet mimeType="video/mp4"><Representation codecs="avc1.64001f" bandwidth="2000000" width="1280" height="720"/></AdaptationSet></Period>
</MPD>`

func TestOutlineDASH(t *testing.T) {
	got, err := media.OutlineDASH(mpdBase, []byte(protectedMPD))
	if err != nil {
		t.Fatal(err)
	}
	want := &media.Outline{
		Kind: media.DASH, Master: true, Duration: time.Hour + 2*time.Minute + 13500*time.Millisecond,
		Variants: []media.Variant{
			{Bandwidth: 2000000, Width: 1280, Height: 720, Codecs: "avc1.64001f"}, {Bandwidth: 4000000, Width: 1920, Height: 1080, Codecs: "hvc1.1.6.L93"},
		},
		Renditions: []media.Rendition{
			{Kind: media.Audio, Language: "de", Codecs: "mp4a.40.2", Bandwidth: 128000},
			{Kind: media.Subtitles, Language: "fr", Codecs: "stpp.ttml.im1t", Bandwidth: 9},
			{Kind: media.Thumbnails, Bandwidth: 1},
		},
		DRM: "Widevine, PlayReady", KID: "34e5db32-8625-47cd-ba06-68fca0655a72",
		Patterns: []string{
			"https://one.example/p1/*/*.m4s?a=1&b=2", "https://two.example/x/p1/*/*.m4s?a=1&b=2", "https://one.example/p1/*/i$.mp4", "https://two.example/x/p1/*/i$.mp4",
			"https://one.example/p1/de.mp4", "https://two.example/x/p1/de.mp4", "https://one.example/p1/fr.mp4?x&y", "https://two.example/x/p1/fr.mp4?x&y",
			"https://one.example/p1/t/*.jpg", "https://two.example/x/p1/t/*.jpg", "https://one.example/", "https://two.example/x/",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOutlineDASHOfTheClip(t *testing.T) {
	text, err := fs.ReadFile(clips.FS, "dash/film.mpd")
	if err != nil {
		t.Fatal(err)
	}
	o, err := media.OutlineOf("https://cdn.example/film.mpd", text)
	if err != nil || o.Duration != 8*time.Second || !o.Ended || o.DRM != "" || len(o.Variants) != 2 || o.Variants[0].Height != 180 || len(o.Renditions) != 1 || o.Renditions[0].Language != "en" {
		t.Errorf("%+v, %v", o, err)
	}
}

const smooth = `<?xml version="1.0" encoding="utf-16"?><SmoothStreamingMedia MajorVersion="2" TimeScale="1000" Duration="61500" IsLive="FALSE">
<StreamIndex Type="video" Url="QualityLevels({bitrate})/Fragments(video={start time})"><QualityLevel Bitrate="2962000" FourCC="H264" MaxWidth="1280" MaxHeight="720"/></StreamIndex>
<StreamIndex Type="audio" Language="eng" Name="sound" Url="QualityLevels({bitrate})/Fragments(sound={start time})"><QualityLevel Bitrate="96000" FourCC="AACL"/></StreamIndex>
<Protection><ProtectionHeader SystemID="9A04F079-9840-4286-AB92-E65BE0885F95">x</ProtectionHeader></Protection></SmoothStreamingMedia>`

func utf16le(s string) []byte {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func TestOutlineSmooth(t *testing.T) {
	const at = "https://cdn.example/film.ism/"
	for _, text := range [][]byte{[]byte(smooth), utf16le(smooth)} {
		if f := media.Classify(media.Input{Head: text[:min(len(text), 4096)]}); f.Kind != media.Smooth || f.Evidence != media.ByContent {
			t.Errorf("%+v", f)
		}
		got, err := media.OutlineOf(at+"Manifest", text)
		if err != nil {
			t.Fatal(err)
		}
		want := &media.Outline{
			Kind: media.Smooth, Master: true, Ended: true, Duration: 61500 * time.Millisecond, DRM: "PlayReady",
			Variants:   []media.Variant{{Bandwidth: 2962000, Width: 1280, Height: 720, Codecs: "avc1"}},
			Renditions: []media.Rendition{{Kind: media.Audio, Language: "eng", Name: "sound", Codecs: "mp4a.40.2", Bandwidth: 96000}},
			Patterns:   []string{at + "QualityLevels(*)/Fragments(video=*)", at + "QualityLevels(*)/Fragments(sound=*)"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestOutlineOfRefuses(t *testing.T) {
	for _, text := range []string{"", "<html>", "<MPDX", "<!-- <MPD> -->", "{}"} {
		if o, err := media.OutlineOf(base, []byte(text)); !errors.Is(err, media.ErrNoManifest) {
			t.Errorf("%q: %+v, %v", text, o, err)
		}
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		pattern, address string
		want             bool
	}{
		{"https://a/x/*/seg-*.m4s", "https://a/x/v1/seg-12.m4s", true},
		{"https://a/x/*/seg-*.m4s", "https://a/x/v1/seg-12.m4s?token=1#f", true},
		{"https://a/x/*.m4s?v=1", "https://a/x/2.m4s?v=2", false},
		{"https://a/x/*.m4s?v=*", "https://a/x/2.m4s?v=1", true},
		{"https://a/x/*.m4s", "https://b/x/1.m4s", false},
		{"https://a/x.mp4", "https://a/x.mp4?1", true},
		{"https://a/x.mp4", "https://a/x.mp4.html", false},
		{"https://a/*a*", "https://a/", false},
	} {
		if got := media.Fits(c.pattern, c.address); got != c.want {
			t.Errorf("%s, %s: %v", c.pattern, c.address, got)
		}
	}
}

func FuzzOutlineOf(f *testing.F) {
	f.Add(mpdBase, []byte(protectedMPD))
	f.Add(mpdBase, []byte(smooth))
	f.Add(mpdBase, utf16le(smooth))
	f.Add(base, []byte("<MPD><BaseURL>"+strings.Repeat("<Period><BaseURL>a/</BaseURL>", 70)))
	f.Fuzz(func(t *testing.T, base string, text []byte) {
		for _, outline := range []func(string, []byte) (*media.Outline, error){media.OutlineOf, media.OutlineDASH, media.OutlineSmooth} {
			o, err := outline(base, text)
			if err != nil {
				continue
			}
			if o.Duration < 0 || len(o.Variants)+len(o.Renditions) > len(text) || len(o.Patterns) > 2000 {
				t.Errorf("%v, %d variants of %d bytes", o.Duration, len(o.Variants), len(text))
			}
			for _, p := range o.Patterns {
				media.Fits(p, base)
			}
		}
	})
}
