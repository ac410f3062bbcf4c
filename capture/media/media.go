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
	Subtitles Kind = "subtitle" // WebVTT or TTML
)

// Evidence says what a Kind rests on.
type Evidence string

// The evidence, strongest first.
const (
	ByContent Evidence = "content"
	ByType    Evidence = "type"
	ByName    Evidence = "name"
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
// name is no playlist.
func Classify(in Input) Finding {
	if f := byContent(in.Head); f.Kind != None {
		f.Evidence = ByContent
		return f
	}
	if len(in.Head) > 0 && isText(in.Head) {
		return Finding{}
	}
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
	{"WEBVTT", Finding{Kind: Subtitles, Container: "webvtt"}},
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
	if f := byRoot(text); f.Kind != None {
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

// byRoot looks for the root element of an XML manifest, past declaration and comments.
func byRoot(text []byte) Finding {
	if !bytes.HasPrefix(text, []byte("<")) {
		return Finding{}
	}
	for bytes.HasPrefix(text, []byte("<?")) || bytes.HasPrefix(text, []byte("<!--")) {
		_, rest, ok := bytes.Cut(text, []byte(">"))
		if !ok {
			return Finding{}
		}
		text = bytes.TrimLeft(rest, " \t\r\n")
	}
	switch {
	case bytes.HasPrefix(text, []byte("<MPD")):
		return Finding{Kind: DASH}
	case bytes.HasPrefix(text, []byte("<SmoothStreamingMedia")):
		return Finding{Kind: Smooth}
	case bytes.HasPrefix(text, []byte("<tt ")), bytes.HasPrefix(text, []byte("<tt>")), bytes.HasPrefix(text, []byte("<tt:tt")):
		return Finding{Kind: Subtitles, Container: "ttml"}
	}
	return Finding{}
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
		return Finding{Kind: Video, Container: "mp4"}
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
	case head[1]&0xf6 == 0xf0 && head[2]>>2&0xf < 13:
		return Finding{Kind: Audio, Container: "adts"}
	case head[1]&0xe6 == 0xe2 && head[2]&0xf0 != 0xf0 && head[2]&0x0c != 0x0c:
		return Finding{Kind: Audio, Container: "mp3"}
	}
	return Finding{}
}

// byTransportStream finds sync bytes every 188 or 192 bytes (ISO/IEC 13818-1 §2.4.3.2), at the start or, where a
// picture's head hides them, within the first KiB.
func byTransportStream(head []byte) Finding {
	const inARow, reach = 4, 1024
	for _, stride := range []int{188, 192} {
		for start := 0; start < reach && start+stride*(inARow-1) < len(head); start++ {
			if synced(head[start:], stride, inARow) {
				return Finding{Kind: Segment, Container: disguise(head[:start]) + "mpegts"}
			}
		}
	}
	if len(head) == 188 && head[0] == 0x47 {
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

// isText tells HTML, JSON and other text, in which no container can begin.
func isText(head []byte) bool {
	text := bytes.TrimLeft(head, "\ufeff \t\r\n")
	return len(text) > 0 && (text[0] == '<' || text[0] == '{' || text[0] == '[')
}

var typeKinds = map[string]Finding{
	"application/vnd.apple.mpegurl": {Kind: HLS}, "application/x-mpegurl": {Kind: HLS}, "application/mpegurl": {Kind: HLS},
	"audio/mpegurl": {Kind: HLS}, "audio/x-mpegurl": {Kind: HLS}, "application/octet-stream-m3u8": {Kind: HLS},
	"application/dash+xml": {Kind: DASH}, "application/vnd.ms-sstr+xml": {Kind: Smooth},
	"video/mp2t": {Kind: Segment, Container: "mpegts"}, "video/iso.segment": {Kind: Segment, Container: "mp4"},
	"text/vtt": {Kind: Subtitles, Container: "webvtt"}, "application/ttml+xml": {Kind: Subtitles, Container: "ttml"},
	"application/ogg": {Kind: Audio, Container: "ogg"},
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
	Video: {".mp4", ".m4v", ".webm", ".mkv", ".mov", ".flv"}, Audio: {".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac"},
	Subtitles: {".vtt", ".ttml", ".srt"},
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
