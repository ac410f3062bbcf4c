package api

import (
	"fmt"
	"net/http"
	"strconv"
)

// shop has numeric ids, /users/me beside /users/{id}, pages by number, nulls, arrays of one element, and errors of their own shape.
func shop() Case { return Case{"shop", serveShop, visitShop} }

func shopUser(id int) object {
	u := object{"id": id, "name": fmt.Sprintf("User %d", id), "email": fmt.Sprintf("u%d@example.com", id), "createdAt": fmt.Sprintf("2024-03-%02dT10:00:00Z", id%28+1), "phone": nil}
	if id%2 == 0 {
		u["phone"] = "+49 30 1234"
	}
	return u
}

func shopOrder(id int) object {
	states := []string{"open", "paid", "sent"}
	return object{"id": id, "status": states[id%3], "total": float64(id) + 0.5, "items": []any{object{"sku": fmt.Sprintf("SKU-%04d", id), "count": 1, "note": nil}}, "customer": shopUser(id % 7)}
}

func serveShop(mux *http.ServeMux) {
	bearer := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				reply(w, 401, `{"error":{"code":"unauthorized","message":"log in first"}}`)
				return
			}
			h(w, r)
		}
	}
	one := func(make func(int) object) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			id, err := strconv.Atoi(r.PathValue("id"))
			if err != nil || id > 900 {
				reply(w, 404, `{"error":{"code":"not_found","message":"there is none"}}`)
				return
			}
			reply(w, 200, make(id))
		}
	}
	mux.HandleFunc("GET /api/v1/users", bearer(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		reply(w, 200, object{"items": []any{shopUser(page*2 + 1), shopUser(page*2 + 2)}, "page": page, "pages": 9, "total": 18})
	}))
	mux.HandleFunc("GET /api/v1/users/{id}", bearer(one(shopUser)))
	mux.HandleFunc("PATCH /api/v1/users/{id}", bearer(one(shopUser)))
	mux.HandleFunc("DELETE /api/v1/users/{id}", bearer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	mux.HandleFunc("GET /api/v1/users/me", bearer(func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, object{"id": 7, "name": "Me", "email": "me@example.com", "permissions": []string{"read"}, "settings": object{"theme": "dark", "beta": false}})
	}))
	mux.HandleFunc("GET /api/v1/users/{id}/orders", bearer(func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, []any{shopOrder(3)}) }))
	mux.HandleFunc("GET /api/v1/orders", bearer(func(w http.ResponseWriter, _ *http.Request) {
		var list []any
		for i := range 14 {
			list = append(list, shopOrder(i))
		}
		reply(w, 200, object{"items": list, "page": 1, "pages": 1, "total": 14})
	}))
	mux.HandleFunc("GET /api/v1/orders/{id}", bearer(one(shopOrder)))
	mux.HandleFunc("GET /api/v1/orders/search", bearer(func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, object{"items": []any{shopOrder(5)}, "took": 12})
	}))
	mux.HandleFunc("POST /api/v1/orders", bearer(func(w http.ResponseWriter, _ *http.Request) { reply(w, 201, shopOrder(99)) }))
	mux.HandleFunc("GET /api/v1/products/{id}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"sku": r.PathValue("id"), "price": 5, "tags": []string{"new"}})
	})
}

func visitShop(v *Visitor) {
	v.get("/api/v1/users?page=1")
	v.header.Set("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2VjcmV0LXNpZ25hdHVyZQ")
	v.get("/api/v1/users?page=1", "/api/v1/users?page=2&sort=name", "/api/v1/users?page=3", "/api/v1/users/me", "/api/v1/users/3", "/api/v1/users/4", "/api/v1/users/11", "/api/v1/users/me",
		"/api/v1/users/999", "/api/v1/users/3/orders", "/api/v1/users/4/orders", "/api/v1/orders", "/api/v1/orders/5", "/api/v1/orders/12", "/api/v1/orders/search?q=SKU", "/api/v1/orders/search?q=x&limit=5",
		"/api/v1/products/SKU-0005", "/api/v1/products/SKU-0012")
	v.as("Fetch", "PATCH", "/api/v1/users/4", `{"name":"Other"}`)
	v.as("Fetch", "DELETE", "/api/v1/users/4", "")
	v.send("/api/v1/orders", `{"items":[{"sku":"SKU-0001","count":2}],"note":null}`)
	v.send("/api/v1/orders", `{"items":[{"sku":"SKU-0002","count":1}],"note":"quick","express":true}`)
}
