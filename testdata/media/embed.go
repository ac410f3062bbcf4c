// Package media holds small synthetic clips for tests and for the demonstration site: an HLS film in two variants, an
// HLS film with its sound in a playlist of its own, and short special cases. generate.sh made every one of them.
package media

import (
	"embed"
	"io/fs"
)

//go:embed film split fmp4 codecs packed dash clips
var files embed.FS

// FS holds the folders film, split, fmp4, codecs, packed, dash and clips:
//
//	film/master.m3u8                 24 s, 25 fps, H.264 + stereo AAC 44.1 kHz muxed
//	film/{360p,180p}/index.m3u8      twelve segments of 2 s: seg_000.ts …
//	split/master.m3u8                8 s, sound by EXT-X-MEDIA, AAC 48 kHz
//	split/{video,audio}/index.m3u8   four and three segments of unlike length
//	fmp4/master.m3u8                 8 s of fragmented mp4, sound by EXT-X-MEDIA, in one file with byte ranges
//	fmp4/*/index.m3u8                muxed (AAC 44.1 kHz), video, audio, hevc, opus, ac3, each with an EXT-X-MAP
//	codecs/*/index.m3u8              4 s of MPEG-TS: hevc (with E-AC-3), dvb (H.264, AC-3 behind a descriptor), mp3, mp3low, ac3
//	packed/*                         4 s of bare sound.aac, .mp3, .ac3, .eac3; split.aac is 8 s, the sound of split
//	dash/film.mpd                    8 s of DASH, 180p and 90p, stereo AAC 48 kHz
//	clips/*                          2 s each: audio.ts, video.ts, both.m2ts (192-byte packets), mp3.ts, ac3.ts,
//	                                 latm.ts, hevc.ts, fragment.mp4, plain.mp4
var FS fs.FS = files
