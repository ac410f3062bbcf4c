package api

import (
	"fmt"
	"net/http"
)

// jsonAPI speaks JSON:API 1.1: parameters with brackets, resources told apart by their type, relationships, pointers in errors.
func jsonAPI() Case { return Case{"jsonapi", serveJSONAPI, visitJSONAPI} }

func serveJSONAPI(mux *http.ServeMux) {
	send := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", "application/vnd.api+json")
		reply(w, status, v)
	}
	person := func(id string) object {
		return object{"type": "people", "id": id, "attributes": object{"first-name": "Dan", "last-name": "G", "twitter": nil}, "links": object{"self": "/people/" + id}}
	}
	comment := func(id string) object {
		return object{"type": "comments", "id": id, "attributes": object{"body": "First!"}, "relationships": object{"author": object{"data": object{"type": "people", "id": "2"}}}}
	}
	article := func(id string) object {
		return object{"type": "articles", "id": id, "attributes": object{"title": "T" + id, "published-at": "2024-01-02T03:04:05Z"}, "relationships": object{
			"author":   object{"data": object{"type": "people", "id": "9"}, "links": object{"related": "/articles/" + id + "/author"}},
			"comments": object{"data": []any{object{"type": "comments", "id": "5"}}},
		}, "links": object{"self": "/articles/" + id}}
	}
	mux.HandleFunc("GET /articles", func(w http.ResponseWriter, r *http.Request) {
		page := r.URL.Query().Get("page[number]")
		send(w, 200, object{"data": []any{article("1"), article("2")}, "included": []any{person("9"), comment("5"), comment("12")}, "links": object{"self": "/articles", "next": "/articles?page[number]=2" + page}, "meta": object{"total": 13}})
	})
	mux.HandleFunc("GET /articles/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") == "999" {
			send(w, 404, `{"errors":[{"status":"404","title":"Not found","source":{"pointer":"/data"}}]}`)
			return
		}
		send(w, 200, object{"data": article(r.PathValue("id")), "included": []any{person("9")}})
	})
	mux.HandleFunc("PATCH /articles/{id}", func(w http.ResponseWriter, r *http.Request) {
		send(w, 200, object{"data": article(r.PathValue("id"))})
	})
	mux.HandleFunc("GET /articles/{id}/author", func(w http.ResponseWriter, _ *http.Request) { send(w, 200, object{"data": person("9")}) })
	mux.HandleFunc("GET /articles/{id}/relationships/comments", func(w http.ResponseWriter, _ *http.Request) {
		send(w, 200, `{"data":[{"type":"comments","id":"5"}],"links":{"self":"/articles/1/relationships/comments"}}`)
	})
	mux.HandleFunc("POST /articles/{id}/relationships/comments", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	mux.HandleFunc("GET /people/{id}", func(w http.ResponseWriter, r *http.Request) { send(w, 200, object{"data": person(r.PathValue("id"))}) })
}

func visitJSONAPI(v *Visitor) {
	v.header.Set("Accept", "application/vnd.api+json")
	v.get("/articles?include=author,comments&page[number]=1&page[size]=2&fields[articles]=title", "/articles?include=author&page[number]=2&page[size]=2", "/articles/1?include=author", "/articles/2", "/articles/999",
		"/articles/1/author", "/articles/2/author", "/articles/1/relationships/comments", "/people/9", "/people/2")
	v.header.Set("Content-Type", "application/vnd.api+json")
	for i := range 2 {
		v.as("Fetch", "PATCH", fmt.Sprintf("/articles/%d", i+1), fmt.Sprintf(`{"data":{"type":"articles","id":"%d","attributes":{"title":"New"}}}`, i+1))
	}
	v.send("/articles/1/relationships/comments", `{"data":[{"type":"comments","id":"12"}]}`)
}
