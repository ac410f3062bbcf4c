package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// lists gives one list of items in every way in which servers give pages.
func lists() Case { return Case{"lists", serveLists, visitLists} }

// Items is how many items each list of lists has.
const Items = 47

func listed(from, to int) []any {
	out := []any{}
	for i := max(from, 0); i < min(to, Items); i++ {
		out = append(out, object{"id": 1000 + i, "name": fmt.Sprintf("Item %d", i), "size": object{"width": i, "height": 2 * i}})
	}
	return out
}

func cursorAt(n int) string { return fmt.Sprintf("c%06xq7Zk%02dW", n*7919+0xabc, n) }

func cursorOf(text string) int {
	for n := range Items {
		if cursorAt(n) == text {
			return n
		}
	}
	return 0
}

func number(r *http.Request, name string, otherwise int) int {
	if n, err := strconv.Atoi(r.FormValue(name)); err == nil {
		return n
	}
	return otherwise
}

func serveLists(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/by-page", func(w http.ResponseWriter, r *http.Request) {
		p := number(r, "page", 1)
		reply(w, 200, object{"items": listed(10*(p-1), 10*p), "page": p})
	})
	mux.HandleFunc("GET /api/by-offset", func(w http.ResponseWriter, r *http.Request) {
		at, n := number(r, "offset", 0), min(number(r, "limit", 5), 20)
		reply(w, 200, object{"rows": listed(at, at+n), "total": Items})
	})
	mux.HandleFunc("GET /api/by-cursor", func(w http.ResponseWriter, r *http.Request) {
		at := cursorOf(r.FormValue("cursor"))
		v := object{"data": listed(at, at+10), "meta": object{"next_cursor": nil}}
		if at+10 < Items {
			v["meta"] = object{"next_cursor": cursorAt(at + 10)}
		}
		reply(w, 200, v)
	})
	mux.HandleFunc("GET /api/by-token", func(w http.ResponseWriter, r *http.Request) {
		at := cursorOf(r.FormValue("pageToken"))
		v := object{"files": listed(at, at+12)}
		if at+12 < Items {
			v["nextPageToken"] = cursorAt(at + 12)
		}
		reply(w, 200, v)
	})
	mux.HandleFunc("GET /api/by-last", func(w http.ResponseWriter, r *http.Request) {
		at := number(r, "since_id", 999) - 999
		reply(w, 200, listed(at, at+9))
	})
	mux.HandleFunc("GET /api/by-link", func(w http.ResponseWriter, r *http.Request) {
		p := number(r, "page", 1)
		if 8*p < Items {
			w.Header().Set("Link", fmt.Sprintf(`</api/by-link?page=1>; rel="first", </api/by-link?page=%d>; rel="next"`, p+1))
		}
		reply(w, 200, listed(8*(p-1), 8*p))
	})
	mux.HandleFunc("GET /api/by-next", func(w http.ResponseWriter, r *http.Request) {
		at := number(r, "skip", 0)
		v := object{"count": Items, "next": nil, "previous": nil, "results": listed(at, at+15)}
		if at+15 < Items {
			v["next"] = fmt.Sprintf("http://%s/api/by-next?skip=%d", r.Host, at+15)
		}
		reply(w, 200, v)
	})
	mux.HandleFunc("GET /api/archive/page/{page}", func(w http.ResponseWriter, r *http.Request) {
		p, _ := strconv.Atoi(r.PathValue("page"))
		if 10*(p-1) >= Items {
			reply(w, 404, `{"error":"no such page"}`)
			return
		}
		reply(w, 200, object{"entries": listed(10*(p-1), 10*p)})
	})
	serveSearches(mux)
}

func serveSearches(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/search", func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Paging struct{ Page, Size int }
			Text   string
		}
		if json.NewDecoder(r.Body).Decode(&q) != nil || q.Paging.Size == 0 {
			reply(w, 400, `{"error":"what?"}`)
			return
		}
		p, n := q.Paging.Page, min(q.Paging.Size, 20)
		reply(w, 200, object{"hits": listed(p*n, p*n+n), "hasMore": (p+1)*n < Items, "page": p})
	})
	mux.HandleFunc("POST /graphql", func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Query     string
			Variables struct {
				First int
				After *string
			}
		}
		if json.NewDecoder(r.Body).Decode(&q) != nil || !strings.Contains(q.Query, "query Feed") {
			reply(w, 400, `{"errors":[{"message":"what?"}]}`)
			return
		}
		at, n := 0, min(max(q.Variables.First, 1), 20)
		if q.Variables.After != nil {
			at = cursorOf(*q.Variables.After)
		}
		reply(w, 200, object{"data": object{"feed": object{"nodes": listed(at, at+n), "pageInfo": object{"hasNextPage": at+n < Items, "endCursor": cursorAt(min(at+n, Items-1))}}}})
	})
}

const feed = `query Feed($first: Int!, $after: String) { feed(first: $first, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }`

func visitLists(v *Visitor) {
	v.get("/api/by-page?page=1", "/api/by-page?page=2", "/api/by-page?page=3", "/api/by-offset?offset=0&limit=5", "/api/by-offset?offset=5&limit=5", "/api/by-cursor", "/api/by-cursor?cursor="+cursorAt(10),
		"/api/by-token", "/api/by-last", "/api/by-last?since_id=1008", "/api/by-link", "/api/by-next", "/api/archive/page/1", "/api/archive/page/2")
	v.send("/api/search", `{"paging":{"page":0,"size":10},"text":"item"}`)
	v.send("/api/search", `{"paging":{"page":1,"size":10},"text":"item"}`)
	v.send("/graphql", `{"operationName":"Feed","query":"`+feed+`","variables":{"first":10,"after":null}}`)
	v.send("/graphql", `{"operationName":"Feed","query":"`+feed+`","variables":{"first":10,"after":"`+cursorAt(10)+`"}}`)
}
