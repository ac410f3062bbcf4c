#!/bin/sh
# Makes the clips beside this file. Needs ffmpeg with libx264; the committed files were made by ffmpeg 5.1.9.
# The output is a function of the ffmpeg and x264 versions alone: one thread, bit-exact muxing, synthetic sources.
#
#   film/     24 s, 25 fps, GOP 2 s with B-frames, stereo AAC 44.1 kHz, HLS in 2 s MPEG-TS segments: 640x360 and 320x180
#   split/     8 s, picture and sound in playlists of their own, AAC 48 kHz (EXT-X-MEDIA), segments of unlike length
#   fmp4/      fragmented mp4 with EXT-X-MAP, 320x180: muxed (8 s, B-frames, AAC 44.1 kHz), video and audio in playlists of
#              their own (8 s, AAC 48 kHz, segments of unlike length, one file with byte ranges), and 4 s each of HEVC,
#              Opus, and AC-3
#   codecs/    4 s of MPEG-TS in 1 s segments: HEVC + E-AC-3, H.264 + AC-3 44.1 kHz behind a DVB descriptor, and sound alone:
#              MP3 44.1 kHz, MP3 22.05 kHz mono (MPEG-2), AC-3 5.1
#   dash/      8 s of DASH: 320x180 and 160x90 with SegmentTemplate, AAC 48 kHz, no timeline
#   packed/    4 s of elementary streams of sound: AAC 48 kHz, MP3 44.1 kHz, AC-3, E-AC-3; split.aac is the sound of split/
#   clips/     2 s TS files: audio only, video only, video + HEVC/MP3/AC-3 (stream types that a demuxer must name),
#              one fragmented mp4 head (not TS), one plain mp4
set -eu
cd "$(dirname "$0")"
rm -rf film split fmp4 codecs packed dash clips
mkdir -p film/360p film/180p split/video split/audio clips fmp4/muxed fmp4/video fmp4/audio fmp4/hevc fmp4/opus fmp4/ac3 codecs/hevc codecs/dvb codecs/mp3 codecs/mp3low codecs/ac3 packed dash

exact="-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -threads 1 -map_metadata -1"
x264="-c:v libx264 -preset slow -threads 1 -pix_fmt yuv420p -g 50 -keyint_min 50 -sc_threshold 0 -bf 2 -x264-params threads=1:lookahead_threads=1"
hls="-f hls -hls_time 2 -hls_playlist_type vod -hls_segment_type mpegts"
ff() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }
picture() { printf 'testsrc2=size=%s:rate=25:duration=%s' "$1" "$2"; }
sound() { printf 'sine=frequency=%s:beep_factor=4:sample_rate=%s:duration=%s' "$1" "$2" "$3"; }

variant() { # folder, size, video bit rate, audio bit rate
	ff -f lavfi -i "$(picture "$2" 24)" -f lavfi -i "$(sound 440 44100 24)" $exact $x264 -profile:v "$5" \
		-b:v "$3" -maxrate "$3" -bufsize "$3" -c:a aac -ac 2 -b:a "$4" \
		$hls -hls_segment_filename "film/$1/seg_%03d.ts" "film/$1/index.m3u8"
}
variant 360p 640x360 110k 32k high
variant 180p 320x180 50k 24k main

cat > film/master.m3u8 <<'M3U8'
#EXTM3U
#EXT-X-VERSION:3
#EXT-X-STREAM-INF:BANDWIDTH=220000,AVERAGE-BANDWIDTH=190000,RESOLUTION=640x360,FRAME-RATE=25.000,CODECS="avc1.64001e,mp4a.40.2"
360p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=110000,RESOLUTION=320x180,FRAME-RATE=25.000,CODECS="avc1.4d400c,mp4a.40.2"
180p/index.m3u8
M3U8

ff -f lavfi -i "$(picture 320x180 8)" $exact $x264 -profile:v main -b:v 40k -maxrate 40k -bufsize 40k \
	$hls -hls_segment_filename "split/video/seg_%03d.ts" split/video/index.m3u8
ff -f lavfi -i "$(sound 660 48000 8)" $exact -c:a aac -ac 2 -b:a 24k \
	-f hls -hls_time 3 -hls_playlist_type vod -hls_segment_type mpegts \
	-hls_segment_filename "split/audio/seg_%03d.ts" split/audio/index.m3u8
cat > split/master.m3u8 <<'M3U8'
#EXTM3U
#EXT-X-VERSION:4
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="audio/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=110000,RESOLUTION=320x180,FRAME-RATE=25.000,CODECS="avc1.4d400c,mp4a.40.2",AUDIO="sound"
video/index.m3u8
M3U8

fragments() { # folder, seconds, options
	dir=fmp4/$1 time=$2
	shift 2
	ff "$@" -f hls -hls_time "$time" -hls_playlist_type vod -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 \
		-hls_segment_filename "$dir/seg_%03d.m4s" "$dir/index.m3u8"
}
v="-f lavfi -i $(picture 320x180 8)"
x180="$x264 -profile:v main -b:v 40k -maxrate 40k -bufsize 40k"
fragments muxed 2 $v -f lavfi -i "$(sound 440 44100 8)" $exact $x180 -c:a aac -ac 2 -b:a 24k
fragments video 2 $v $exact $x180
ff -f lavfi -i "$(sound 660 48000 8)" $exact -c:a aac -ac 2 -b:a 24k \
	-f hls -hls_time 3 -hls_playlist_type vod -hls_segment_type fmp4 -hls_flags single_file \
	-hls_segment_filename fmp4/audio/all.mp4 fmp4/audio/index.m3u8
