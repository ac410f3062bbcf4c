package sites

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// The lists of /steps/ that have several pages.
const (
	StepPages   = 5
	StepPerPage = 4
	StepRows    = 400 // of the virtual list
)

// steps are the pages on which each kind of step is tried, and what they ask for.
func (s *Site) steps() {
	s.mux.HandleFunc("GET /steps/api/answer", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		writeJSON(w, map[string]any{"n": n, "big": int64(9007199254740993)})
	})
	s.mux.HandleFunc("GET /steps/api/items", stepItems)
	s.mux.HandleFunc("GET /steps/list", stepList)
	s.mux.HandleFunc("POST /steps/upload", stepUpload)
}

// StepItem is an entry of a list, from 0.
func StepItem(i int) string { return fmt.Sprintf("Item %d", i+1) }

func stepPage(r *http.Request) (page int, items []string) {
	page, _ = strconv.Atoi(r.URL.Query().Get("page"))
	page = min(max(page, 1), StepPages)
	for i := range StepPerPage {
		items = append(items, StepItem((page-1)*StepPerPage+i))
	}
	return page, items
}

func stepItems(w http.ResponseWriter, r *http.Request) {
	page, items := stepPage(r)
	writeJSON(w, map[string]any{"items": items, "last": page == StepPages})
}

// stepList is a list with a link to the next page; on the last one that is disabled.
func stepList(w http.ResponseWriter, r *http.Request) {
	page, items := stepPage(r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><title>Page %d</title><ul><li>%s</ul>", page, strings.Join(items, "<li>"))
	if page < StepPages {
		fmt.Fprintf(w, `<a id="next" href="list?page=%d">Next</a>`, page+1)
	} else {
		fmt.Fprint(w, `<a id="next" class="disabled">Next</a>`)
	}
}

// stepUpload says what it was given.
func stepUpload(w http.ResponseWriter, r *http.Request) {
	const most = 1 << 20
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if err := r.ParseMultipartForm(most); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><title>Sent</title><output id="state">`)
	for _, h := range r.MultipartForm.File["file"] {
		f, err := h.Open()
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(f)
		_ = f.Close()
		fmt.Fprintf(w, "%s:%s ", h.Filename, text)
	}
	fmt.Fprint(w, "</output>")
}
