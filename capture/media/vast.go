package media

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Advert is a media file that an advertising server's answer names.
type Advert struct {
	URL      string
	Type     string // media type
	Duration time.Duration
	Width    int
	Height   int
}

// maxAdverts bounds what one answer may name.
const maxAdverts = 500

// Adverts reads a VAST answer (IAB VAST 4.2 §3.9: Linear, Duration, MediaFile), or those in a VMAP; nil of any other text.
func Adverts(text []byte) []Advert {
	head := text[:min(len(text), headOfText)]
	if !bytes.Contains(head, []byte("VAST")) && !bytes.Contains(head, []byte("VMAP")) {
		return nil
	}
	var list []Advert
	var duration time.Duration
	advertising := false
	eachTag(text, func(t tag) bool {
		switch {
		case t.end:
		case t.name == "VAST" || t.name == "VMAP":
			advertising = true
		case !advertising:
			return t.name == "xml"
		case t.name == "Duration":
			duration = clock(t.content())
		case t.name == "MediaFile":
			if u := t.content(); strings.HasPrefix(u, "http") || strings.HasPrefix(u, "//") {
				list = append(list, Advert{
					URL: u, Type: t.attr("type"), Duration: duration,
					Width: number(t.attr("width"), 1<<16), Height: number(t.attr("height"), 1<<16),
				})
			}
		}
		return len(list) < maxAdverts
	})
	return list
}

// clock reads HH:MM:SS.mmm; 0 for what is none.
func clock(s string) time.Duration {
	total := 0.0
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return 0
	}
	for _, p := range parts {
		n, err := strconv.ParseFloat(cmp.Or(p, "0"), 64)
		if err != nil || n < 0 || n > 1e6 {
			return 0
		}
		total = total*60 + n
	}
	return inSeconds(total)
}
