package sites

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// shop serves /shop/, a page with an API behind it: a list in pages, its items, a cart whose token against forgery is good for one use, and
// the stock, which is told to nobody but the page's own scripts: they prove themselves anew for each request.
func (s *Site) shop() {
	v := &visitors{tokens: map[string]string{}, proofs: map[string]bool{}}
	s.mux.HandleFunc("GET /shop/{$}", v.page)
	s.mux.HandleFunc("GET /shop/api/products", func(w http.ResponseWriter, r *http.Request) {
		const size = 10
		page, err := strconv.Atoi(r.URL.Query().Get("page"))
		if err != nil || page < 1 {
			page = 1
		}
		list := []product{}
		for id := size*(page-1) + 1; id <= min(size*page, products); id++ {
			list = append(list, productOf(id))
		}
		inJSON(w, map[string]any{"products": list, "page": page, "pages": (products + size - 1) / size})
	})
	s.mux.HandleFunc("GET /shop/api/products/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil || id < 1 || id > products {
			http.Error(w, `{"error":"no such product"}`, http.StatusNotFound)
			return
		}
		p := productOf(id)
		p.Text = "The " + p.Name + ", which is for sale."
		inJSON(w, p)
	})
	s.mux.HandleFunc("POST /shop/api/cart", v.cart)
	s.mux.HandleFunc("GET /shop/api/stock/{id}", v.stock)
}

// products is how many there are.
const products = 34

type product struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Price price    `json:"price"`
	Tags  []string `json:"tags"`
	Text  string   `json:"text,omitempty"`
}

type price struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
}

func productOf(id int) product {
	names := []string{"anchor", "buoy", "compass", "dinghy", "float", "gaff"}
	return product{ID: id, Name: fmt.Sprintf("%s %d", names[id%len(names)], id), Price: price{float64(id)*3 + 0.95, "EUR"}, Tags: []string{"sea"}}
}

func inJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// visitors are those whom the shop knows.
type visitors struct {
	mu     sync.Mutex
	tokens map[string]string // by cookie
	proofs map[string]bool   // that were used
}

func random() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

func (v *visitors) page(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	id := ""
	if k, err := r.Cookie("shop_session"); err == nil {
		id = k.Value
	}
	if _, known := v.tokens[id]; !known {
		id = random()
		http.SetCookie(w, &http.Cookie{Name: "shop_session", Value: id, Path: "/shop", HttpOnly: true})
	}
	v.tokens[id] = random()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, strings.Replace(shopPage, "TOKEN", v.tokens[id], 1))
}

// cart takes a token once.
func (v *visitors) cart(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k, err := r.Cookie("shop_session")
	if err != nil || v.tokens[k.Value] == "" || r.Header.Get("X-CSRF-Token") != v.tokens[k.Value] {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(419)
		fmt.Fprint(w, `{"error":"the page has expired"}`)
		return
	}
	v.tokens[k.Value] = ""
	var line struct {
		Product int `json:"product"`
		Count   int `json:"count"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&line); err != nil || line.Count < 1 {
		http.Error(w, `{"error":"count must be one or more"}`, http.StatusBadRequest)
		return
	}
	inJSON(w, map[string]any{"lines": []any{line}, "total": productOf(line.Product).Price.Amount * float64(line.Count)})
}

// stock wants a proof that was not used before: the time, and a sum of it that the page's script knows how to make.
func (v *visitors) stock(w http.ResponseWriter, r *http.Request) {
	proof := r.Header.Get("X-Proof")
	at, sum, _ := strings.Cut(proof, ".")
	h := fnv.New32a()
	fmt.Fprintf(h, "%s|%s", at, r.URL.Path)
	ms, err := strconv.ParseInt(at, 10, 64)
	v.mu.Lock()
	used := v.proofs[proof]
	v.proofs[proof] = true
	v.mu.Unlock()
	if used || err != nil || sum != fmt.Sprint(h.Sum32()) || time.Since(time.UnixMilli(ms)).Abs() > time.Minute {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error":"browsers only"}`)
		return
	}
	id, _ := strconv.Atoi(r.PathValue("id"))
	inJSON(w, map[string]any{"id": id, "stock": id * 7 % 13})
}

const shopPage = `<!doctype html>
<meta charset="utf-8">
<meta name="csrf-token" content="TOKEN">
<title>The shop by the harbour</title>
<h1>The shop by the harbour</h1>
<ul></ul>
<script>
let proofs = 0;
const plain = window.fetch;
window.fetch = (url, options = {}) => {
  const path = new URL(url, location).pathname;
  if (path.startsWith("/shop/api/stock/")) {
    const at = Date.now() + proofs++;
    let sum = 0x811c9dc5;
    for (const c of new TextEncoder().encode(at + "|" + path)) sum = Math.imul(sum ^ c, 0x01000193) >>> 0;
    options = { ...options, headers: { ...options.headers, "X-Proof": at + "." + sum } };
  }
  return plain(url, options);
};
const get = async (path) => (await fetch("/shop/api/" + path, { headers: { "X-Client": "shop-3" } })).json();
(async () => {
  for (const page of [1, 2]) {
    for (const p of (await get("products?page=" + page)).products) {
      document.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: p.name }));
    }
  }
  for (const id of [3, 12]) {
    await get("products/" + id);
    await get("stock/" + id);
  }
  await fetch("/shop/api/cart", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content },
    body: JSON.stringify({ product: 3, count: 1 }),
  });
})();
</script>
`
