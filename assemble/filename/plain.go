package filename

import (
	"cmp"
	"mime"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Hints are what is known of a file that is fetched as it is.
type Hints struct {
	// Typed is the address that the user gave, and URL where it led to.
	Typed, URL string
	// Disposition and Type are the Content-Disposition and the Content-Type of the answer.
	Disposition, Type string
	// Head is what the file begins with; nil if nothing has come yet.
	Head []byte
}

var extension = regexp.MustCompile(`^\.[A-Za-z0-9]{1,10}$`)

// Harmless is true for the extensions, with the dot, that anybody may give a file: what no desktop runs when it is opened, or shown in a
// folder.
func Harmless(ext string) bool { return harmlessExtensions[strings.ToLower(ext)] }

var harmlessExtensions = set(`jpg jpeg png gif svg webp avif jxl bmp ico tif tiff heic psd mp4 m4v m4a m4s m4b mov webm mkv avi flv wmv mpg mpeg 3gp ts m2ts mp3
	ogg oga ogv opus wav flac aac mka ac3 mid m3u8 m3u mpd vtt srt ass ttml pdf epub mobi djvu txt md csv tsv json jsonl geojson xml rss yaml yml toml log
	html htm css woff woff2 ttf otf zip gz tgz bz2 tbz xz txz zst 7z rar tar lz4 lzma doc docx xls xlsx ppt pptx odt ods odp rtf tex bib iso img bin dat
	sqlite db parquet arrow npy npz h5 safetensors gguf onnx pt sig asc sha256 sha512 md5 torrent part001 001`)

// shown are those that do harm by being seen in a folder: nobody but the user, by name, gets them.
var shown = set("lnk url scf desktop directory ini inf library-ms search-ms searchconnector-ms settingcontent-ms website webloc")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m["."+w] = true
	}
	return m
}

// Plain names a file that is fetched as it is: as the Content-Disposition says, else as the last element of the address that it was found
// at, cleaned. Its extension stays if it is [Harmless], or that of the very address that the user typed; any other has one of ours behind it,
// so that nobody is handed a program for a picture. A name without extension gets that of the content, or of the type.
func Plain(h Hints) string {
	name := cmp.Or(FromDisposition(h.Disposition), OfURL(h.URL), OfURL(h.Typed))
	stem, ext := cutExtension(name)
	fallback := Clean(hostOf(h.URL), "file")
	stem = Clean(stem, fallback)
	switch typed := strings.ToLower(path.Ext(OfURL(h.Typed))); {
	case ext == "":
		return stem + cmp.Or(OfContent(h.Head), ofType(h.Type))
	case Harmless(ext), strings.EqualFold(ext, typed) && !shown[typed]:
		return stem + ext
	}
	return Clean(stem+ext, fallback) + cmp.Or(OfContent(h.Head), ofType(h.Type), ".bin")
}

// cutExtension takes a name apart; what is no extension stays with the stem.
func cutExtension(name string) (stem, ext string) {
	name = strings.TrimRight(name, ". \t")
	ext = path.Ext(name)
	if !extension.MatchString(ext) || len(ext) == len(name) {
		return name, ""
	}
	return strings.TrimSuffix(name, ext), ext
}

// SplitExtension takes a cleaned name apart.
func SplitExtension(name string) (stem, ext string) {
	ext = path.Ext(name)
	return strings.TrimSuffix(name, ext), ext
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// types are the extensions of media types, where the name has none.
var types = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/avif": ".avif", "image/svg+xml": ".svg",
	"video/mp4": ".mp4", "video/webm": ".webm", "video/quicktime": ".mov", "video/mp2t": ".ts", "video/x-matroska": ".mkv",
	"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg", "audio/flac": ".flac", "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/aac": ".aac",
	"text/plain": ".txt", "text/csv": ".csv", "text/vtt": ".vtt", "text/html": ".html", "text/css": ".css", "text/xml": ".xml", "text/markdown": ".md",
	"application/json": ".json", "application/pdf": ".pdf", "application/zip": ".zip", "application/gzip": ".gz", "application/xml": ".xml",
	"application/epub+zip": ".epub", "application/x-7z-compressed": ".7z", "application/x-tar": ".tar", "application/zstd": ".zst",
}

func ofType(contentType string) string {
	t, _, _ := mime.ParseMediaType(contentType)
	return types[t]
}
