package media_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/media"
	clips "seine/testdata/media"
)

func clip(t testing.TB, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(clips.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return b[:min(len(b), 4096)]
}

const (
	xml       = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	timestamp = "com.apple.streaming.transportStreamTimestamp"
)

// adts is one silent frame of AAC, 44.1 kHz, whose header says that it is as long as it is.
var adts = []byte{0xff, 0xf1, 0x50, 0x80, 0x01, 0x7f, 0xfc, 0x21, 0x10, 0x04, 0x60}

func box(kind, rest string) []byte { return []byte("\x00\x00\x00\x18" + kind + rest) }

type classified struct {
	name string
	in   media.Input
	want media.Finding
}

func content(kind media.Kind, container string) media.Finding {
	return media.Finding{Kind: kind, Container: container, Evidence: media.ByContent}
}

// lies declares everything else than what comes.
func lies(head []byte) media.Input {
	return media.Input{URL: "https://cdn.example/picture.png", ContentType: "image/png", Head: head}
}

func bySignature(t testing.TB) []classified {
	ts, m2ts := clip(t, "film/180p/seg_000.ts"), clip(t, "clips/both.m2ts")
	return []classified{
		{"playlist", lies([]byte("#EXTM3U\n#EXT-X-VERSION:3\n")), content(media.HLS, "")},
		{"playlist after a BOM", lies([]byte("\ufeff#EXTM3U\n")), content(media.HLS, "")},
		{"playlist after blanks", lies([]byte("\r\n \t#EXTM3U\n")), content(media.HLS, "")},
		{"MPD", lies([]byte("<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">")), content(media.DASH, "")},
		{"MPD after declaration and comment", lies([]byte(xml + "<!-- a > b -->\n<MPD>")), content(media.DASH, "")},
		{"Smooth Streaming", lies([]byte(xml + "<SmoothStreamingMedia MajorVersion=\"2\">")), content(media.Smooth, "")},
		{"TTML", lies([]byte(xml + "<tt xml:lang=\"en\">")), content(media.Subtitles, "ttml")},
		{"TTML with a prefix", lies([]byte(xml + "<tt:tt>")), content(media.Subtitles, "ttml")},
		{"WebVTT", lies([]byte("\ufeffWEBVTT\n\n")), content(media.Subtitles, "webvtt")},
		{"EBML", lies([]byte("\x1a\x45\xdf\xa3\x9f")), content(media.Video, "webm")},
		{"FLV", lies([]byte("FLV\x01\x05")), content(media.Video, "flv")},
		{"Ogg", lies([]byte("OggS\x00")), content(media.Audio, "ogg")},
		{"FLAC", lies([]byte("fLaC\x00")), content(media.Audio, "flac")},
		{"mp4", lies(box("ftyp", "isom\x00\x00\x02\x00")), content(media.Video, "mp4")},
		{"mp4 sound by its brand", lies(box("ftyp", "M4A \x00\x00\x02\x00")), content(media.Audio, "mp4")},
		{"mov without ftyp", lies(box("moov", "\x00\x00\x00\x6cmvhd")), content(media.Video, "mov")},
		{"init section", lies(box("ftyp", "iso5....moov....mvex")), content(media.Segment, "mp4")},
		{"fragment", lies(box("moof", "")), content(media.Segment, "mp4")},
		{"styp", lies(box("styp", "msdh")), content(media.Segment, "mp4")},
		{"sidx", lies(box("sidx", "")), content(media.Segment, "mp4")},
		{"fragmented clip", lies(clip(t, "clips/fragment.mp4")), content(media.Segment, "mp4")},
		{"packed audio", lies([]byte("ID3\x04\x00\x00\x00\x00\x00\x3fPRIV\x00\x00\x00\x35\x00\x00" + timestamp + "\x00")), content(media.Segment, "packed audio")},
		{"mp3 with ID3", lies([]byte("ID3\x04\x00\x00\x00\x00\x00\x3fTIT2")), content(media.Audio, "mp3")},
		{"mp3", lies([]byte("\xff\xfb\x90\x64\x00")), content(media.Audio, "mp3")},
		{"ADTS", lies(bytes.Repeat(adts, 3)), content(media.Audio, "adts")},
		{"TS", lies(ts), content(media.Segment, "mpegts")},
		{"TS of 192 bytes a packet", lies(m2ts), content(media.Segment, "mpegts")},
		{"TS of one packet", lies(ts[:188]), content(media.Segment, "mpegts")},
		{"TS of two packets", lies(ts[:376]), content(media.Segment, "mpegts")},
		{"TS behind a PNG", lies(append([]byte("\x89PNG\r\n\x1a\n"+strings.Repeat("\x00", 200)), ts...)), content(media.Segment, "png+mpegts")},
		{"TS behind a JPEG", lies(append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), ts...)), content(media.Segment, "jpeg+mpegts")},
		{"TS behind a GIF", lies(append([]byte("GIF89a\x01\x00\x01\x00"), ts...)), content(media.Segment, "gif+mpegts")},
		{"TS behind a BMP", lies(append([]byte("BM\x36\x00\x00\x00"), ts...)), content(media.Segment, "bmp+mpegts")},
		{"TS behind a megabyte is out of reach", lies(append(bytes.Repeat([]byte{0x89, 0}, 4096), ts...)[:4096]), media.Finding{}},
	}
}

func byDeclaration() []classified {
	declared := func(contentType, address string, head ...byte) media.Input {
		return media.Input{URL: address, ContentType: contentType, Head: head}
	}
	found := func(k media.Kind, c string, e media.Evidence) media.Finding {
		return media.Finding{Kind: k, Container: c, Evidence: e}
	}
	const bare = "https://a.example/x"
	cipher := []byte{0x7b, 0x00, 0x9c, 0xfe, 0x01} // what is encrypted may begin with a brace
	list := []classified{
		{"type with parameters", declared("Video/MP4; codecs=\"avc1.64001e, mp4a.40.2\"", bare), found(media.Video, "mp4", media.ByType)},
		{"type with broken parameters", declared("video/mp4; codecs=avc1, mp4a; =", bare), found(media.Video, "mp4", media.ByType)},
		{"charset on a playlist", declared("application/x-mpegURL; charset=utf-8", bare), found(media.HLS, "", media.ByType)},
		{"sound", declared("audio/aac", bare), found(media.Audio, "aac", media.ByType)},
		{"type beats name", declared("application/dash+xml", "https://a.example/x.m3u8"), found(media.DASH, "", media.ByType)},
		{"other type beats name", declared("image/png", "https://a.example/x.ts"), media.Finding{}},
		{"encrypted segment", declared("video/mp2t", bare, cipher...), found(media.Segment, "mpegts", media.ByType)},
		{"name without a type", declared("", "https://a.example/film.MP4?x=1.txt"), found(media.Video, "mp4", media.ByName)},
		{"name under octet-stream", declared("binary/octet-stream", "https://a.example/seg-1.m4s", cipher...), found(media.Segment, "m4s", media.ByName)},
		{"name under text/plain", declared("text/plain", "https://a.example/a.mpd"), found(media.DASH, "mpd", media.ByName)},
		{"SRT", declared("text/plain", "https://a.example/a.srt", []byte("1\n00:00:01,000 --> 00:00:02,000\nHello\n")...), found(media.Subtitles, "srt", media.ByContent)},
		{"HTML under a playlist's type", declared("application/vnd.apple.mpegurl", "https://a.example/x.m3u8", []byte("<!doctype html><title>Sign in")...), media.Finding{}},
		{"words under a playlist's type", declared("application/vnd.apple.mpegurl", "https://a.example/x.m3u8", []byte("Forbidden")...), media.Finding{}},
		{"JSON under a film's type", declared("video/mp4", bare, []byte(`{"error":"é`)...), media.Finding{}},
		{"words that end within a letter", declared("video/mp4", bare, []byte("caf\xc3")...), media.Finding{}},
		{"TypeScript", declared("video/mp2t", "https://a.example/main.ts", []byte("import { x } from './x';\n")...), media.Finding{}},
		{"text with a G every 188 bytes", declared("text/plain", bare, []byte(strings.Repeat("G"+strings.Repeat("a", 187), 8))...), media.Finding{}},
		{"AVIF", declared("image/avif", bare, box("ftyp", "avif\x00\x00\x00\x00")...), media.Finding{}},
		{"HEIF under a film's name", declared("", "https://a.example/x.mp4", box("ftyp", "mif1\x00\x00\x00\x00")...), media.Finding{}},
		{"sound in mp4", declared("audio/mp4", bare, box("ftyp", "isom\x00\x00\x02\x00")...), content(media.Audio, "mp4")},
		{"by chance like ADTS", declared("video/mp2t", bare, []byte{0xff, 0xf1, 0x50, 0x80, 0x01, 0x7f, 0xfc, 0, 0, 0, 0, 1, 2, 3, 4}...), found(media.Segment, "mpegts", media.ByType)},
		{"nothing", media.Input{}, media.Finding{}},
		{"address that does not parse", declared("", "http://[::1/x.mp4"), media.Finding{}},
	}
	for _, t := range []string{"application/vnd.apple.mpegurl", "application/mpegurl", "audio/mpegurl", "audio/x-mpegurl", "application/octet-stream-m3u8"} {
		list = append(list, classified{t, declared(t, bare), found(media.HLS, "", media.ByType)})
	}
	disposed := declared("application/octet-stream", bare)
	disposed.Disposition = `attachment; filename="The Harbour.mkv"`
	return append(list,
		classified{"name by Content-Disposition", disposed, found(media.Video, "mkv", media.ByName)},
		classified{"Smooth Streaming", declared("application/vnd.ms-sstr+xml", bare), found(media.Smooth, "", media.ByType)},
		classified{"Ogg", declared("application/ogg", bare), found(media.Audio, "ogg", media.ByType)},
		classified{"TTML", declared("application/ttml+xml", bare), found(media.Subtitles, "ttml", media.ByType)},
		classified{"WebVTT", declared("text/vtt", bare), found(media.Subtitles, "webvtt", media.ByType)},
	)
}

func TestClassify(t *testing.T) {
	for _, c := range append(bySignature(t), byDeclaration()...) {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, media.Classify(c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDeclaredIgnoresContent(t *testing.T) {
	in := media.Input{URL: "https://a.example/x.m3u8", Head: []byte("<!doctype html>")}
	if got := media.Declared(in); got.Kind != media.HLS || got.Evidence != media.ByName {
		t.Errorf("got %+v", got)
	}
}

func FuzzClassify(f *testing.F) {
	for _, c := range append(bySignature(f), byDeclaration()...) {
		f.Add(c.in.URL, c.in.ContentType, c.in.Disposition, c.in.Head)
	}
	f.Fuzz(func(t *testing.T, address, contentType, disposition string, head []byte) {
		in := media.Input{URL: address, ContentType: contentType, Disposition: disposition, Head: head}
		got := media.Classify(in)
		if (got.Kind == media.None) != (got.Evidence == "") {
			t.Errorf("kind %q with evidence %q", got.Kind, got.Evidence)
		}
		if again := media.Classify(in); again != got {
			t.Errorf("first %+v, then %+v", got, again)
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	head := clip(b, "clips/both.m2ts")
	b.SetBytes(int64(len(head)))
	b.ReportAllocs()
	for b.Loop() {
		media.Classify(lies(head))
	}
}
