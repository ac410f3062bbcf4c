package sites

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// RecordingRows is how many rows /recordings/api/rows has.
const RecordingRows = 20

// told is what the pages of /recordings/ said that was done to them, in order.
type told struct {
	mu   sync.Mutex
	list []telling
}

// telling is what tell.js says.
type telling struct {
	at     float64 // milliseconds since 1970
	number int     // in its document
	text   string
}

// add takes a beacon to its place: it may have overtaken one that was sent before.
func (t *told) add(beacon string) error {
	var l telling
	at, rest, _ := strings.Cut(beacon, " ")
	number, text, _ := strings.Cut(rest, " ")
	var err, wrong error
	l.at, err = strconv.ParseFloat(at, 64)
	l.number, wrong = strconv.Atoi(number)
	l.text = text
	if err := errors.Join(err, wrong); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i, _ := slices.BinarySearchFunc(t.list, l, func(a, b telling) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.number, b.number), -1) // behind its like
	})
	t.list = slices.Insert(t.list, i, l)
	return nil
}

// texts are in order. The caller holds t.mu.
func (t *told) texts() []string {
	list := make([]string, len(t.list))
	for i, l := range t.list {
		list[i] = l.text
	}
	return list
}

// Told is what the pages of /recordings/ said that was done to them, in order, since the last call.
func (s *Site) Told() []string {
	s.told.mu.Lock()
	defer s.told.mu.Unlock()
	list := s.told.texts()
	s.told.list = nil
	return list
}

// TellsAll reports whether the pages have said all of it, in any order; what is wanted twice, twice.
func (s *Site) TellsAll(want []string) bool {
	s.told.mu.Lock()
	defer s.told.mu.Unlock()
	left := s.told.texts()
	for _, w := range want {
		i := slices.Index(left, w)
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}

// recordings are pages to which everything can be done that a person does.
func (s *Site) recordings() {
	s.mux.HandleFunc("POST /recordings/log", func(w http.ResponseWriter, r *http.Request) {
		line, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if err == nil {
			err = s.told.add(string(line))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	s.recordedWindows()
	s.recordedFiles()
	s.recordedFrames()
	s.mux.HandleFunc("GET /recordings/api/rows", func(w http.ResponseWriter, _ *http.Request) {
		rows := make([]map[string]any, RecordingRows)
		for i := range rows {
			rows[i] = map[string]any{"id": i + 1, "name": fmt.Sprintf("Row %d", i+1)}
		}
		writeJSON(w, map[string]any{"rows": rows, "total": RecordingRows})
	})
	s.mux.HandleFunc("GET /recordings/strict", func(w http.ResponseWriter, r *http.Request) { // the market, as strict as can be
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; form-action 'none'; base-uri 'none'")
		http.ServeFileFS(w, r, s.pages, "recordings/market.html")
	})
	s.mux.HandleFunc("GET /recordings/thanks", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		q := r.URL.Query()
		var got []string
		for _, name := range []string{"name", "secret", "code", "date", "colour", "notes", "left"} {
			if v := q.Get(name); v != "" {
				got = append(got, name+"="+v)
			}
		}
		fmt.Fprintf(w, `<!doctype html><title>Thanks</title><link rel="icon" href="data:,"><output id="state">%s</output><p><a href="./">Back</a></p>`, html.EscapeString(strings.Join(got, " ")))
	})
}

// recordedWindows are pages for popups, whose addresses are never the same. That of the first takes longer than that of the second.
func (s *Site) recordedWindows() {
	s.mux.HandleFunc("GET /recordings/tickets/{id}", func(w http.ResponseWriter, r *http.Request) {
		who := html.EscapeString(r.URL.Query().Get("who"))
		if who == "first" {
			select {
			case <-time.After(300 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Ticket</title><link rel="icon" href="data:,"><button id="take">Take it</button> <button id="end">Close this</button>
<script>document.getElementById("take").onclick = () => opener.postMessage("took the %[1]s", "*"); document.getElementById("end").onclick = () => { opener.postMessage("closed the %[1]s", "*"); close(); };</script>`, who)
	})
}

// recordedFrames are documents for a frame, each with a link to the next one, which takes its time; all but their words are alike.
func (s *Site) recordedFrames() {
	s.mux.HandleFunc("GET /recordings/part/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 1 {
			http.NotFound(w, r)
			return
		}
		if n > 1 {
			select {
			case <-time.After(500 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Part</title><link rel="icon" href="data:,"><a href="%[1]d">Go on</a> <form action="%[1]d"><input aria-label="Word" name="word"></form><script>parent.postMessage("part %[2]d", "*")</script>`, n+1, n)
	})
}

// recordedFiles are files to download. An address is good for once.
func (s *Site) recordedFiles() {
	var used sync.Map
	s.mux.HandleFunc("GET /recordings/report", func(w http.ResponseWriter, r *http.Request) {
		if _, twice := used.LoadOrStore(r.URL.Query().Get("once"), true); twice {
			http.Error(w, "that address was used", http.StatusGone)
			return
		}
		w.Header().Set("Content-Disposition", `attachment; filename="report of today.csv"`)
		_, _ = io.WriteString(w, "a,b\n1,2\n")
	})
	s.mux.HandleFunc("POST /recordings/form-report", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="report.csv"`)
		_, _ = io.WriteString(w, "of,"+r.PostFormValue("of")+"\n")
	})
}

// Static answers everything with one text.
func Static(contentType, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, text)
	})
}
