package sites

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/websocket"

	"seine/testdata/media"
)

// kinds serves /kinds/, a page that makes every kind of request from every kind of target. Its log has sums of the bodies, so
// that what was captured can be held against what truly travelled.
func (s *Site) kinds() {
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} { // GET is HEAD too
		s.mux.HandleFunc(method+" /kinds/a/{type}", summed(kindsAnswer))
		s.mux.HandleFunc(method+" /kinds/hop/{n}", summed(kindsHop))
	}
	s.mux.HandleFunc("GET /kinds/ws", s.kindsSocket)
	s.mux.HandleFunc("GET /kinds/size/{bytes}", kindsSize)
}

// Message is one message of a WebSocket.
type Message struct {
	FromClient bool
	Binary     bool
	Data       string
}

// Sum is how the log writes a body down: SHA-256 in hexadecimal.
func Sum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// summed notes the sums of what a handler reads and writes. It reads the request's body to its end itself.
func summed(next func(w http.ResponseWriter, r *http.Request, answer io.Writer)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rec := w.(*statusWriter)
		sent, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
		if err != nil {
			http.Error(w, "the body did not come", http.StatusBadRequest)
			return
		}
		rec.sent = Sum(sent)
		sum := sha256.New()
		next(w, r, summing{w, sum})
		rec.answered = hex.EncodeToString(sum.Sum(nil))
	}
}

// summing is a writer that sums what passes.
type summing struct {
	io.Writer
	sum hash.Hash
}

func (s summing) Write(b []byte) (int, error) {
	s.sum.Write(b)
	return s.Writer.Write(b)
}

// kindsSize answers with as many bytes as it is asked for, the address over and over.
func kindsSize(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("bytes"))
	if err != nil || n < 0 || n > 1<<30 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	w.Header().Set("Cache-Control", "no-store")
	block := bytes.Repeat([]byte(r.URL.RequestURI()+"\n"), 4096)
	for n > 0 {
		piece := block[:min(n, len(block))]
		if _, err := w.Write(piece); err != nil {
			return
		}
		n -= len(piece)
	}
}

// kindsTypes are the content types of /kinds/a/{type}.
var kindsTypes = map[string]string{
	"json": "application/json", "txt": "text/plain; charset=utf-8", "bin": "application/octet-stream", "large": "application/octet-stream", "js": "text/javascript",
	"css": "text/css", "html": "text/html", "png": "image/png", "gz": "text/plain", "sse": "text/event-stream", "chunks": "application/x-ndjson", "file": "application/zip",
	"cached": "application/json", "etag": "application/json", "cut": "text/plain", "slow": "text/plain", "vtt": "text/vtt", "woff": "font/woff2", "nothing": "",
}

func kindsAnswer(w http.ResponseWriter, r *http.Request, answer io.Writer) {
	kind := r.PathValue("type")
	if t, ok := kindsTypes[kind]; ok {
		w.Header().Set("Content-Type", t)
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "no-store")
	body := kindsBody(kind, r)
	switch kind {
	case "nothing":
		w.WriteHeader(http.StatusNoContent)
	case "mp4":
		http.ServeFileFS(withWriter{w, answer}, r, media.FS, "clips/fragment.mp4")
	case "gz":
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = answer.(summing).sum.Write(body) // what counts is the text, not its coding
		packed := gzip.NewWriter(w)
		_, _ = packed.Write(body)
		_ = packed.Close()
	case "chunks", "sse":
		kindsStream(w, r, answer, body)
	case "cut", "slow":
		kindsHalf(w, r, answer, body)
	case "cached":
		w.Header().Set("Cache-Control", "max-age=600")
		_, _ = answer.Write(body)
	case "etag":
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(withWriter{w, answer}, r, "", time.Time{}, bytes.NewReader(body))
	case "file":
		w.Header().Set("Content-Disposition", `attachment; filename="file.zip"`)
		fallthrough
	default:
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = answer.Write(body)
	}
}

// withWriter is a ResponseWriter whose body goes another way.
type withWriter struct {
	http.ResponseWriter
	body io.Writer
}

func (w withWriter) Write(b []byte) (int, error) { return w.body.Write(b) }

