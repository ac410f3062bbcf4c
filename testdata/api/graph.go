package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// graph is GraphQL at one address: named, anonymous, persisted, by GET, in batches.
func graph() Case { return Case{"graph", serveGraph, visitGraph} }

func graphAnswer(q string) object {
	user := object{"__typename": "User", "id": "VXNlcjox", "login": "ada"}
	switch {
	case strings.Contains(q, "GetUser"):
		return object{"data": object{"user": user}}
	case strings.Contains(q, "AddStar"):
		return object{"data": object{"addStar": object{"starrable": object{"id": "UmVwbzox", "count": 3}}}}
	case strings.Contains(q, "Missing"):
		return object{"data": nil, "errors": []any{object{"message": "no such field", "path": []any{"missing", 0}}}}
	case strings.Contains(q, "viewer"):
		return object{"data": object{"viewer": user}}
	}
	return object{"data": object{"search": object{"nodes": []any{user, object{"__typename": "Repo", "id": "UmVwbzox", "stars": 3}}, "pageInfo": object{"hasNextPage": true, "endCursor": "Y3Vyc29yOjI="}}}}
}

func serveGraph(mux *http.ServeMux) {
	mux.HandleFunc("GET /graphql", func(w http.ResponseWriter, r *http.Request) { reply(w, 200, graphAnswer(r.URL.RawQuery)) })
	mux.HandleFunc("POST /graphql", func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		var batch []json.RawMessage
		if json.Unmarshal(text, &batch) == nil {
			var list []any
			for _, q := range batch {
				list = append(list, graphAnswer(string(q)))
			}
			reply(w, 200, list)
			return
		}
		reply(w, 200, graphAnswer(string(text)))
	})
}

func visitGraph(v *Visitor) {
	v.send("/graphql", `{"operationName":"GetUser","query":"query GetUser($login: String!) { user(login: $login) { id login } }","variables":{"login":"ada"}}`)
	v.send("/graphql", `{"query":"# a comment query Wrong\nquery GetUser($login: String!) { user(login: $login) { id login } }","variables":{"login":"bob"}}`)
	v.send("/graphql", `{"query":"fragment F on User { id } query Search($q: String!, $after: String) { search(q: $q, after: $after) { nodes { ...F } } }","variables":{"q":"a","after":null}}`)
	v.send("/graphql", `{"query":"mutation AddStar($id: ID!) { addStar(id: $id) { starrable { id } } }","variables":{"id":"UmVwbzox"}}`)
	v.send("/graphql", `{"query":"{ viewer { id login } }"}`)
	v.send("/graphql", `{"query":"query Missing { missing }"}`)
	v.send("/graphql", `[{"operationName":"GetUser","query":"query GetUser { user { id } }","variables":{"login":"eve"}},{"operationName":"Search","query":"query Search { search { id } }","variables":{"q":"b","after":"Y3Vyc29yOjI="}}]`)
	v.get(`/graphql?operationName=GetUser&variables=%7B%22login%22%3A%22ada%22%7D&extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38%22%7D%7D`)
}
