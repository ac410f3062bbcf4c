package api

import (
	"io"
	"net/http"
)

// forms has a session in a cookie, a token against forgery that stands in the page, a login form that redirects, and changes without an answer.
func forms() Case { return Case{"forms", serveForms, visitForms} }

const forgery = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"

func serveForms(mux *http.ServeMux) {
	mux.HandleFunc("GET /account", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sessionid", Value: "s3cr3t-session-value-0001", Path: "/", HttpOnly: true})
		http.SetCookie(w, &http.Cookie{Name: "theme", Value: "dark", Path: "/"})
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<meta name="csrf-token" content="`+forgery+`"><form>`)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/account", http.StatusFound) })
	mux.HandleFunc("GET /ajax/profile", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `{"name":"Ada","csrf":"`+forgery+`","newsletter":true}`)
	})
	mux.HandleFunc("PUT /ajax/profile", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-CSRF-Token") != forgery {
			reply(w, 403, `{"message":"forged"}`)
			return
		}
		w.WriteHeader(204)
	})
	mux.HandleFunc("POST /ajax/messages", func(w http.ResponseWriter, _ *http.Request) { reply(w, 201, `{"ok":1}`) })
	mux.HandleFunc("DELETE /ajax/messages/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	mux.HandleFunc("GET /ajax/weather", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"city": r.FormValue("q"), "degrees": 21.5})
	})
}

func visitForms(v *Visitor) {
	v.as("Document", "POST", "/login", "user=ada&password=correct-horse-battery")
	v.as("Document", "GET", "/account", "")
	v.get("/ajax/profile")
	v.as("XHR", "PUT", "/ajax/profile", `{"newsletter":false}`)
	v.header.Set("X-Csrf-Token", forgery)
	v.header.Set("X-Client-Version", "4.2")
	v.as("XHR", "PUT", "/ajax/profile", `{"newsletter":false}`)
	v.as("XHR", "PUT", "/ajax/profile", `{"newsletter":true,"name":"A"}`)
	v.as("XHR", "POST", "/ajax/messages", "to=12&text=hello+there&to=13")
	v.as("XHR", "DELETE", "/ajax/messages/41", "")
	v.get("/ajax/weather?q=Bern&appid=b6907d289e10d714a6e88b30761fae22&units=metric", "/ajax/weather?q=Rome&appid=b6907d289e10d714a6e88b30761fae22&units=metric", "/ajax/weather?q=Oslo&appid=b6907d289e10d714a6e88b30761fae22")
}
