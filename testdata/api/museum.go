package api

import (
	"net/http"
	"strings"
)

// museum has HAL, artists that are named by one word each beside fixed words, images by size, a list that is now an array and now one object, and XML of
// its own.
func museum() Case { return Case{"museum", serveMuseum, visitMuseum} }

func serveMuseum(mux *http.ServeMux) {
	hal := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/hal+json")
		reply(w, 200, v)
	}
	artist := func(name string) object {
		return object{"name": name, "born": 1840, "died": nil, "_links": object{"self": object{"href": "/artists/" + name}, "works": object{"href": "/artists/" + name + "/works"}}}
	}
	mux.HandleFunc("GET /artists", func(w http.ResponseWriter, _ *http.Request) {
		hal(w, object{"_embedded": object{"artists": []any{artist("monet"), artist("renoir"), artist("cassatt")}}, "_links": object{"self": object{"href": "/artists"}, "next": object{"href": "/artists?cursor=b3A"}}, "count": 3})
	})
	mux.HandleFunc("GET /artists/{name}", func(w http.ResponseWriter, r *http.Request) { hal(w, artist(r.PathValue("name"))) })
	mux.HandleFunc("GET /artists/search", func(w http.ResponseWriter, _ *http.Request) {
		hal(w, object{"hits": []any{object{"score": 1.5, "artist": artist("monet")}}, "took": 3})
	})
	mux.HandleFunc("GET /artists/{name}/works", func(w http.ResponseWriter, r *http.Request) {
		one := object{"id": 17, "title": "Lilies", "year": "c. 1906"}
		if r.PathValue("name") == "monet" {
			hal(w, object{"works": []any{one, object{"id": 18, "title": "Haystacks", "year": 1891}}})
			return
		}
		hal(w, object{"works": one})
	})
	mux.HandleFunc("GET /works/{id}/image/{size}", func(w http.ResponseWriter, r *http.Request) {
		side := map[string]int{"small": 200, "medium": 400, "large": 800}[r.PathValue("size")]
		reply(w, 200, object{"src": "https://img.example/" + r.PathValue("id"), "width": side, "height": side, "bytes": side * side})
	})
	mux.HandleFunc("GET /opening", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		reply(w, 200, `<?xml version="1.0"?><opening floor="`+strings.Repeat("1", len(r.URL.Query().Get("day")))+`"><day name="mon" open="9.5">late</day><day name="tue" open="10"/></opening>`)
	})
}

func visitMuseum(v *Visitor) {
	v.get("/artists", "/artists/monet", "/artists/renoir", "/artists/cassatt", "/artists/search?q=mo", "/artists/monet/works", "/artists/renoir/works", "/works/17/image/small", "/works/17/image/medium", "/works/18/image/large", "/works/18/image/small",
		"/opening?day=mo", "/opening?day=t")
}
