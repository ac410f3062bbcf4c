// Package appended makes a playlist of what a player was given through Media Source Extensions: the media is there already, in the order in
// which it was appended, which need not be that of time. What was appended twice counts once, the later one, as in the player (W3C Media
// Source Extensions §5.5.1, coded frame processing).
package appended

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrUnsupported: the player was given media of a kind that cannot be put together yet.
var ErrUnsupported = errors.New("not supported yet")

// ErrNothing: the player was given no media segment.
var ErrNothing = errors.New("the player was given no media")

// Buffer is what one SourceBuffer was given.
type Buffer struct {
	Type    string // MIME type, as in addSourceBuffer
	File    string // all bytes, one append behind the other. Times in it are corrected in place
	Appends []Append
}

// Append is one call of appendBuffer.
type Append struct {
	At, Size int64   // bytes, in the file
	Offset   float64 // timestampOffset, in seconds
	Sequence bool    // segments follow each other, whatever their times say
	From, To float64 // append window, in seconds
	Reset    bool    // what was begun before is not to be gone on with
}

// Span is the time that a film should fill, in seconds of the player's clock.
type Span struct{ From, To float64 }

// Film is a playlist of what was appended.
type Film struct {
	Playlist string        // path of the master or only playlist
	Duration time.Duration // of what is there, of the longest buffer
	Missing  time.Duration // of Span, in all buffers; the playlists name it as gaps
	Warnings []string
}

// Write writes playlists into dir, which must be the folder of the buffers' files. Of several pictures, or sounds, the longest is taken. The
// error wraps ErrNothing, ErrUnsupported, or is one of the file system.
func Write(dir string, buffers []Buffer, span Span) (Film, error) {
	var film Film
	var tracks []*track
	for i := range buffers {
		t, err := read(&buffers[i], span)
		if errors.Is(err, ErrNothing) {
			continue
		}
		if err != nil {
			return film, fmt.Errorf("what the player was given as %s: %w", buffers[i].Type, err)
		}
		tracks = append(tracks, t)
	}
	picture, sound := longest(tracks, true), longest(tracks, false)
	if n := len(tracks); n > 2 || n == 2 && (picture == nil || sound == nil) {
		film.Warnings = append(film.Warnings, fmt.Sprintf("the player has %d buffers: the longest picture and the longest sound of them are taken", n))
	}
	for _, t := range []*track{picture, sound} {
		if t == nil {
			continue
		}
		film.Duration = max(film.Duration, seconds(t.length()))
		film.Missing += seconds(t.missing())
		film.Warnings = append(film.Warnings, t.warnings...)
		if err := os.WriteFile(filepath.Join(dir, t.name()), []byte(t.playlist()), 0o600); err != nil {
			return film, err
		}
	}
	var err error
	film.Playlist, err = master(dir, picture, sound)
	return film, err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// longest of the tracks with or without picture, nil for none.
func longest(tracks []*track, picture bool) (best *track) {
	for _, t := range tracks {
		if t.picture == picture && (best == nil || t.length() > best.length()) {
			best = t
		}
	}
	return best
}

// master joins picture and sound, if there are both.
func master(dir string, picture, sound *track) (string, error) {
	switch {
	case picture == nil && sound == nil:
		return "", ErrNothing
	case sound == nil || picture != nil && picture.sound:
		return filepath.Join(dir, picture.name()), nil
	case picture == nil:
		return filepath.Join(dir, sound.name()), nil
	}
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:7\n")
	fmt.Fprintf(&b, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"sound\",DEFAULT=YES,AUTOSELECT=YES,URI=%q\n", sound.name())
	fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AUDIO=\"sound\"\n%s\n", picture.bandwidth()+sound.bandwidth(), picture.name())
	name := filepath.Join(dir, "film.m3u8")
	return name, os.WriteFile(name, []byte(b.String()), 0o600)
}
