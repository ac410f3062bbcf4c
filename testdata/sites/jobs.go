package sites

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"html/template"
	"net/http"
	"strconv"
	"time"
)

// The sizes of what the ready scenarios fetch.
const (
	MarketPages   = 199
	MarketPerPage = 20
	NovelChapters = 40
	ImageFiles    = 60
	GalleryImages = 45
	perScroll     = 15
)

// Credentials of /shop/.
const (
	ShopUser     = "ann"
	ShopPassword = "correct horse"
)

// jobs are the sites that the ready scenarios are for.
func (s *Site) jobs() {
	s.mux.HandleFunc("GET /market/prices", s.market)
	s.mux.HandleFunc("GET /novel/api/catalogue", catalogue)
	s.mux.HandleFunc("GET /novel/api/chapter", s.chapter)
	s.mux.HandleFunc("GET /images/images.json", images)
	s.mux.HandleFunc("GET /images/files/{name}", image)
	s.mux.HandleFunc("GET /shop/login", shopForm)
	s.mux.HandleFunc("POST /shop/login", shopLogin)
	s.mux.HandleFunc("GET /shop/account/orders", shopOrders)
	s.mux.HandleFunc("GET /gallery/more", galleryMore)
	s.mux.HandleFunc("GET /gallery/pictures/{name}", image)
}

// MarketRow is a line of the price table: its cells. Some have slashes, which nobody wants.
func MarketRow(page, line int) []string {
	n := (page-1)*MarketPerPage + line
	goods := []string{"Apples/red", "Pears", `Plums\dried`, "Cabbage / white", "Leeks", "Onions/yellow", "Carrots"}
	low := 100 + n*37%900
	price := func(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
	return []string{
		strconv.Itoa(n + 1), goods[n%len(goods)], price(low), price(low + 55), price(low + 25), "EUR/kg",
		time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/MarketPerPage).Format("2006-01-02"),
	}
}

