package api

import (
	"fmt"
	"net/http"
)

// pages has cursors, HAL with links, UUIDs, ULIDs, ids with prefixes and such as only machines make.
func pages() Case { return Case{"pages", servePages, visitPages} }

func uuidOf(n int) string { return fmt.Sprintf("018f3a7e-5c1e-7b6a-9c55-%012d", n) }

func halOrder(n int) object {
	return object{"id": uuidOf(n), "total": n * 100, "_links": object{"self": object{"href": "/orders/" + uuidOf(n)}, "customer": object{"href": "/customers/cus_NffrFeUfNV2Hi" + fmt.Sprint(n)}}}
}

func servePages(mux *http.ServeMux) {
	hal := func(w http.ResponseWriter, v object) {
		w.Header().Set("Content-Type", "application/hal+json")
		reply(w, 200, v)
	}
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, r *http.Request) {
		v := object{"_embedded": object{"orders": []any{halOrder(1), halOrder(2)}}, "_links": object{"self": object{"href": r.URL.String()}}}
		if r.FormValue("cursor") != "ZzM" {
			v["_links"].(object)["next"] = object{"href": "/orders?cursor=ZzM&limit=2"}
		}
		hal(w, v)
	})
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, _ *http.Request) { hal(w, halOrder(3)) })
	mux.HandleFunc("GET /customers/{id}", func(w http.ResponseWriter, r *http.Request) {
		hal(w, object{"id": r.PathValue("id"), "name": "A", "balance": "12.50", "_links": object{"self": object{"href": r.URL.Path}}})
	})
	mux.HandleFunc("GET /events/{id}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"id": r.PathValue("id"), "at": "2024-05-06T07:08:09.123+02:00", "ip": "192.0.2.7"})
	})
	mux.HandleFunc("GET /videos/{id}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"videoId": r.PathValue("id"), "length": 12.5})
	})
	mux.HandleFunc("GET /devices/{id}/readings", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", `</devices/507f1f77bcf86cd799439011/readings?page=2>; rel="next"`)
		reply(w, 200, `[[1700000000000,20.5],[1700000060000,21]]`)
	})
}

func visitPages(v *Visitor) {
	v.get("/orders?limit=2", "/orders?cursor=ZzI&limit=2", "/orders?cursor=ZzM&limit=2", "/orders/"+uuidOf(1), "/orders/"+uuidOf(2), "/customers/cus_NffrFeUfNV2Hi1", "/customers/cus_NffrFeUfNV2Hi2",
		"/events/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/videos/dQw4w9WgXcQ", "/videos/9bZkp7q19f0", "/devices/507f1f77bcf86cd799439011/readings", "/devices/507f191e810c19729de860ea/readings?page=2")
}
