// Package media answers one question about a response: is this a playlist, a manifest, a film, a segment, a key? By
// its first bytes before all, then by its declared type, then by its name. It is pure: no network, no files.
package media

import (
	"bytes"
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what a response is to someone who looks for media.
type Kind string

// The kinds, in the order in which a person cares for them.
const (
	None      Kind = ""
	HLS       Kind = "hls"      // an HLS playlist, master or media (RFC 8216)
	DASH      Kind = "dash"     // an MPD (ISO/IEC 23009-1)
	Smooth    Kind = "smooth"   // a Smooth Streaming manifest (MS-SSTR)
	Video     Kind = "video"    // a whole film
	Audio     Kind = "audio"    // a whole sound file
	Segment   Kind = "segment"  // a piece of a stream
	MSE       Kind = "mse"      // what a script gives to a player piece by piece (Media Source Extensions), without a manifest
	Subtitles Kind = "subtitle" // WebVTT, SubRip or TTML

	Thumbnails Kind = "thumbnails" // small pictures of a film, for its progress bar
)

// Listed reports whether such a document names segments that package assemble makes a film of.
func (k Kind) Listed() bool { return k == HLS || k == DASH }

// Evidence says what a Kind rests on.
type Evidence string

// The evidence, strongest first.
const (
	ByContent Evidence = "content"
	ByType    Evidence = "type"
	ByName    Evidence = "name"
	ByMention Evidence = "mention" // an address that stands in a text; nobody asked for it
)

// Input is what is known of a response.
type Input struct {
	URL         string
	ContentType string
	Disposition string // Content-Disposition
	Head        []byte // first bytes, 4 KiB are enough; may be empty
}

// Finding is the answer.
type Finding struct {
	Kind      Kind
	Container string // "mpegts", "mp4", "webm", "adts", "flv", "mp3", "ogg", "png+mpegts" …; empty for playlists
	Evidence  Evidence
}

// Classify judges one response. Content that says something else overrules type and name: HTML under a playlist's
// name is no playlist, and a TypeScript file no transport stream.
func Classify(in Input) Finding {
	if isPicture(in.Head) {
		return Finding{}
	}
	if f := byContent(in.Head); f.Kind != None {
		f.Evidence = ByContent
		return f.refined(in)
	}
	f := Declared(in)
	if isText(in.Head) && f.Kind != Subtitles {
		return Finding{}
	}
	return f
}

// refined looks closer at containers that hold either picture or sound: into their headers if they have come, or else at the type.
func (f Finding) refined(in Input) Finding {
	if f.Container == "webm" && bytes.Contains(in.Head[:min(len(in.Head), 64)], []byte("matroska")) {
		f.Container = "mkv"
	}
	if f.Kind != Video && f.Container != "ogg" {
		return f
	}
	switch inside := Peek(in.Head, 0).Kind; {
	case inside != None:
		f.Kind = inside
	case strings.HasPrefix(strings.ToLower(in.ContentType), "audio/"):
		f.Kind = Audio
	}
	return f
}

// Declared is what the server says that it sends, by type or else by name, whatever came.
func Declared(in Input) Finding {
	if f := byType(in.ContentType); f.Kind != None {
		f.Evidence = ByType
		return f
	}
	if f := byName(in); f.Kind != None {
		f.Evidence = ByName
		return f
	}
	return Finding{}
}

type signature struct {
	prefix  string
	finding Finding
}

var signatures = []signature{
	{"#EXTM3U", Finding{Kind: HLS}},
	{"\x1a\x45\xdf\xa3", Finding{Kind: Video, Container: "webm"}},
	{"FLV\x01", Finding{Kind: Video, Container: "flv"}},
	{"OggS", Finding{Kind: Audio, Container: "ogg"}},
	{"fLaC", Finding{Kind: Audio, Container: "flac"}},
}

func byContent(head []byte) Finding {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	for _, s := range signatures {
		if bytes.HasPrefix(text, []byte(s.prefix)) {
			return s.finding
		}
	}
	if f := byText(text); f.Kind != None {
		return f
	}
	if f := byBox(head); f.Kind != None {
		return f
	}
	if f := byAudioSync(head); f.Kind != None {
		return f
	}
	return byTransportStream(head)
}

// byText knows subtitles, and manifests in XML.
func byText(text []byte) Finding {
	switch {
	case bytes.HasPrefix(text, []byte("WEBVTT")) && isThumbnails(text):
		return Finding{Kind: Thumbnails, Container: "webvtt"}
	case bytes.HasPrefix(text, []byte("WEBVTT")):
		return Finding{Kind: Subtitles, Container: "webvtt"}
	case isSubRip(text):
		return Finding{Kind: Subtitles, Container: "srt"}
	case bytes.HasPrefix(text, []byte("RIFF")) && len(text) >= 12:
		return byRIFF(string(text[8:12]))
	case bytes.HasPrefix(text, []byte{0xff, 0xfe, '<', 0}), bytes.HasPrefix(text, []byte{0xfe, 0xff, 0, '<'}):
		return byRoot(plainXML(text[:min(len(text), headOfText)]))
	}
	return byRoot(text)
}

func byRIFF(form string) Finding {
	switch form {
	case "WAVE":
		return Finding{Kind: Audio, Container: "wav"}
	case "AVI ":
		return Finding{Kind: Video, Container: "avi"}
	}
	return Finding{}
}

// byRoot looks for the root element of an XML manifest, past declaration and comments.
func byRoot(text []byte) Finding {
	if !bytes.HasPrefix(text, []byte("<")) {
		return Finding{}
	}
	text = pastProlog(text)
	switch {
	case bytes.HasPrefix(text, []byte("<MPD")):
		return Finding{Kind: DASH}
	case bytes.HasPrefix(text, []byte("<SmoothStreamingMedia")):
		return Finding{Kind: Smooth}
	case bytes.HasPrefix(text, []byte("<tt ")), bytes.HasPrefix(text, []byte("<tt>")), bytes.HasPrefix(text, []byte("<tt\n")), bytes.HasPrefix(text, []byte("<tt:tt")):
		return Finding{Kind: Subtitles, Container: "ttml"}
	}
	return Finding{}
}

// pastProlog skips declarations, comments and the document type, XML 1.0 §2.8.
func pastProlog(text []byte) []byte {
	for {
		end := ""
		switch {
		case bytes.HasPrefix(text, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(text, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(text, []byte("<!DOCTYPE")) && !bytes.HasPrefix(bytes.ToLower(text[:min(len(text), 15)]), []byte("<!doctype html")):
			if end = ">"; bytes.IndexByte(text, '[') >= 0 && bytes.IndexByte(text, '[') < bytes.IndexByte(text, '>') {
				end = "]>"
			}
		default:
			return text
		}
		_, rest, ok := bytes.Cut(text, []byte(end))
		if !ok {
			return nil
		}
		text = bytes.TrimLeft(rest, " \t\r\n")
	}
}

// isPicture tells AVIF and HEIF pictures (ISO/IEC 23008-12 §10), which begin like a film.
func isPicture(head []byte) bool {
	return len(head) >= 12 && string(head[4:8]) == "ftyp" &&
		slices.Contains([]string{"avif", "avis", "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"}, string(head[8:12]))
}

// byBox reads the type of the first box, ISO/IEC 14496-12 §4.2.
func byBox(head []byte) Finding {
	if len(head) < 8 {
		return Finding{}
	}
	switch string(head[4:8]) {
	case "styp", "sidx", "moof", "emsg", "prft":
		return Finding{Kind: Segment, Container: "mp4"}
	case "ftyp":
		if bytes.Contains(head, []byte("mvex")) {
			return Finding{Kind: Segment, Container: "mp4"} // an init section
		}
		if len(head) >= 12 && (string(head[8:12]) == "M4A " || string(head[8:12]) == "M4B ") {
			return Finding{Kind: Audio, Container: "mp4"}
		}
		return Finding{Kind: Video, Container: "mp4"}
	case "moov": // QuickTime may begin without ftyp
		return Finding{Kind: Video, Container: "mov"}
	}
	return Finding{}
}

// byAudioSync knows ID3 and the frame syncs of ADTS (ISO/IEC 13818-7 §6.2) and MPEG audio (ISO/IEC 11172-3 §2.4.2.3).
func byAudioSync(head []byte) Finding {
	if len(head) < 4 {
		return Finding{}
	}
	if string(head[:3]) == "ID3" {
		if bytes.Contains(head, []byte("com.apple.streaming.transportStreamTimestamp")) {
			return Finding{Kind: Segment, Container: "packed audio"} // RFC 8216 §3.4
		}
		return Finding{Kind: Audio, Container: "mp3"}
	}
	if head[0] != 0xff {
		return Finding{}
	}
	switch {
	case isADTS(head) && nextADTS(head):
		return Finding{Kind: Audio, Container: "adts"}
	case head[1]&0xe6 == 0xe2 && head[2]&0xf0 != 0xf0 && head[2]&0x0c != 0x0c:
		return Finding{Kind: Audio, Container: "mp3"}
	}
	return Finding{}
}

func isADTS(b []byte) bool { return b[0] == 0xff && b[1]&0xf6 == 0xf0 && b[2]>>2&0xf < 13 }

// nextADTS looks for a second header where the first one says that its frame ends: twelve bits alone are soon met by chance
// in what is encrypted.
func nextADTS(b []byte) bool {
	if len(b) < 7 {
		return true
	}
	length := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
	return length >= 7 && (length+3 > len(b) || isADTS(b[length:]))
}

// byTransportStream finds sync bytes every 188 or 192 bytes (ISO/IEC 13818-1 §2.4.3.2), at the start or, where a
// picture's head hides them, within the first KiB.
func byTransportStream(head []byte) Finding {
	const inARow, reach = 4, 1024
	if bytes.IndexByte(head, 0) < 0 {
		return Finding{} // text with a G in the right places; no four packets are without a zero
	}
	for _, stride := range []int{188, 192} {
		for start := 0; start < reach && start+stride*(inARow-1) < len(head); start++ {
			if synced(head[start:], stride, inARow) {
				return Finding{Kind: Segment, Container: disguise(head[:start]) + "mpegts"}
			}
		}
	}
	if n := len(head) / 188; n > 0 && n < inARow && len(head)%188 == 0 && synced(head, 188, n) {
		return Finding{Kind: Segment, Container: "mpegts"}
	}
	return Finding{}
}

func synced(b []byte, stride, n int) bool {
	for i := range n {
		if b[i*stride] != 0x47 {
			return false
		}
	}
	return true
}

func disguise(before []byte) string {
	for name, magic := range map[string]string{"png+": "\x89PNG", "jpeg+": "\xff\xd8\xff", "gif+": "GIF8", "bmp+": "BM"} {
		if bytes.HasPrefix(before, []byte(magic)) {
			return name
		}
	}
	return ""
}

// isText tells text, in which no container can begin: UTF-8 without control characters. A head that ends within a
// character is none the less text.
func isText(head []byte) bool {
	for i := 0; i < len(head); {
		r, n := utf8.DecodeRune(head[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return i > 0 && !utf8.FullRune(head[i:])
		case r < ' ' && !strings.ContainsRune("\t\r\n\f", r):
			return false
		}
		i += n
	}
	return len(head) > 0
}

var typeKinds = map[string]Finding{
	"application/vnd.apple.mpegurl": {Kind: HLS}, "application/x-mpegurl": {Kind: HLS}, "application/mpegurl": {Kind: HLS},
	"audio/mpegurl": {Kind: HLS}, "audio/x-mpegurl": {Kind: HLS}, "application/octet-stream-m3u8": {Kind: HLS},
	"application/dash+xml": {Kind: DASH}, "application/vnd.ms-sstr+xml": {Kind: Smooth},
	"video/mp2t": {Kind: Segment, Container: "mpegts"}, "video/iso.segment": {Kind: Segment, Container: "mp4"},
	"text/vtt": {Kind: Subtitles, Container: "webvtt"}, "application/ttml+xml": {Kind: Subtitles, Container: "ttml"},
	"application/ogg": {Kind: Audio, Container: "ogg"}, "application/x-subrip": {Kind: Subtitles, Container: "srt"},
}

func byType(contentType string) Finding {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		t = strings.ToLower(strings.TrimSpace(strings.SplitN(contentType, ";", 2)[0]))
	}
	if f, ok := typeKinds[t]; ok {
		return f
	}
	major, minor, _ := strings.Cut(t, "/")
	switch major {
	case "video":
		return Finding{Kind: Video, Container: minor}
	case "audio":
		return Finding{Kind: Audio, Container: minor}
	}
	return Finding{}
}

var extensions = map[Kind][]string{
	HLS: {".m3u8", ".m3u"}, DASH: {".mpd"}, Smooth: {".ism", ".isml"}, Segment: {".ts", ".m4s", ".m2ts", ".cmfv", ".cmfa"},
	Video: {".mp4", ".m4v", ".webm", ".mkv", ".mov", ".flv"}, Audio: {".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".wav"},
	Subtitles: {".vtt", ".ttml", ".srt", ".dfxp"},
}

// byName is the weakest evidence, and holds only where type and content say nothing.
func byName(in Input) Finding {
	t := strings.ToLower(in.ContentType)
	if t != "" && !strings.Contains(t, "octet-stream") && !strings.Contains(t, "text/plain") {
		return Finding{}
	}
	name := ""
	if u, err := url.Parse(in.URL); err == nil {
		name = path.Ext(u.Path)
	}
	if _, p, err := mime.ParseMediaType(in.Disposition); err == nil && p["filename"] != "" {
		name = path.Ext(p["filename"])
	}
	for kind, list := range extensions {
		if slices.Contains(list, strings.ToLower(name)) {
			return Finding{Kind: kind, Container: strings.TrimPrefix(strings.ToLower(name), ".")}
		}
	}
	return Finding{}
}
