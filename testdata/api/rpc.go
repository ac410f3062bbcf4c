package api

import (
	"encoding/json"
	"io"
	"net/http"
)

// rpc is JSON-RPC 2.0 at one address, alone and in batches, and a PHP script that does what its parameter says.
func rpc() Case { return Case{"rpc", serveRPC, visitRPC} }

func rpcAnswer(raw json.RawMessage) object {
	var q struct {
		Method string `json:"method"`
		ID     any    `json:"id"`
	}
	_ = json.Unmarshal(raw, &q)
	switch q.Method {
	case "user.get":
		return object{"jsonrpc": "2.0", "id": q.ID, "result": object{"id": 7, "name": "Ada"}}
	case "user.list":
		return object{"jsonrpc": "2.0", "id": q.ID, "result": []any{object{"id": 7, "name": "Ada"}}}
	}
	return object{"jsonrpc": "2.0", "id": q.ID, "error": object{"code": -32601, "message": "Method not found", "data": nil}}
}

func serveRPC(mux *http.ServeMux) {
	mux.HandleFunc("POST /rpc", func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		var batch []json.RawMessage
		if json.Unmarshal(text, &batch) != nil {
			reply(w, 200, rpcAnswer(text))
			return
		}
		var list []any
		for _, q := range batch {
			list = append(list, rpcAnswer(q))
		}
		reply(w, 200, list)
	})
	mux.HandleFunc("POST /wp-admin/admin-ajax.php", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("action") == "load_posts" {
			reply(w, 200, `{"success":true,"data":[{"ID":1,"post_title":"a"}]}`)
			return
		}
		reply(w, 200, `{"success":true,"data":{"count":3}}`)
	})
	mux.HandleFunc("GET /w/api.php", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("action") == "query" {
			reply(w, 200, object{"batchcomplete": true, "query": object{"pages": object{"736": object{"pageid": 736, "ns": 0, "title": "Albert"}}}})
			return
		}
		reply(w, 200, object{"parse": object{"title": "Albert", "pageid": 736, "text": "x"}})
	})
}

func visitRPC(v *Visitor) {
	v.send("/rpc", `{"jsonrpc":"2.0","id":1,"method":"user.get","params":{"id":7}}`)
	v.send("/rpc", `{"jsonrpc":"2.0","id":"b","method":"user.list","params":[]}`)
	v.send("/rpc", `[{"jsonrpc":"2.0","id":3,"method":"user.get","params":{"id":8}},{"jsonrpc":"2.0","id":4,"method":"user.ban","params":{"id":8}}]`)
	v.send("/wp-admin/admin-ajax.php", "action=load_posts&page=1")
	v.send("/wp-admin/admin-ajax.php", "action=load_posts&page=2")
	v.send("/wp-admin/admin-ajax.php", "action=count_likes&post=12")
	v.get("/w/api.php?action=query&titles=Albert&format=json", "/w/api.php?action=parse&page=Albert&format=json", "/w/api.php?action=query&titles=Bern&format=json")
}
