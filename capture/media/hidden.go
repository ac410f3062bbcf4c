package media

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
)

// Hidden is a playlist, or the address of media, inside of a text that is something else.
type Hidden struct {
	Kind     Kind
	URL      string // of the media, absolute; empty where Text is the playlist itself
	Text     []byte // a playlist or manifest
	Base64   bool   // it was in Base64
	Element  string // HTML element that names it, "" for none
	Language string // of a track element
}

// Bounds of what is searched, and of what is found.
const (
	maxHidden   = 200
	maxAddress  = 4 << 10
	maxLiteral  = 8 << 20
	maxUnescape = 3 // JSON in JSON in HTML
)

// Find looks for playlists and addresses of media in JSON, script and HTML, whatever quotes, escapes and encodings they are in. An
// address is made absolute with base.
func Find(base string, text []byte) []Hidden {
	root, err := newResolver(base)
	if err != nil {
		return nil
	}
	f := finder{resolver: root, known: map[string]bool{}}
	if f.html = isHTML(text); f.html {
		f.elements(text)
	}
	f.texts(text)
	f.addresses(text)
	f.encoded(text)
	return f.list
}

type finder struct {
	*resolver
	list  []Hidden
	known map[string]bool
	html  bool // the text is a document
	inner bool // within something that was in Base64
}

func (f *finder) add(h Hidden) {
	key := cmp.Or(h.URL, string(h.Text))
	if key == "" || f.known[key] || len(f.list) >= maxHidden || f.full() {
		return
	}
	f.known[key] = true
	f.kept += len(key)
	h.Base64 = h.Base64 || f.inner
	f.list = append(f.list, h)
}

// texts finds whole playlists in string literals.
func (f *finder) texts(text []byte) {
	for _, mark := range []string{"#EXTM3U", "<MPD", `\u003cMPD`, `\u003CMPD`, `&lt;MPD`, "<SmoothStreamingMedia"} {
		for at, rounds := 0, 0; rounds < maxHidden; rounds++ {
			i := bytes.Index(text[at:], []byte(mark))
			if i < 0 {
				break
			}
			i += at
			whole, end := literal(text, i)
			at = max(end, i+len(mark))
			if plain := f.plain(whole, mark); f.isManifest(plain) {
				f.add(Hidden{Kind: byContent(plain).Kind, Text: plain})
			}
		}
	}
}

// plain undoes the escapes of a literal that holds a manifest. In XML the entities are its own.
func (f *finder) plain(whole []byte, mark string) []byte {
	if mark[0] == '&' || mark[0] == '#' && f.html {
		return unescape(whole)
	}
	for n := 0; n < maxUnescape && bytes.IndexByte(whole, '\\') >= 0; n++ {
		whole = unslashed(whole)
	}
	return whole
}

// isManifest is true for one that says something: the words alone stand in every player's source.
func (f *finder) isManifest(text []byte) bool {
	o, err := OutlineOf(f.base.String(), text)
	return err == nil && (o.Duration > 0 || len(o.Variants) > 0 || len(o.Patterns) > 0)
}

// literal is what stands between the quotes around place i, and where it ends. Quotes of a literal within a literal are escaped as often
// as it is deep.
func literal(text []byte, i int) (whole []byte, end int) {
	start, quote := opening(text, i)
	rest := text[i:min(len(text), i+maxLiteral)]
	if quote == "" {
		return bare(text, start, i, rest)
	}
	for at := 0; ; {
		k := bytes.Index(rest[at:], []byte(quote))
		if k < 0 {
			return text[start : i+len(rest)], i + len(rest)
		}
		if at += k; at == 0 || rest[at-1] != '\\' || len(quote) == 1 && paired(rest[:at]) {
			return text[start : i+at], i + at
		}
		at += len(quote)
	}
}

// bare is a playlist without quotes: all there is from the beginning on, or the content of an element.
func bare(text []byte, start, i int, rest []byte) (whole []byte, end int) {
	before := bytes.TrimSpace(text[max(0, start-64):start])
	switch {
	case len(before) == 0:
		return text[start : i+len(rest)], i + len(rest)
	case before[len(before)-1] != '>' || bytes.HasPrefix(rest, []byte("<")):
		return nil, i // a word of a program
	}
	if k := bytes.Index(rest, []byte("</")); k >= 0 {
		rest = rest[:k]
	}
	return text[start : i+len(rest)], i + len(rest)
}

