// Package media holds small synthetic clips for tests and for the demonstration site: an HLS film in two variants, an
// HLS film with its sound in a playlist of its own, and short special cases. generate.sh made every one of them.
package media

import (
	"embed"
	"io/fs"
)

//go:embed film split clips
var files embed.FS

// FS holds the folders film, split and clips:
//
//	film/master.m3u8                 24 s, 25 fps, H.264 + stereo AAC 44.1 kHz muxed
//	film/{360p,180p}/index.m3u8      twelve segments of 2 s: seg_000.ts …
//	split/master.m3u8                8 s, sound by EXT-X-MEDIA, AAC 48 kHz
//	split/{video,audio}/index.m3u8   four and three segments of unlike length
//	clips/*                          2 s each: audio.ts, video.ts, both.m2ts (192-byte packets), mp3.ts, ac3.ts,
//	                                 latm.ts, hevc.ts, fragment.mp4
var FS fs.FS = files
