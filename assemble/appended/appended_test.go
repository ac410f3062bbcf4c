package appended_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"seine/assemble/appended"
	"seine/assemble/demux/fmp4"
	"seine/testdata/media"
)

// bytesOf is one file of the fragmented film: init, or segment n of 2 s.
func bytesOf(t testing.TB, name string) []byte {
	t.Helper()
	if len(name) == 1 {
		name = "seg_00" + name + ".m4s"
	} else {
		name += ".mp4"
	}
	b, err := fs.ReadFile(media.FS, "fmp4/video/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// call is one appendBuffer: of a file, or a part of it from:to in bytes, if to is not 0.
type call struct {
	name     string
	from, to int
	appended.Append
}

func buffer(t testing.TB, dir string, calls ...call) appended.Buffer {
	t.Helper()
	b := appended.Buffer{Type: "video/mp4", File: filepath.Join(dir, "body")}
	var all []byte
	for _, c := range calls {
		data := bytesOf(t, c.name)
		if c.to != 0 {
			data = data[c.from:min(c.to, len(data))]
		}
		if c.To == 0 {
			c.To = math.Inf(1)
		}
		c.At, c.Size = int64(len(all)), int64(len(data))
		all, b.Appends = append(all, data...), append(b.Appends, c.Append)
	}
	if err := os.WriteFile(b.File, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

var ranges = regexp.MustCompile(`#EXT-X-BYTERANGE:(\d+)@(\d+)`)

// told says what a playlist names: for each segment, which files of the film its range holds, at what time in seconds.
func told(t testing.TB, file, list string) (all []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(list, "\n") {
		if l == "#EXT-X-GAP" {
			all = append(all, "gap")
		}
		m := ranges.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		var size, at int
		if _, err := fmt.Sscan(m[1]+" "+m[2], &size, &at); err != nil || at+size > len(data) {
			t.Fatal(l, err)
		}
		part := data[at : at+size]
		for i := range 4 {
			whole := bytesOf(t, fmt.Sprint(i))
			mdat := whole[bytes.Index(whole, []byte("mdat"))-4:]
			if j := bytes.Index(part, mdat); j >= 0 {
				tfdt := part[:j]
				tfdt = tfdt[bytes.LastIndex(tfdt, []byte("tfdt"))+4:]
				time := float64(binary.BigEndian.Uint32(tfdt[4:]))
				if tfdt[0] == 1 {
					time = float64(binary.BigEndian.Uint64(tfdt[4:]))
				}
				all = append(all, fmt.Sprintf("%d at %g", i, time/12800))
			}
		}
	}
	return all
}

func TestWrite(t *testing.T) {
	at := func(a appended.Append) call { return call{Append: a} }
	with := func(name string, c call) call { c.name = name; return c }
	init := call{name: "init"}
	for name, c := range map[string]struct {
		calls   []call
		want    []string
		missing float64
	}{
		"in order":           {[]call{init, {name: "0"}, {name: "1"}, {name: "2"}, {name: "3"}}, []string{"0 at 0", "1 at 2", "2 at 4", "3 at 6"}, 0},
		"out of order":       {[]call{init, {name: "2"}, {name: "3"}, {name: "0"}, {name: "1"}}, []string{"0 at 0", "1 at 2", "2 at 4", "3 at 6"}, 0},
		"twice":              {[]call{init, {name: "0"}, {name: "1"}, init, {name: "1"}, {name: "2"}, {name: "3"}, {name: "2"}}, []string{"0 at 0", "1 at 2", "2 at 4", "3 at 6"}, 0},
		"in pieces":          {[]call{init, {name: "0", to: 7}, {name: "0", from: 7, to: 900}, {name: "0", from: 900, to: 1e9}, {name: "1"}, {name: "2"}, {name: "3"}}, []string{"0 at 0", "1 at 2", "2 at 4", "3 at 6"}, 0},
		"given up":           {[]call{init, {name: "0"}, {name: "1", to: 900}, with("1", at(appended.Append{Reset: true})), {name: "2"}, {name: "3"}}, []string{"0 at 0", "1 at 2", "2 at 4", "3 at 6"}, 0},
		"cut":                {[]call{init, {name: "0"}, {name: "1"}, {name: "2"}, {name: "3", to: 3000}}, []string{"0 at 0", "1 at 2", "2 at 4", "gap"}, 2},
		"a hole":             {[]call{init, {name: "0"}, {name: "3"}}, []string{"0 at 0", "gap", "3 at 6"}, 4},
		"no beginning":       {[]call{init, {name: "2"}, {name: "3"}}, []string{"gap", "2 at 4", "3 at 6"}, 4},
		"elsewhere":          {[]call{init, with("0", at(appended.Append{Offset: 4})), with("1", at(appended.Append{Offset: 4})), with("2", at(appended.Append{Offset: -4})), with("3", at(appended.Append{Offset: -4}))}, []string{"2 at 0", "3 at 2", "0 at 4", "1 at 6"}, 0},
		"before the start":   {[]call{init, with("0", at(appended.Append{Offset: -4})), {name: "0"}, {name: "1"}, {name: "2"}, {name: "3"}}, []string{"0 at 0", "1 at 2", "2 at 4", "3 at 6"}, 0},
		"outside the window": {[]call{init, {name: "0"}, {name: "1"}, {name: "2"}, {name: "3"}, with("1", at(appended.Append{Offset: 4, To: 6})), with("2", at(appended.Append{Offset: -2, From: 4}))}, []string{"0 at 0", "1 at 2", "2 at 4", "3 at 6"}, 0},
		"in sequence":        {[]call{with("init", at(appended.Append{Sequence: true})), with("3", at(appended.Append{Sequence: true})), with("0", at(appended.Append{Sequence: true})), with("1", at(appended.Append{Sequence: true})), with("2", at(appended.Append{Sequence: true}))}, []string{"3 at 0", "0 at 2", "1 at 4", "2 at 6"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := buffer(t, dir, c.calls...)
			film, err := appended.Write(dir, []appended.Buffer{b}, appended.Span{To: 8})
			if err != nil {
				t.Fatal(err)
			}
			list, err := os.ReadFile(film.Playlist)
			if err != nil {
				t.Fatal(err)
			}
			if d := gocmp.Diff(c.want, told(t, b.File, string(list))); d != "" {
				t.Error(d)
			}
			if got := film.Missing.Seconds(); math.Abs(got-c.missing) > 0.1 {
				t.Errorf("%g s are missing", got)
			}
		})
	}
}

func TestWriteErrors(t *testing.T) {
	wide := append([]byte("\x00\x00\x00\x01mdat"), bytes.Repeat([]byte{0xff}, 8)...)
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing": {nil, appended.ErrNothing}, "init": {bytesOf(t, "init"), appended.ErrNothing}, "without init": {bytesOf(t, "0"), appended.ErrNothing},
		"WebM": {[]byte("\x1a\x45\xdf\xa3 and more"), appended.ErrUnsupported}, "MP3": {[]byte("ID3 and more"), appended.ErrUnsupported}, "AAC": {[]byte("\xff\xf1 and more"), appended.ErrUnsupported},
		"TS": {bytes.Repeat([]byte{0x47}, 188), appended.ErrUnsupported}, "rubbish": {[]byte("rubbish of any kind"), appended.ErrUnsupported},
		"box of nothing": {append(bytesOf(t, "init"), 0, 0, 0, 3, 'm', 'o', 'o', 'f'), fmp4.ErrDamaged}, "box of all": {append(bytesOf(t, "init"), wide...), appended.ErrNothing},
		"moof of nothing": {append(bytesOf(t, "init"), "\x00\x00\x00\x10moof\x00\x00\x00\xfftraf"...), fmp4.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "body")
			if err := os.WriteFile(file, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			b := appended.Buffer{File: file, Appends: []appended.Append{{Size: int64(len(c.data)), To: math.Inf(1)}}}
			if _, err := appended.Write(dir, []appended.Buffer{b}, appended.Span{To: 8}); !errors.Is(err, c.want) {
				t.Error(err)
			}
		})
	}
	if _, err := appended.Write(t.TempDir(), nil, appended.Span{}); !errors.Is(err, appended.ErrNothing) {
		t.Error(err)
	}
}

// FuzzWrite: whatever a player was given, in whatever pieces, nothing panics, and no range leads out of the file.
func FuzzWrite(f *testing.F) {
	whole := append(bytesOf(f, "init"), bytesOf(f, "0")...)
	f.Add(whole, 100, 0.0, false, false)
	f.Add(whole, len(whole)/2, -1.5, true, true)
	f.Add(append(whole, bytesOf(f, "2")...), 1, 1e300, true, false)
	f.Fuzz(func(t *testing.T, data []byte, cut int, offset float64, sequence, reset bool) {
		dir := t.TempDir()
		file := filepath.Join(dir, "body")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		cut = min(max(cut, 0), len(data))
		b := appended.Buffer{File: file, Appends: []appended.Append{
			{Size: int64(cut), Offset: offset, To: math.Inf(1)},
			{At: int64(cut), Size: int64(len(data) - cut), Offset: -offset, Sequence: sequence, Reset: reset, To: math.Inf(1)},
		}}
		film, err := appended.Write(dir, []appended.Buffer{b}, appended.Span{To: 8})
		if err != nil {
			return
		}
		list, err := os.ReadFile(film.Playlist)
		if err != nil {
			t.Fatal(err)
		}
		told(t, file, string(list))
	})
}