// paired says whether the backslashes at the end of b are in pairs: then they escape each other, not what follows.
func paired(b []byte) bool {
	n := len(b) - len(bytes.TrimRight(b, `\`))
	return n%2 == 0
}

// opening finds the quote, with its backslashes, that place i is behind; only blanks, and in XML what comes before its root, may be between.
func opening(text []byte, i int) (start int, quote string) {
	const reach = 1024
	low := max(0, i-reach)
	for _, prolog := range []string{"<?xml", `\u003c?xml`, `\u003C?xml`, "&lt;?xml"} {
		if k := bytes.LastIndex(text[low:i], []byte(prolog)); k >= 0 && text[i] != '#' {
			i = low + k
			break
		}
	}
	for i > low && text[i-1] == '\\' {
		i--
	}
	k := bytes.LastIndexAny(text[low:i], "\"'`>")
	if k < 0 || text[low+k] == '>' || len(bytes.TrimSpace(unescape(text[low+k+1:i]))) > 0 {
		return i, ""
	}
	at := low + k
	slashes := at
	for slashes > 0 && text[slashes-1] == '\\' {
		slashes--
	}
	return at + 1, string(text[slashes : at+1])
}

// suffixKinds are the ends of addresses that are media.
var suffixKinds = map[string]Kind{
	"m3u8": HLS, "mpd": DASH, "ism": Smooth, "ismc": Smooth, "isml": Smooth, "mp4": Video, "m4v": Video, "webm": Video, "mkv": Video, "mov": Video,
	"mp3": Audio, "m4a": Audio, "aac": Audio, "ogg": Audio, "opus": Audio, "flac": Audio, "wav": Audio, "vtt": Subtitles, "srt": Subtitles, "ttml": Subtitles, "dfxp": Subtitles,
}

// suffixFirst has the letters that these begin with.
var suffixFirst = func() (first [256]bool) {
	for name := range suffixKinds {
		first[name[0]], first[name[0]-'a'+'A'] = true, true
	}
	return first
}()

// suffixed finds the next name behind a dot that says media, or =m3u8 and =mpd of a parameter. Scripts are full of dots: most go by their
// next letter.
func suffixed(text []byte) (from, to int, kind Kind) {
	for at := 0; at+1 < len(text); at++ {
		if mark := text[at]; mark != '.' && mark != '=' || !suffixFirst[text[at+1]] {
			continue
		}
		end := at + 1
		for end < len(text) && end-at <= 5 && isWord(text[end]) {
			end++
		}
		if end-at < 4 || end < len(text) && isWord(text[end]) {
			continue
		}
		kind := suffixKinds[strings.ToLower(string(text[at+1:end]))]
		if kind != None && (text[at] == '.' || kind == HLS || kind == DASH) {
			return at, end, kind
		}
	}
	return 0, 0, None
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// addresses finds those with a name that says media.
func (f *finder) addresses(text []byte) {
	for rounds := 0; rounds < 20*maxHidden; rounds++ {
		from, to, kind := suffixed(text)
		if kind == None {
			return
		}
		start, end := around(text, from, to)
		f.address(string(unescape(text[start:end])), kind)
		text = text[max(end, to):]
	}
}

// around is the stretch without quotes, blanks and brackets around a place: an address, with all that escapes it.
func around(text []byte, from, to int) (start, end int) {
	const stops = "\"'`<> \t\r\n()[]{},;|^"
	low, high := max(0, from-maxAddress), min(len(text), to+maxAddress)
	start = low + bytes.LastIndexAny(text[low:from], stops) + 1
	end = high
	if i := bytes.IndexAny(text[to:high], "\"'`<> \t\r\n()[]{}|^"); i >= 0 {
		end = to + i
	}
	for _, entity := range []string{"&quot;", "&#34;", "&#39;", "&lt;", "&gt;", `\u0022`, `\u0027`, `\u003c`, `\u003e`, `\x22`} {
		if i := bytes.LastIndex(text[start:from], []byte(entity)); i >= 0 {
			start += i + len(entity)
		}
		if i := bytes.Index(text[to:end], []byte(entity)); i >= 0 {
			end = to + i
		}
	}
	for end > to && (text[end-1] == '\\' || text[end-1] == ',' || text[end-1] == ';' || text[end-1] == '.') {
		end--
	}
	return start, end
}

// address takes one that is absolute, of the same scheme, or from the root; others only of playlists in a folder: any name may stand in a script.
func (f *finder) address(s string, kind Kind) {
	if i := strings.Index(strings.ToLower(s), "http%3a%2f%2f"); i >= 0 {
		s = percentDecoded(s[i:])
	} else if i := strings.Index(strings.ToLower(s), "https%3a%2f%2f"); i >= 0 {
		s = percentDecoded(s[i:])
	}
	for _, scheme := range []string{"https://", "http://"} { // key=https://…
		if i := strings.LastIndex(s, scheme); i > 0 && strings.IndexByte(s[:i], '?') < 0 {
			s = s[i:]
		}
	}
	switch {
	case kind == None, len(s) < 6, len(s) > maxAddress, strings.ContainsAny(s, "\\$*<>\x00\n"), strings.Contains(s, "..."), strings.HasPrefix(s, "/*"), isMIME(s):
		return
	case strings.HasPrefix(s, "http://"), strings.HasPrefix(s, "https://"), strings.HasPrefix(s, "/"):
	case !inFolder(s) || kind != HLS && kind != DASH && kind != Smooth:
		return
	}
	if u := f.absolute(s); strings.HasPrefix(u, "http") && names(u) {
		f.add(Hidden{Kind: kind, URL: u})
	}
}

// inFolder tells the relative address of a file in a folder.
func inFolder(s string) bool {
	return strings.Contains(strings.Trim(s, "./"), "/") && !strings.ContainsAny(s, ":=")
}

// isMIME tells a media type, which looks like a file in a folder.
func isMIME(s string) bool {
	major, minor, _ := strings.Cut(s, "/")
	return slices.Contains([]string{"video", "audio", "application", "text"}, major) && !strings.Contains(minor, "/")
}

// names is true if a file's name in it says media, and not that of a host: //www.mp3.example/
func names(u string) bool {
	_, rest, _ := strings.Cut(u, "://")
	host, file, _ := strings.Cut(rest, "/")
	if host == "" || host[0] == '.' || !strings.ContainsAny(host, ".:") && host != "localhost" {
		return false
	}
	from, to, kind := suffixed([]byte(file))
	return kind != None && from > 0 && (to == len(file) || strings.IndexByte("/?#&;:,%", file[to]) >= 0)
}

// base64Marks are what #EXTM3U, <MPD, <?xml, http:// and https:// begin with in Base64.
var base64Marks = []string{"I0VYVE0zV", "77u/I0VYVE0zV", "PE1QRC", "PD94bWwg", "aHR0cHM6Ly", "aHR0cDovL"}

// encoded finds playlists and addresses in Base64.
func (f *finder) encoded(text []byte) {
	f.inner = true
	defer func() { f.inner = false }()
	done := 0 // a mark may stand within what another one began
	next := make([]int, len(base64Marks))
	for range maxHidden {
		from := len(text)
		for i, mark := range base64Marks {
			if next[i] < done || done == 0 {
				next[i] = indexFrom(text, mark, done)
			}
			from = min(from, next[i])
		}
		if from == len(text) {
			return
		}
		plain, n := decoded(text[from:])
		if done = from + n; isText(plain) {
			f.texts(plain)
			f.addresses(plain)
		}
	}
}

// indexFrom is where mark next stands from a place on, the end of text if it does not.
func indexFrom(text []byte, mark string, from int) int {
	if i := bytes.Index(text[from:], []byte(mark)); i >= 0 {
		return from + i
	}
	return len(text)
}

// decoded reads Base64 of either alphabet (RFC 4648 §4, §5), with line ends and slashes that were escaped; n is how long it stood there.
func decoded(text []byte) (plain []byte, n int) {
	text = text[:min(len(text), maxLiteral)]
	clean := make([]byte, 0, 256)
	for n < len(text) {
		switch c := text[n]; {
		case c == '-':
			clean = append(clean, '+')
		case c == '_':
			clean = append(clean, '/')
		case c == '/' || c == '+' || isWord(c):
			clean = append(clean, c)
		case c == '\\' && n+1 < len(text) && (text[n+1] == 'n' || text[n+1] == 'r'):
			n++
		case c == '\\' && n+1 < len(text) && text[n+1] == '/':
		default:
			return unpadded(clean), n
		}
		n++
	}
	return unpadded(clean), n
}

// unpadded decodes as much as there is.
func unpadded(clean []byte) []byte {
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	plain, err := base64.RawStdEncoding.AppendDecode(nil, clean)
	if err != nil {
		return nil
	}
	return plain
}
