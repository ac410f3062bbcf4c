package capture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	gocmp "github.com/google/go-cmp/cmp"

	"seine/capture"
)

// TestAppended: what a script gives to its player is kept to the byte, however large the pieces, with all that says what it is for.
func TestAppended(t *testing.T) {
	v := visited(t, "/play/nothing.html", capture.Options{Copies: true, Dir: t.TempDir()})
	bound, release := v.tab.Bind(v.ctx)
	defer release()
	// A free box of n bytes, behind a few that belong to somebody else, and gone right after the call.
	const script = `(async () => {
		const source = new MediaSource(), video = document.createElement("video");
		video.src = URL.createObjectURL(source);
		await new Promise((done) => source.addEventListener("sourceopen", done, { once: true }));
		const buffer = source.addSourceBuffer('video/mp4; codecs="avc1.4d400c"');
		buffer.timestampOffset = 1.5;
		for (const n of [8, 393216, 393217, 1200000]) {
			const memory = new Uint8Array(n + 10).fill(n & 255), box = new DataView(memory.buffer, 3, n);
			box.setUint32(0, n);
			box.setUint32(4, 0x66726565);
			buffer.appendBuffer(box);
			memory.fill(0);
			await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
		}
		buffer.abort();
		buffer.mode = "sequence";
		buffer.appendWindowEnd = 100;
		buffer.appendBuffer(new Uint8Array([0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65]).buffer);
		return true;
	})()`
	if _, err := chromedp.Run(bound, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
	v.await(t, v.Changed, func() string {
		if list := v.Appended(); len(list) == 1 && len(list[0].Appends) == 5 && list[0].Size == 8+393216+393217+1200000+8 {
			return ""
		}
		return fmt.Sprintf("appends, beyond %+v", v.Appended())
	})
	a := v.Appended()[0]
	var want []byte
	var appends []capture.Append
	for _, n := range []int{8, 393216, 393217, 1200000, 8} {
		at := len(want)
		box := append(binary.BigEndian.AppendUint32(nil, uint32(n)), "free"...)
		want = append(append(want, box...), bytes.Repeat([]byte{byte(n)}, n-8)...)
		appends = append(appends, capture.Append{At: int64(at), Size: int64(n), Offset: 1.5, To: math.Inf(1)})
	}
	last := &appends[4]
	last.Reset, last.Sequence, last.To = true, true, 100
	got, err := os.ReadFile(a.File)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, not %d: %v", len(got), len(want), err)
	}
	if d := gocmp.Diff(appends, a.Appends); d != "" || a.Lost != nil || a.Type != `video/mp4; codecs="avc1.4d400c"` {
		t.Errorf("%s %v %s", a.Type, a.Lost, d)
	}
	if info, err := os.Stat(a.File); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
}

// TestAppendedLost: what does not come whole, or has no room, is not taken for all.
func TestAppendedLost(t *testing.T) {
	piece := base64.StdEncoding.EncodeToString(make([]byte, 900))
	for name, messages := range map[string][]string{
		"too little": {`{"k":"append","sb":1,"n":1000,"b64":"` + piece + `"}`, `{"k":"append","sb":1,"n":900,"b64":"` + piece + `"}`},
		"too much":   {`{"k":"append","sb":1,"n":100,"b64":"` + piece + `"}`},
		"no room":    {`{"k":"append","sb":1,"n":900,"b64":"` + piece + `"}`, `{"k":"append","sb":1,"n":900,"b64":"` + piece + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := recorder(t, capture.Options{Copies: true, MaxDisk: 1500, Dir: t.TempDir()}), &session{id: "s", kind: "page"}
			r.Attached(s)
			say(r, s, 1, `{"k":"buffer","ms":1,"sb":1,"type":"video/mp4"}`)
			for _, m := range messages {
				say(r, s, 1, m)
			}
			if list := r.Appended(); len(list) != 1 || list[0].Lost == nil || list[0].Size > 900 {
				t.Errorf("%+v", list)
			}
		})
	}
}
