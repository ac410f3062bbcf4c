package main

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"seine/assemble/demux/mpegts/tstest"
)

const (
	seconds = 6 // of a segment
	rate    = 25
	gop     = 50
	tick    = 90_000 / rate
	sound   = 1920 // ticks of an AAC frame at 48 kHz
)

// film is what a folder serves: index.m3u8, segments, keys.
type film struct {
	dir      string
	segments int
	seconds  int // of a segment
	samples  int
	bytes    int64
}

// material is two seconds of 1080p at about 6 Mbit/s, used again and again: random, like what an encoder gives, with a key
// picture, references and pictures between them, and a run of sound frames.
type material struct {
	pictures [gop][]byte
	sound    []byte // eight frames
}

func newMaterial() (m material) {
	r := rand.New(rand.NewPCG(1, 1))
	for i := range m.pictures {
		size := 18 << 10
		if i%3 == 1 {
			size = 44 << 10
		}
		if i == 0 {
			size = 150 << 10
		}
		m.pictures[i] = tstest.Picture(r, i == 0, size)
	}
	for range 8 {
		m.sound = append(m.sound, tstest.Frame(r, 340, false)...)
	}
	return m
}

// composition is how many pictures later one is shown than decoded: I P B B P B B …
func composition(i int) int64 {
	switch {
	case i == 0:
		return 1
	case i%3 == 1:
		return 3
	}
	return 0
}

// makeFilm writes whole segments of at least so many bytes in all. Timestamps and counters go on from one to the next.
func makeFilm(dir string, bytes int64) (film, error) {
	f := film{dir: dir, seconds: seconds}
	m, w := newMaterial(), &tstest.Writer{}
	frames := int64(0)
	for f.bytes < bytes {
		w.Buf = w.Buf[:0]
		for i := range int64(seconds * rate) {
			n := int(i % gop)
			if n == 0 {
				w.Program(tstest.Muxed...)
			}
			dts := (int64(f.segments)*seconds*rate + i) * tick
			w.PES(tstest.PES{PID: tstest.VideoPID, DTS: dts, PTS: dts + composition(n)*tick, Data: m.pictures[n]})
			f.samples++
			for ; frames*sound < dts+tick; frames += 8 {
				w.PES(tstest.PES{PID: tstest.AudioPID, ID: 0xc0, PTS: tick + frames*sound, DTS: tick + frames*sound, Sized: true, Data: m.sound})
				f.samples += 8
			}
		}
		if err := os.WriteFile(f.name(f.segments), w.Buf, 0o600); err != nil {
			return f, err
		}
		f.bytes += int64(len(w.Buf))
		f.segments++
	}
	return f, f.list(0)
}

func (f film) name(i int) string { return filepath.Join(f.dir, fmt.Sprintf("%d.ts", i)) }

// list writes the playlist; a new key comes every so many segments, none when every is 0.
func (f film) list(every int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-TARGETDURATION:%d\n#EXT-X-PLAYLIST-TYPE:VOD\n", f.seconds)
	for i := range f.segments {
		if every > 0 && i%every == 0 {
			fmt.Fprintf(&b, "#EXT-X-KEY:METHOD=AES-128,URI=\"%d.key\"\n", i/every)
		}
		fmt.Fprintf(&b, "#EXTINF:%d.000,\n%d.ts\n", f.seconds, i)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return os.WriteFile(filepath.Join(f.dir, "index.m3u8"), []byte(b.String()), 0o600)
}

// encrypt makes another folder of the film.
func (f film) encrypt(dir string, every int) (film, error) {
	out := f
	out.dir = dir
	key := make([]byte, aes.BlockSize)
	for i := range f.segments {
		if i%every == 0 {
			binary.BigEndian.PutUint64(key, rand.Uint64())
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.key", i/every)), key, 0o600); err != nil {
				return out, err
			}
		}
		b, err := os.ReadFile(f.name(i))
		if err != nil {
			return out, err
		}
		if err := os.WriteFile(out.name(i), encrypted(b, key, uint64(i)), 0o600); err != nil {
			return out, err
		}
	}
	return out, out.list(every)
}

func encrypted(b, key []byte, sequence uint64) []byte {
	pad := aes.BlockSize - len(b)%aes.BlockSize
	for range pad {
		b = append(b, byte(pad))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has the right length
	}
	iv := binary.BigEndian.AppendUint64(make([]byte, 8), sequence)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(b, b)
	return b
}
