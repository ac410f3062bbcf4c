package sites

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// hugeSize is how many bytes /faults/huge has.
const hugeSize = 2 << 30

// endlessPace is between two pieces of what never ends.
const endlessPace = 50 * time.Millisecond

// faults serves /faults/?NAME, pages that make a call and then do what harms who watches them: faults.js has the names. The rest is
// what servers do: /faults/circle redirects to itself, /faults/guarded asks for a password, /faults/endless/ has
// pages and files without an end, /faults/huge has 2 GiB, as a sound that can be played or as anything.
func (s *Site) faults() {
	s.mux.HandleFunc("GET /faults/api/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		fmt.Fprintf(w, `{"path":%q}`, r.URL.Path)
	})
	s.mux.HandleFunc("GET /faults/circle", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		http.Redirect(w, r, fmt.Sprintf("/faults/circle?n=%d", n+1), http.StatusFound)
	})
	s.mux.HandleFunc("GET /faults/guarded/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="nobody"`)
		http.Error(w, "nobody may", http.StatusUnauthorized)
	})
	s.mux.HandleFunc("GET /faults/endless/{what}", endlessAnswer)
	s.mux.HandleFunc("GET /faults/huge", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "audio/wav")
		w.Header().Set("Cache-Control", "no-store")
		http.ServeContent(w, r, "", time.Time{}, &huge{})
	})
}

// endlessAnswer goes on until the client leaves.
func endlessAnswer(w http.ResponseWriter, r *http.Request) {
	begin := "no end"
	switch r.PathValue("what") {
	case "page":
		w.Header().Set("Content-Type", "text/html")
		begin = `<!doctype html><title>No end</title><link rel="icon" href="data:,"><script>fetch("/faults/api/before")</script>`
	case "file":
		w.Header().Set("Content-Disposition", `attachment; filename="endless.bin"`)
		fallthrough
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	for piece := begin; ; piece = "<p>and so on\n" {
		_, err := io.WriteString(w, piece)
		if err = errors.Join(err, http.NewResponseController(w).Flush()); err != nil || !pause(r, endlessPace) {
			return
		}
	}
}

// huge is a WAVE file of silence (RIFF, PCM, stereo, 16 bit, 44.1 kHz), which is nowhere.
type huge struct{ at int64 }

var hugeHead = waveHead(hugeSize)

func waveHead(size uint32) []byte {
	const channels, rate, width = 2, 44_100, 2
	var b bytes.Buffer
	for _, v := range []any{
		[]byte("RIFF"), size - 8, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(channels), uint32(rate), uint32(rate * channels * width),
		uint16(channels * width), uint16(8 * width), []byte("data"), size - 44,
	} {
		_ = binary.Write(&b, binary.LittleEndian, v) // never fails
	}
	return b.Bytes()
}

func (h *huge) Read(b []byte) (int, error) {
	if h.at >= hugeSize {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), hugeSize-h.at))
	clear(b[:n])
	if h.at < int64(len(hugeHead)) {
		copy(b[:n], hugeHead[h.at:])
	}
	h.at += int64(n)
	return n, nil
}

func (h *huge) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += h.at
	case io.SeekEnd:
		offset += hugeSize
	}
	if offset < 0 {
		return 0, errors.New("before its beginning")
	}
	h.at = offset
	return offset, nil
}
