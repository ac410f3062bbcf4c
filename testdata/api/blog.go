package api

import (
	"net/http"
	"strings"
)

// blog has slugs, names of tags, languages, dates in paths, and comments in comments.
func blog() Case { return Case{"blog", serveBlog, visitBlog} }

func post(slug string) object {
	return object{"slug": slug, "title": strings.ToUpper(slug), "published": "2024-03-01", "tags": []any{object{"name": "golang", "posts": 3}}, "author": object{"username": "ada", "avatar": nil}}
}

func comment(id int, replies ...any) object {
	return object{"id": id, "text": "well", "author": object{"username": "ada", "avatar": nil}, "replies": append([]any{}, replies...)}
}

func serveBlog(mux *http.ServeMux) {
	mux.HandleFunc("GET /{lang}/api/posts", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, object{"posts": []any{post("hello-world"), post("on-slugs"), post("news")}, "next": nil})
	})
	mux.HandleFunc("GET /{lang}/api/posts/{slug}", func(w http.ResponseWriter, r *http.Request) {
		p := post(r.PathValue("slug"))
		p["body"] = "<p>…</p>"
		reply(w, 200, p)
	})
	mux.HandleFunc("GET /{lang}/api/posts/{slug}/comments", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, []any{comment(1, comment(2, comment(3)), comment(4)), comment(5)})
	})
	mux.HandleFunc("GET /{lang}/api/archive/{year}/{month}", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, []any{post("hello-world")}) })
	mux.HandleFunc("GET /{lang}/api/tags", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `[{"name":"golang","posts":3},{"name":"http","posts":1},{"name":"c++","posts":2}]`)
	})
	mux.HandleFunc("GET /{lang}/api/tags/{tag}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"name": r.PathValue("tag"), "posts": []any{post("on-slugs")}})
	})
	mux.HandleFunc("GET /{lang}/api/authors/{name}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"username": r.PathValue("name"), "avatar": nil, "bio": "writes", "joined": "2020-02-02"})
	})
	mux.HandleFunc("GET /{lang}/api/rates/{date}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"date": r.PathValue("date"), "rates": object{"EUR": 1, "USD": 1.08, "JPY": 160.5}})
	})
	mux.HandleFunc("GET /{lang}/api/forgot-password", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, `{"hint":"none"}`) })
}

func visitBlog(v *Visitor) {
	v.get("/en/api/posts", "/en/api/posts/hello-world", "/en/api/posts/on-slugs", "/en/api/posts/hello-world/comments", "/de/api/posts", "/de/api/posts/news", "/de/api/posts/on-slugs/comments",
		"/en/api/archive/2024/03", "/en/api/archive/2023/11", "/de/api/archive/2024/03", "/en/api/tags", "/en/api/tags/golang", "/de/api/tags/c%2B%2B", "/en/api/tags/http", "/de/api/tags", "/en/api/authors/ada", "/de/api/authors/ada",
		"/en/api/rates/2024-03-01", "/de/api/rates/2024-03-02", "/en/api/forgot-password")
}