// kindsBody differs with each address.
func kindsBody(kind string, r *http.Request) []byte {
	address := r.URL.RequestURI()
	switch kind {
	case "bin", "woff", "file":
		return noise(address, 70_001)
	case "large":
		return noise(address, 5<<20+1)
	case "js", "css":
		return []byte("/* " + address + " */\n" + "")
	case "html":
		return []byte("<!doctype html><title>" + r.Method + " " + strings.ReplaceAll(address, "&", "&amp;") + "</title>\n")
	case "png":
		return append(bytes.Clone(dot), address...)
	case "vtt":
		return []byte("WEBVTT\n\nNOTE " + address + "\n")
	case "sse", "chunks":
		var b bytes.Buffer
		for n := range 5 {
			fmt.Fprintf(&b, "id: %d\ndata: %s\n\n", n, address)
		}
		return b.Bytes()
	}
	return fmt.Appendf(nil, `{"method":%q,"address":%q,"greeting":"grüß dich"}`, r.Method, address)
}

// dot is a PNG of one pixel.
var dot = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82")

// noise are n bytes that depend on seed.
func noise(seed string, n int) []byte {
	sum := sha256.Sum256([]byte(seed))
	b := make([]byte, n)
	_, _ = rand.NewChaCha8(sum).Read(b) // never fails
	return b
}

// kindsStream sends piece by piece. With stay=1 it then waits for the client to leave.
func kindsStream(w http.ResponseWriter, r *http.Request, answer io.Writer, body []byte) {
	for _, piece := range bytes.SplitAfter(body, []byte("\n\n")) {
		_, _ = answer.Write(piece)
		_ = http.NewResponseController(w).Flush()
	}
	if r.URL.Query().Get("stay") != "" {
		<-r.Context().Done()
	}
}

// kindsHalf promises more than it sends; a slow one then waits for the client to leave.
func kindsHalf(w http.ResponseWriter, r *http.Request, answer io.Writer, body []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(2*len(body)))
	_, _ = answer.Write(body)
	_ = http.NewResponseController(w).Flush()
	if r.PathValue("type") == "slow" {
		<-r.Context().Done()
	}
}

// kindsHop sends on: n more times, then to an answer, with the status that the query asks for.
func kindsHop(w http.ResponseWriter, r *http.Request, answer io.Writer) {
	var n, status int
	query := r.URL.Query()
	_, err := fmt.Sscan(r.PathValue("n")+" "+query.Get("status"), &n, &status)
	if err != nil || n > 9 || status < 301 || status > 308 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Hop", r.PathValue("n"))
	next := fmt.Sprintf("/kinds/hop/%d?%s", n-1, r.URL.RawQuery)
	if n == 0 {
		next = "/kinds/a/json?" + r.URL.RawQuery
	}
	w.Header().Set("Location", next)
	w.WriteHeader(status)
	fmt.Fprintf(answer, "go to %s", next)
}

// kindsSocket greets, says everything back, and logs both. It takes the subprotocol "echo" (RFC 6455 §1.9).
func (s *Site) kindsSocket(w http.ResponseWriter, r *http.Request) {
	rec := w.(*statusWriter)
	rec.decide(http.StatusSwitchingProtocols)
	note := func(m Message) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log[rec.n].Messages = append(s.log[rec.n].Messages, m)
	}
	server := websocket.Server{Handler: func(c *websocket.Conn) {
		say := func(m Message) bool {
			note(m)
			if m.Binary {
				return websocket.Message.Send(c, []byte(m.Data)) == nil
			}
			return websocket.Message.Send(c, m.Data) == nil
		}
		if !say(Message{Data: "welcome to " + r.URL.RequestURI()}) {
			return
		}
		for {
			m := Message{FromClient: true}
			if codec.Receive(c, &m) != nil {
				return
			}
			note(m)
			m.FromClient = false
			if !say(m) {
				return
			}
		}
	}}
	server.ServeHTTP(rec.ResponseWriter, r)
}

// codec reads a message with its kind.
var codec = websocket.Codec{Unmarshal: func(data []byte, kind byte, v any) error {
	m := v.(*Message)
	m.Binary, m.Data = kind == websocket.BinaryFrame, string(data)
	return nil
}}
