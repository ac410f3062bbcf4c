package folder

import (
	"fmt"
	"mime"
	"strings"

	"seine/capture/media"
)

// extensions are ours to give: an address says nothing of what came.
var extensions = map[string]string{
	"text/html": ".html", "application/xhtml+xml": ".html", "text/css": ".css", "text/javascript": ".js", "application/javascript": ".js", "text/plain": ".txt",
	"application/json": ".json", "application/ld+json": ".json", "application/xml": ".xml", "text/xml": ".xml", "image/png": ".png", "image/jpeg": ".jpg",
	"image/gif": ".gif", "image/webp": ".webp", "image/avif": ".avif", "image/svg+xml": ".svg", "font/woff2": ".woff2", "font/woff": ".woff", "text/vtt": ".vtt",
	"application/wasm": ".wasm", "text/event-stream": ".txt",
}

var containers = map[string]string{"mpegts": ".ts", "mp4": ".mp4", "webm": ".webm", "adts": ".aac", "mp3": ".mp3", "flv": ".flv", "ogg": ".ogg"}

// nameOf numbers a file, with an extension for people.
func nameOf(dir string, n int, contentType string, head []byte) string {
	return fmt.Sprintf("%s/%06d%s", dir, n, extension(contentType, head))
}

func extension(contentType string, head []byte) string {
	f := media.Classify(media.Input{ContentType: contentType, Head: head})
	switch f.Kind {
	case media.HLS:
		return ".m3u8"
	case media.DASH:
		return ".mpd"
	case media.Video, media.Audio, media.Segment:
		return containers[f.Container]
	case media.Subtitles:
		return ".vtt"
	}
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	if strings.HasSuffix(t, "+json") {
		return ".json"
	}
	return extensions[t]
}