var marketPage = template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><title>Prices, page {{.Page}}</title>
<h1>Market prices</h1>
<table><thead><tr><th>No</th><th>Product</th><th>Low</th><th>High</th><th>Average</th><th>Unit</th><th>Date</th></tr></thead>
<tbody>{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}</tbody></table>
{{if .Next}}<a rel="next" href="prices?page={{.Next}}">Next page</a>{{end}}
`))

// market answers as slowly as Options say.
func (s *Site) market(w http.ResponseWriter, r *http.Request) {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || page < 1 || page > MarketPages {
		http.NotFound(w, r)
		return
	}
	if !pause(r, s.opt.PageDelay) {
		return
	}
	v := struct {
		Page, Next int
		Rows       [][]string
	}{Page: page}
	if page < MarketPages {
		v.Next = page + 1
	}
	for line := range MarketPerPage {
		v.Rows = append(v.Rows, MarketRow(page, line))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = marketPage.Execute(w, v)
}

// Chapter is one of /novel/: some titles are no names of files, one has no text, and one is not there.
type Chapter struct {
	ID    int    `json:"id"`
	Title string `json:"title"`
}

// NovelTitle is the title of a chapter, from 0.
func NovelTitle(i int) string {
	odd := []string{"What? A/B: <begin>", "con", "..", "../../etc/passwd", "The \u202eend\u202c", "Same", "Same", " dots... ", "第九章 龙", "${.book} {{x}}"}
	if i < len(odd) {
		return odd[i]
	}
	return fmt.Sprintf("Chapter %d", i+1)
}

// NovelText is its text; "" of the third chapter, which is empty.
func NovelText(i int) string {
	if i == 2 {
		return ""
	}
	return fmt.Sprintf("This is what chapter %d says.\nIt has ${.two} lines.", i+1)
}

// NovelLost is the chapter that cannot be had, NovelLate one that is there when asked a second time.
const NovelLost, NovelLate = 11, 12

func chapterID(i int) int { return 1000 + i*7 }

func catalogue(w http.ResponseWriter, r *http.Request) {
	list := []Chapter{}
	for i := range NovelChapters {
		list = append(list, Chapter{chapterID(i), NovelTitle(i)})
	}
	writeJSON(w, map[string]any{"title": "A book", "chapters": list})
}

// chapter takes its number in a parameter that holds JSON.
func (s *Site) chapter(w http.ResponseWriter, r *http.Request) {
	var data struct{ Book, Chapter int }
	if json.Unmarshal([]byte(r.URL.Query().Get("data")), &data) != nil || data.Book != 1 {
		http.Error(w, "data must be JSON with book and chapter", http.StatusBadRequest)
		return
	}
	i := (data.Chapter - 1000) / 7
	switch {
	case i < 0 || i >= NovelChapters || i == NovelLost || chapterID(i) != data.Chapter:
		http.NotFound(w, r)
	case i == NovelLate && s.count(r) == 1:
		http.Error(w, "come again", http.StatusServiceUnavailable)
	default:
		writeJSON(w, map[string]any{"id": data.Chapter, "title": NovelTitle(i), "text": NovelText(i)})
	}
}

// count is how often this very address was asked for, this time included.
func (s *Site) count(r *http.Request) (n int) {
	address := "http://" + r.Host + r.URL.RequestURI()
	for _, line := range s.Log() {
		if line.URL == address {
			n++
		}
	}
	return n
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func images(w http.ResponseWriter, _ *http.Request) {
	list := []map[string]any{}
	for i := range ImageFiles {
		list = append(list, map[string]any{"path": fmt.Sprintf("/files/picture-%02d.png", i), "title": fmt.Sprintf("Picture %d", i)})
	}
	writeJSON(w, list)
}

// ImageBytes are those of a picture of /images/ or /gallery/: a PNG of one colour, and text behind it that makes it longer.
func ImageBytes(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk(&b, "IHDR", []byte{0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0})
	// zlib: one stored block of a filter byte and three of colour, and its Adler-32.
	raw := []byte{0, sum[0], sum[1], sum[2]}
	z := append([]byte{0x78, 1, 1, 4, 0, 0xfb, 0xff}, raw...)
	low, high := uint32(1), uint32(0)
	for _, c := range raw {
		low = (low + uint32(c)) % 65521
		high = (high + low) % 65521
	}
	chunk(&b, "IDAT", append(z, byte(high>>8), byte(high), byte(low>>8), byte(low)))
	chunk(&b, "tEXt", bytes.Repeat([]byte(hex.EncodeToString(sum[:])), 200))
	chunk(&b, "IEND", nil)
	return b.Bytes()
}

// chunk writes one (PNG §5.3).
func chunk(b *bytes.Buffer, kind string, data []byte) {
	n := len(data)
	b.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	from := b.Len()
	b.WriteString(kind)
	b.Write(data)
	c := crc32.ChecksumIEEE(b.Bytes()[from:])
	b.Write([]byte{byte(c >> 24), byte(c >> 16), byte(c >> 8), byte(c)})
}

func image(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data := ImageBytes(name)
	sum := sha256.Sum256(data)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, name, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), bytes.NewReader(data))
}

const shopCookie = "shop-session"

func shopToken(r *http.Request) string {
	sum := sha256.Sum256([]byte("csrf of " + r.Host))
	return hex.EncodeToString(sum[:8])
}

func shopForm(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><title>Log in</title><form method="post"><input type="hidden" name="csrf" value="%s">
<label>Name <input name="user"></label> <label>Password <input name="password" type="password"></label> <button type="submit">Log in</button></form>`, shopToken(r))
}

func shopLogin(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.PostFormValue("csrf") != shopToken(r):
		http.Error(w, "no token", http.StatusForbidden)
	case r.PostFormValue("user") != ShopUser || r.PostFormValue("password") != ShopPassword:
		http.Error(w, "wrong name or password", http.StatusUnauthorized)
	default:
		http.SetCookie(w, &http.Cookie{Name: shopCookie, Value: shopToken(r), Path: "/shop/", MaxAge: 3600, HttpOnly: true})
		http.Redirect(w, r, "account/orders", http.StatusSeeOther)
	}
}

func shopOrders(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(shopCookie); err != nil || c.Value != shopToken(r) {
		http.Error(w, "log in first", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><title>Orders</title><p id="account">`+ShopUser+`</p><table><thead><tr><th>Number<th>Date<th>Total<th></thead><tbody>`)
	for i := range 8 {
		fmt.Fprintf(w, `<tr><td>%d<td>2026-0%d-11<td>€ %d,%03d.50<td><a href="orders/%d">open</a>`, 100+i, i+1, i, i*111, 100+i)
	}
	fmt.Fprint(w, `</table>`)
}

func galleryMore(w http.ResponseWriter, r *http.Request) {
	from, _ := strconv.Atoi(r.URL.Query().Get("from"))
	list := []map[string]any{}
	for i := max(from, 0); i < min(from+perScroll, GalleryImages); i++ {
		list = append(list, map[string]any{"title": fmt.Sprintf("Picture %d", i+1), "src": fmt.Sprintf("pictures/view-%02d.png", i)})
	}
	writeJSON(w, list)
}
