package assemble

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/bmff"
	clips "seine/testdata/media"
)

// commonEncryption is the encryptor of these tests, by the tables of ISO/IEC 23001-7.
type commonEncryption struct {
	scheme string // cbcs or cenc
	sample int    // bytes of the vector that each sample has, 0 for a constant one
	saiz   bool   // vectors and subsamples behind the media, not in senc
	lead   int    // segments in front that are clear, by a sample entry of their own
	whole  bool   // pictures without subsamples
	bare   bool   // no constant vector either: that of the playlist
	extra  []byte // in each traf

	count uint64
}

func box(kind string, parts ...[]byte) []byte {
	w := &bmff.Writer{}
	at := w.Begin(kind)
	for _, p := range parts {
		w.Bytes(p)
	}
	w.End(at)
	return w.Buf
}

func number(n ...uint32) (b []byte) {
	for _, v := range n {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// rebuilt copies boxes, with f in place of those it knows; containers among them are entered.
func rebuilt(b []byte, f func(bmff.Box) []byte) (out []byte) {
	list, err := bmff.Boxes(b)
	if err != nil {
		panic(err)
	}
	for _, x := range list {
		switch x.Type {
		case "moov", "trak", "mdia", "minf", "stbl", "moof", "traf":
			inner := rebuilt(x.Data, f)
			if x.Type == "traf" {
				inner = append(inner, f(bmff.Box{Type: "end of traf", Data: inner})...)
			}
			out = append(out, box(x.Type, inner)...)
		default:
			if y := f(x); y != nil {
				out = append(out, y...)
			} else {
				out = append(out, box(x.Type, x.Data)...)
			}
		}
	}
	return out
}

// init encrypts sample entries.
func (c *commonEncryption) init(b []byte) []byte {
	return rebuilt(b, func(x bmff.Box) []byte {
		if x.Type != "stsd" {
			return nil
		}
		entry := x.Data[8:]
		name, pattern := "encv", byte(0x19)
		if string(entry[4:8]) == "mp4a" {
			name, pattern = "enca", 0
		}
		version := uint32(1 << 24)
		if c.scheme == "cenc" {
			pattern, version = 0, 0
		}
		tenc := append(number(version), 0, pattern, 1, byte(c.sample))
		tenc = append(tenc, bytes.Repeat([]byte{0xaa}, 16)...)
		if c.sample == 0 && !c.bare {
			tenc = append(append(tenc, 16), sampleIV[:]...)
		}
		sinf := box("sinf", box("frma", entry[4:8]), box("schm", number(0), []byte(c.scheme), number(0x10000)), box("schi", box("tenc", tenc)))
		sealed := box(name, entry[8:], sinf)
		if c.lead > 0 {
			return box("stsd", number(0, 2), sealed, entry)
		}
		return box("stsd", number(0, 1), sealed)
	})
}

// segment encrypts moof and mdat that stand one behind the other, with one run a track and default-base-is-moof.
func (c *commonEncryption) segment(b []byte, sound map[uint32]bool, lead bool) []byte {
	b = bytes.Clone(b)
	at := bytes.Index(b, []byte("moof")) - 4
	old := int(binary.BigEndian.Uint32(b[at:]))
	var trackID uint32
	var described []byte
	var aux []byte // of all tracks, behind the media
	total := len(b)
	rewrite := func(base, grown int) []byte {
		aux = nil
		return rebuilt(b[at:at+old], func(x bmff.Box) []byte {
			switch x.Type {
			case "tfhd":
				trackID = binary.BigEndian.Uint32(x.Data[4:])
				if lead {
					flags := binary.BigEndian.Uint32(x.Data)
					if flags&2 != 0 || flags&1 != 0 {
						panic("tfhd")
					}
					return box("tfhd", number(flags|2, trackID, 2), x.Data[8:])
				}
			case "trun":
				data := bytes.Clone(x.Data)
				offset := binary.BigEndian.Uint32(data[8:])
				binary.BigEndian.PutUint32(data[8:], offset+uint32(grown))
				described = nil
				if !lead {
					described = c.samples(data, b[at+int(offset):], sound[trackID], base == 0)
				}
				return box("trun", data)
			case "end of traf":
				return append(c.auxiliary(described, uint32(total-at+grown+8+len(aux)), &aux), c.extra...)
			}
			return nil
		})
	}
	grown := len(rewrite(1, 0)) - old
	moof := rewrite(0, grown)
	out := append(append(b[:at:at], moof...), b[at+old:]...)
	if len(aux) > 0 {
		out = append(out, box("free", aux)...)
	}
	return out
}

// auxiliary makes the boxes of what samples returned: first the number of samples, and then for each its length and bytes.
func (c *commonEncryption) auxiliary(described []byte, at uint32, aux *[]byte) []byte {
	if len(described) == 0 {
		return nil
	}
	var sizes, all []byte
	parts := false
	for d := described; len(d) > 0; {
		n := int(binary.BigEndian.Uint16(d))
		sizes, all = append(sizes, byte(n)), append(all, d[2:2+n]...)
		parts = parts || n > c.sample
		d = d[2+n:]
	}
	if len(all) == 0 {
		return nil
	}
	if c.saiz {
		*aux = append(*aux, all...)
		return append(box("saiz", number(0), []byte{0}, number(uint32(len(sizes))), sizes), box("saio", number(0, 1, at))...)
	}
	flags := uint32(0)
	if parts {
		flags = 2
	}
	return box("senc", number(flags, uint32(len(sizes))), all)
}

// samples encrypts those of a run, when it is told to, and describes each.
func (c *commonEncryption) samples(trun, data []byte, sound, really bool) (described []byte) {
	flags, count := binary.BigEndian.Uint32(trun)&0xffffff, binary.BigEndian.Uint32(trun[4:])
	if flags&0x200 == 0 {
		panic("trun without sizes")
	}
	fields := trun[12:]
	if flags&4 != 0 {
		fields = fields[4:]
	}
	for range count {
		size := 0
		for _, f := range []uint32{0x100, 0x200, 0x400, 0x800} {
			if flags&f != 0 {
				if f == 0x200 {
					size = int(binary.BigEndian.Uint32(fields))
				}
				fields = fields[4:]
			}
		}
		d := c.one(data[:size], sound, really)
		described = append(binary.BigEndian.AppendUint16(described, uint16(len(d))), d...)
		data = data[size:]
	}
	return described
}

// one encrypts a sample: of pictures all but the first 40 bytes of each unit, and nothing of short units.
func (c *commonEncryption) one(b []byte, sound, really bool) (described []byte) {
	iv := sampleIV
	if c.sample > 0 {
		c.count++
		iv = [16]byte{}
		binary.BigEndian.PutUint64(iv[:], c.count)
		described = append(described, iv[:c.sample]...)
	}
	type span struct{ clear, sealed int }
	var list []span
	if !sound && !c.whole {
		for u := b; len(u) > 0; {
			n := 4 + int(binary.BigEndian.Uint32(u))
			list = append(list, span{min(n, 40), max(n-40, 0)})
			u = u[n:]
		}
		described = binary.BigEndian.AppendUint16(described, uint16(len(list)))
		for _, s := range list {
			described = append(binary.BigEndian.AppendUint16(described, uint16(s.clear)), number(uint32(s.sealed))...)
		}
	} else {
		list = []span{{0, len(b)}}
	}
	if !really {
		return described
	}
	block, err := aes.NewCipher(keyBytes("key"))
	if err != nil {
		panic(err)
	}
	stream := cipher.NewCTR(block, iv[:])
	for _, s := range list {
		part := b[s.clear : s.clear+s.sealed]
		b = b[s.clear+s.sealed:]
		if c.scheme == "cenc" {
			stream.XORKeyStream(part, part)
			continue
		}
		mode := cipher.NewCBCEncrypter(block, iv[:])
		for ; len(part) >= 16; part = part[16:] {
			mode.CryptBlocks(part[:16], part[:16])
			if !sound {
				part = part[min(144, len(part)-16):]
			}
		}
	}
	return described
}

const (
	keyLine = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"key\"\n"
	ivLine  = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"key\",IV=0xA5000000000000000000000000000007\n"
	ctrLine = "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"key\"\n"
)

// muxed is the film of testdata/media/fmp4/muxed under common encryption, and its playlist.
func (c *commonEncryption) muxed(t *testing.T, line string) map[string][]byte {
	t.Helper()
	read := func(name string) []byte {
		b, err := fs.ReadFile(clips.FS, "fmp4/muxed/"+name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	files := map[string][]byte{"key": keyBytes("key"), "init.mp4": c.init(read("init.mp4"))}
	var list strings.Builder
	list.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-MAP:URI=\"init.mp4\"\n")
	for i := range 4 {
		name := fmt.Sprintf("seg_%03d.m4s", i)
		files[name] = c.segment(read(name), map[uint32]bool{2: true}, i < c.lead)
		if i == c.lead {
			list.WriteString(line)
		}
		fmt.Fprintf(&list, "#EXTINF:2,\n%s\n", name)
	}
	list.WriteString("#EXT-X-ENDLIST\n")
	files["film.m3u8"] = []byte(list.String())
	return files
}

func (o *origin) serving(t *testing.T, files map[string][]byte) Job {
	o.serve(files)
	job := o.job(t)
	job.URL = o.URL + "/film.m3u8"
	return job
}

func TestCommonEncryption(t *testing.T) {
	o := newOrigin(t)
	want := filmOf(t, o.fragmented(t, "muxed/index.m3u8"))
	for name, x := range map[string]struct {
		c    commonEncryption
		line string
	}{
		"cbcs":                         {commonEncryption{scheme: "cbcs"}, keyLine},
		"cbcs, vector of the playlist": {commonEncryption{scheme: "cbcs", bare: true}, ivLine},
		"cbcs, a vector each":          {commonEncryption{scheme: "cbcs", sample: 16}, keyLine},
		"cbcs, saiz":                   {commonEncryption{scheme: "cbcs", saiz: true}, keyLine},
		"cbcs, whole samples":          {commonEncryption{scheme: "cbcs", whole: true}, keyLine},
		"cbcs, clear lead":             {commonEncryption{scheme: "cbcs", lead: 2}, keyLine},
		"cenc":                         {commonEncryption{scheme: "cenc", sample: 8}, ctrLine},
		"cenc, saiz, 16 bytes":         {commonEncryption{scheme: "cenc", sample: 16, saiz: true}, ctrLine},
	} {
		t.Run(name, func(t *testing.T) {
			got := filmOf(t, newOrigin(t).serving(t, x.c.muxed(t, x.line)))
			if !bytes.Equal(got, want) {
				t.Errorf("the film differs from the clear one: %d and %d bytes", len(got), len(want))
			}
		})
	}
}

// A run that ends in the middle is taken up, though the segments that are there were decrypted where they lay.
func TestCommonEncryptionResumes(t *testing.T) {
	clear := newOrigin(t)
	want := packets(t, finished(t, clear.fragmented(t, "muxed/index.m3u8")))
	files := (&commonEncryption{scheme: "cbcs"}).muxed(t, keyLine)
	third := files["seg_002.m4s"]
	delete(files, "seg_002.m4s")
	job := newOrigin(t).serving(t, files)
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
		t.Fatal(err)
	}
	for name, b := range files { // under other addresses
		if strings.HasPrefix(name, "seg") {
			files["new/"+name] = b
		}
	}
	files["new/seg_002.m4s"] = third
	files["film.m3u8"] = bytes.ReplaceAll(files["film.m3u8"], []byte("seg_"), []byte("new/seg_"))
	if diff := cmp.Diff(want, packets(t, finished(t, job))); diff != "" {
		t.Errorf("%.1000s", diff)
	}
}

func TestCommonEncryptionRefused(t *testing.T) {
	seig := append(box("sgpd", number(1<<24), []byte("seig"), number(20, 1), make([]byte, 20)), box("sbgp", number(0), []byte("seig"), number(1, 1, 1))...)
	pssh := box("pssh", number(0), make([]byte, 20))
	for name, x := range map[string]struct {
		c    commonEncryption
		line string
		want error
		says string
	}{
		"no key":             {commonEncryption{scheme: "cbcs"}, "", ErrDRM, "unnamed"},
		"a key of segments":  {commonEncryption{scheme: "cbcs"}, "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n", ErrDRM, "unnamed"},
		"a key of a system":  {commonEncryption{scheme: "cbcs"}, strings.Replace(keyLine, "URI", "KEYFORMAT=\"com.apple.streamingkeydelivery\",URI", 1), ErrDRM, "FairPlay"},
		"another scheme":     {commonEncryption{scheme: "cbc1", sample: 16}, keyLine, ErrUnsupported, "cbc1"},
		"keys of groups":     {commonEncryption{scheme: "cbcs", extra: seig}, keyLine, ErrUnsupported, "seig"},
		"pssh without a key": {commonEncryption{scheme: "cbcs", extra: pssh, lead: 9}, "", ErrDRM, "unnamed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Run(t.Context(), newOrigin(t).serving(t, x.c.muxed(t, x.line)))
			if !errors.Is(err, x.want) || !strings.Contains(err.Error(), x.says) {
				t.Errorf("got %v, want %v with %q", err, x.want, x.says)
			}
		})
	}
}

// TestCommonEncryptionByFFmpeg: ffmpeg reads what the encryptor of these tests made as it was meant. It is given one fragment at a time,
// for it miscounts the vectors of several (FFmpeg 5.1).
func TestCommonEncryptionByFFmpeg(t *testing.T) {
	clear, err := fs.ReadFile(clips.FS, "fmp4/muxed/init.mp4")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "one.mp4")
	list := func(init, segment []byte, kind string, args ...string) []string {
		if err := os.WriteFile(path, append(bytes.Clone(init), segment...), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(append([]string{"-v", "error"}, args...), "-i", path, "-map", "0:"+kind, "-c", "copy", "-f", "framemd5", "-")
		out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return hashes(strings.Split(strings.TrimSpace(string(out)), "\n"))
	}
	for _, c := range []commonEncryption{{scheme: "cbcs"}, {scheme: "cbcs", sample: 16}, {scheme: "cbcs", saiz: true}, {scheme: "cenc", sample: 8}} {
		files := c.muxed(t, "")
		for _, name := range []string{"seg_000.m4s", "seg_003.m4s"} {
			segment, err := fs.ReadFile(clips.FS, "fmp4/muxed/"+name)
			if err != nil {
				t.Fatal(err)
			}
			for _, kind := range []string{"v", "a"} {
				want := list(clear, segment, kind)
				got := list(files["init.mp4"], files[name], kind, "-decryption_key", hex.EncodeToString(keyBytes("key")))
				if len(want) < 50 || strings.Join(want, " ") != strings.Join(got, " ") {
					t.Errorf("%+v, %s, %s: %d packets differ from %d", c, name, kind, len(got), len(want))
				}
			}
		}
	}
}

// hashes are the last fields of framemd5's lines.
func hashes(lines []string) (list []string) {
	for _, l := range lines {
		if !strings.HasPrefix(l, "#") {
			list = append(list, l[strings.LastIndexByte(l, ' ')+1:])
		}
	}
	return list
}
