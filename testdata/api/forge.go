package api

import (
	"net/http"
)

// forge has resources in resources, three deep, all named by words that people chose; a name that has a slash in it; ids of every kind in one place.
func forge() Case { return Case{"forge", serveForge, visitForge} }

func serveForge(mux *http.ServeMux) {
	repo := func(org, name string) object {
		return object{"full_name": org + "/" + name, "name": name, "owner": object{"login": org, "type": "Organization"}, "private": false, "stargazers_count": 7, "license": nil, "default_branch": "main"}
	}
	commit := func(sha string) object {
		return object{"sha": sha, "message": "Mend it", "author": object{"name": "A", "date": "2024-01-02T03:04:05Z"}, "parents": []any{object{"sha": "9fceb02d0ae598e95dc970b74767f19372d61af8"}}}
	}
	mux.HandleFunc("GET /orgs/{org}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"login": r.PathValue("org"), "description": nil, "public_repos": 3, "url": "https://forge.example/orgs/" + r.PathValue("org")})
	})
	mux.HandleFunc("GET /orgs/{org}/repos", func(w http.ResponseWriter, r *http.Request) {
		o := r.PathValue("org")
		reply(w, 200, []any{repo(o, "engine"), repo(o, "site"), repo(o, "docs")})
	})
	mux.HandleFunc("GET /repos/{org}/{repo}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, repo(r.PathValue("org"), r.PathValue("repo")))
	})
	mux.HandleFunc("GET /repos/{org}/{repo}/branches", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `[{"name":"main","protected":true},{"name":"feature/login","protected":false}]`)
	})
	mux.HandleFunc("GET /repos/{org}/{repo}/branches/{branch}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"name": r.PathValue("branch"), "protected": r.PathValue("branch") == "main", "commit": commit("d670460b4b4aece5915caf5c68d12f560a9fe3e4")})
	})
	mux.HandleFunc("GET /repos/{org}/{repo}/commits/{sha}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, commit(r.PathValue("sha")))
	})
	mux.HandleFunc("GET /repos/{org}/{repo}/compare/{range}", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, object{"ahead_by": 1, "behind_by": 0, "commits": []any{commit("d670460b4b4aece5915caf5c68d12f560a9fe3e4")}})
	})
	mux.HandleFunc("GET /objects/{id}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"id": r.PathValue("id"), "kind": "blob", "size": 12})
	})
	mux.HandleFunc("POST /objects/bulk", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 207, `{"results":[{"id":"1","status":200},{"id":"2","status":404,"error":"no such object"}]}`)
	})
	mux.HandleFunc("DELETE /objects", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, `{"deleted":2}`) })
}

func visitForge(v *Visitor) {
	v.get("/orgs/acme", "/orgs/acme/repos", "/repos/acme/engine", "/repos/acme/engine/branches", "/repos/acme/engine/branches/main", "/repos/acme/engine/branches/feature%2Flogin", "/repos/acme/site", "/repos/acme/site/branches",
		"/repos/acme/site/branches/main", "/orgs/umbrella", "/orgs/umbrella/repos", "/repos/umbrella/docs", "/repos/umbrella/docs/branches", "/repos/acme/engine/commits/d670460b4b4aece5915caf5c68d12f560a9fe3e4",
		"/repos/acme/site/commits/9fceb02d0ae598e95dc970b74767f19372d61af8", "/repos/acme/engine/compare/main...feature%2Flogin", "/repos/umbrella/docs/compare/main...next",
		"/objects/7", "/objects/018f3a7e-5c1e-7b6a-9c55-0123456789ab", "/objects/read-me-first", "/objects/01HX3T7E5C1E7B6A9C550123AB")
	v.send("/objects/bulk", `{"ids":["1","2"]}`)
	v.as("Fetch", "DELETE", "/objects?ids=1,2", "")
}