cat > fmp4/master.m3u8 <<'M3U8'
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="audio/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=110000,RESOLUTION=320x180,FRAME-RATE=25.000,CODECS="avc1.4d400c,mp4a.40.2",AUDIO="sound"
video/index.m3u8
M3U8
fragments hevc 2 -f lavfi -i "$(picture 320x180 4)" $exact -c:v libx265 -tag:v hvc1 -preset ultrafast -g 50 -pix_fmt yuv420p \
	-x265-params log-level=none:pools=none:frame-threads=1:bframes=2:keyint=50:min-keyint=50:scenecut=0 -b:v 40k
fragments opus 2 -f lavfi -i "$(sound 550 48000 4)" $exact -c:a libopus -b:a 24k
fragments ac3 2 -f lavfi -i "$(sound 550 48000 4)" $exact -c:a ac3 -b:a 32k

ff -f lavfi -i "$(picture 320x180 8)" -f lavfi -i "$(sound 660 48000 8)" $exact -filter_complex "[0:v]split[a][b];[b]scale=160:90:flags=bitexact[c]" -map "[a]" -map "[c]" -map 1:a \
	$x264 -profile:v main -b:v:0 40k -maxrate:v:0 40k -bufsize:v:0 40k -b:v:1 20k -maxrate:v:1 20k -bufsize:v:1 20k -c:a aac -ac 2 -b:a 24k \
	-f dash -seg_duration 2 -use_template 1 -use_timeline 0 -adaptation_sets "id=0,streams=v id=1,streams=a" \
	-metadata:s:a:0 language=en -init_seg_name 'init-$RepresentationID$.m4s' -media_seg_name 'seg-$RepresentationID$-$Number%03d$.m4s' dash/film.mpd

transport() { # folder, options
	dir=codecs/$1
	shift
	ff "$@" -f hls -hls_time 1 -hls_playlist_type vod -hls_segment_type mpegts -hls_segment_filename "$dir/seg_%03d.ts" "$dir/index.m3u8"
}
v="-f lavfi -i $(picture 160x90 4)"
x265="-c:v libx265 -preset ultrafast -g 25 -pix_fmt yuv420p -b:v 30k"
transport hevc $v -f lavfi -i "$(sound 550 48000 4)" $exact $x265 \
	-x265-params log-level=none:pools=none:frame-threads=1:bframes=2:keyint=25:min-keyint=25:scenecut=0 -c:a eac3 -ac 2 -b:a 32k
ff $v -f lavfi -i "$(sound 550 44100 4)" $exact $x264 -g 25 -keyint_min 25 -b:v 30k -maxrate 30k -bufsize 30k -c:a ac3 -ac 2 -b:a 32k \
	-f segment -segment_time 1 -segment_format mpegts -segment_format_options mpegts_flags=system_b -segment_list_type m3u8 \
	-segment_list codecs/dvb/index.m3u8 codecs/dvb/seg_%03d.ts
transport mp3 -f lavfi -i "$(sound 550 44100 4)" $exact -c:a libmp3lame -ac 2 -b:a 32k
transport mp3low -f lavfi -i "$(sound 550 22050 4)" $exact -c:a libmp3lame -ac 1 -b:a 16k
transport ac3 -f lavfi -i "aevalsrc=exprs=sin(440*t*6.28)|sin(550*t*6.28)|sin(660*t*6.28)|0|sin(770*t*6.28)|sin(880*t*6.28):c=5.1:s=48000:d=4" \
	$exact -c:a ac3 -b:a 96k

a="-f lavfi -i $(sound 880 48000 4)"
ff $a $exact -c:a aac -ac 2 -b:a 24k -f adts packed/sound.aac
ff -f lavfi -i "$(sound 880 44100 4)" $exact -c:a libmp3lame -ac 2 -b:a 32k -write_xing 0 -id3v2_version 0 -f mp3 packed/sound.mp3
ff $a $exact -c:a ac3 -ac 2 -b:a 32k -f ac3 packed/sound.ac3
ff $a $exact -c:a eac3 -ac 2 -b:a 32k -f eac3 packed/sound.eac3
ff -i split/audio/index.m3u8 $exact -c copy -f adts packed/split.aac

small="-b:v 30k -maxrate 30k -bufsize 30k"
v="-f lavfi -i $(picture 160x90 2)"
a="-f lavfi -i $(sound 880 48000 2)"
ff $a $exact -c:a aac -ac 1 -b:a 24k -f mpegts clips/audio.ts
ff $v $exact $x264 $small -profile:v baseline -bf 0 -f mpegts clips/video.ts
ff $v $a $exact $x264 $small -c:a aac -b:a 24k -mpegts_m2ts_mode 1 -f mpegts clips/both.m2ts
ff $v $a $exact $x264 $small -c:a libmp3lame -b:a 32k -f mpegts clips/mp3.ts
ff $v $a $exact $x264 $small -c:a ac3 -b:a 64k -f mpegts clips/ac3.ts
ff $a $exact -c:a aac -b:a 24k -mpegts_flags latm -f mpegts clips/latm.ts
ff $v $exact -c:v libx265 -preset ultrafast -x265-params log-level=none:pools=none:frame-threads=1 -b:v 30k -f mpegts clips/hevc.ts
ff $v $exact $x264 $small -movflags +frag_keyframe+empty_moov+default_base_moof -f mp4 clips/fragment.mp4
ff $v $a $exact $x264 $small -c:a aac -b:a 24k -movflags +faststart -f mp4 clips/plain.mp4
