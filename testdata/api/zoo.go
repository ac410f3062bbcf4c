package api

import "net/http"

// zoo has answers of several kinds told apart by a member, maps by id, language and currency, nulls, numbers beyond 64 bit and of both kinds.
func zoo() Case { return Case{"zoo", serveZoo, visitZoo} }

func serveZoo(mux *http.ServeMux) {
	at := func(path, text string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, text) })
	}
	at("/api/feed", `{"entries":[{"type":"photo","id":"p1","url":"https://a.example/1.jpg","width":640},{"type":"text","id":"t1","body":"x"},{"type":"photo","id":"p2","url":"https://a.example/2.jpg","width":1},
		{"type":"poll","id":"q1","options":[{"label":"a","votes":3},{"label":"b","votes":0}]},{"type":"text","id":"t2","body":""}]}`)
	at("/api/animals/{id}", `{"kind":"cat","name":"Tom","lives":9}`)
	at("/api/inventory", `{"17":{"stock":3,"price":1},"42":{"stock":0,"price":2.5},"1003":{"stock":null,"price":3}}`)
	at("/api/labels", `{"title":{"en":"Zoo","de":"Zoo","fr":"Zoo"},"prices":{"EUR":12,"USD":13.5,"CHF":11}}`)
	at("/api/numbers", `{"big":123456789012345678901234567890,"long":9007199254740993,"ratio":0.1,"count":3,"list":[1,2.5,-3e2],"none":null,"both":[1,"one",null,true]}`)
	at("/api/members", `{"members":{"6ba7b810-9dad-11d1-80b4-00c04fd430c8":{"role":"admin"},"6ba7b811-9dad-11d1-80b4-00c04fd430c8":{"role":"guest"}},"owner":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"}`)
	at("/api/empty", `[]`)
	at("/api/flag", `true`)
	at("/api/one", `[{"id":1,"parent":null,"tags":["x"]}]`)
	at("/api/tree", `{"name":"root","size":1,"folders":[{"name":"a","size":2,"folders":[{"name":"b","size":3,"folders":[]}]},{"name":"c","size":4,"folders":[]}]}`)
	at("/api/twice", `{"a":1,"a":"x","b":[{},{"c":1}]}`)
	mux.HandleFunc("GET /api/accounts/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") == "1" {
			reply(w, 200, `{"id":1,"owner":{"id":5,"name":"a","vip":true},"limit":100,"closed":null}`)
			return
		}
		reply(w, 200, `{"id":2,"owner":null,"limit":99.5,"closed":"2024-01-01"}`)
	})
}

func visitZoo(v *Visitor) {
	v.get("/api/feed", "/api/animals/1", "/api/animals/2", "/api/inventory", "/api/labels", "/api/numbers", "/api/members", "/api/empty", "/api/flag", "/api/one", "/api/tree", "/api/twice", "/api/accounts/1", "/api/accounts/2")
}
