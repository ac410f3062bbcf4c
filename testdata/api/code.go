package api

import (
	"net/http"
	"strings"
)

// code has owners and repositories whose names are words, file names with encoded slashes, hashes, and versions: of the API and of packages.
func code() Case { return Case{"code", serveCode, visitCode} }

func repo(owner, name string) object {
	return object{"full_name": owner + "/" + name, "owner": object{"login": owner, "type": "User"}, "stars": len(name) * 1000000007, "default_branch": "main", "license": nil, "homepage": "https://" + name + ".example/"}
}

func serveCode(mux *http.ServeMux) {
	mux.HandleFunc("GET /v2/repos/{owner}/{repo}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, repo(r.PathValue("owner"), r.PathValue("repo")))
	})
	mux.HandleFunc("GET /v2/repos/{owner}/{repo}/contents/{path}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"path": r.PathValue("path"), "size": 12, "encoding": "base64", "content": "AAAA"})
	})
	mux.HandleFunc("GET /v2/repos/{owner}/{repo}/commits/{sha}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"sha": r.PathValue("sha"), "message": "fix", "parents": []string{strings.Repeat("ab12", 10)}})
	})
	mux.HandleFunc("GET /v2/repos/{owner}/{repo}/issues", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `[{"number":1,"title":"a","labels":[{"name":"bug","color":"f00"}],"closed_at":null},{"number":2,"title":"b","labels":[],"closed_at":"2024-01-01T00:00:00Z"}]`)
	})
	mux.HandleFunc("GET /v2/repos/{owner}/{repo}/issues/{number}", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `{"number":1,"title":"a","labels":[],"closed_at":null,"body":"x"}`)
	})
	mux.HandleFunc("GET /v2/packages/{name}/versions/{version}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"name": r.PathValue("name"), "version": r.PathValue("version"), "dependencies": object{}, "yanked": false})
	})
	mux.HandleFunc("GET /v2/packages/{name}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"name": r.PathValue("name"), "versions": []string{"1.0.3", "1.1.0"}, "latest": "1.1.0"})
	})
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, `{"status":"green"}`) })
	mux.HandleFunc("GET /v2/status", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, `{"status":"green","since":1700000000}`) })
}

func visitCode(v *Visitor) {
	v.get("/v1/status", "/v2/status")
	for _, r := range []string{"alice/rocket", "bob/boat", "alice/sled"} {
		v.get("/v2/repos/"+r, "/v2/repos/"+r+"/issues")
	}
	v.get("/v2/repos/carol/kite", "/v2/repos/alice/rocket/contents/src%2Fmain.go", "/v2/repos/alice/rocket/contents/README.md", "/v2/repos/bob/boat/contents/docs%2Fa%20b.md", "/v2/repos/alice/rocket/contents/Makefile",
		"/v2/repos/alice/rocket/commits/"+strings.Repeat("0a1b", 10), "/v2/repos/bob/boat/commits/3f2a9c1d", "/v2/repos/alice/rocket/issues/1", "/v2/repos/bob/boat/issues/2",
		"/v2/packages/left-pad", "/v2/packages/react", "/v2/packages/lodash", "/v2/packages/left-pad/versions/1.0.3", "/v2/packages/react/versions/1.1.0", "/v2/packages/lodash/versions/1.1.0")
}
