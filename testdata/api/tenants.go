package api

import (
	"fmt"
	"net/http"
	"strconv"
)

// tenants has a server for each customer, names in snake_case and camelCase side by side, errors with status 200, unions with null, and lists whose
// elements are of several kinds that no member tells apart.
func tenants() Case { return Case{"tenants", serveTenants, visitTenants} }

func serveTenants(mux *http.ServeMux) {
	soft := `{"success":false,"error":{"code":4004,"message":"No such project"}}`
	project := func(id int) object {
		p := object{"project_id": id, "projectName": fmt.Sprintf("P%d", id), "due": nil, "budget": nil, "lead": nil}
		if id%2 == 1 {
			p["due"], p["budget"], p["lead"] = "2024-05-0"+strconv.Itoa(id%9+1), 100.5, object{"user_id": 3, "displayName": "Lea"}
		}
		return p
	}
	mux.HandleFunc("GET /api/v2/projects", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, object{"success": true, "data": []any{project(11), project(12)}})
	})
	mux.HandleFunc("GET /api/v2/projects/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.Atoi(r.PathValue("id"))
		if id > 900 {
			reply(w, 200, soft)
			return
		}
		reply(w, 200, object{"success": true, "data": project(id)})
	})
	mux.HandleFunc("GET /api/v2/projects/{id}/activity", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `{"success":true,"data":[{"comment":"Looks good","commented_by":3},{"from_status":"open","to_status":"done"},{"file_url":"https://files.example/1.pdf","file_size":12000},"archived"]}`)
	})
	mux.HandleFunc("PUT /api/v2/projects/{id}/members/{user}", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `{"success":true,"data":null}`)
	})
	mux.HandleFunc("POST /api/v2/projects/batch", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `{"success":true,"data":[{"index":0,"id":21},{"index":1,"id":null}]}`)
	})
	mux.HandleFunc("GET /api/v2/whoami", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `{"success":true,"data":{"user_id":3,"displayName":"Lea","tenantName":"acme","roles":["admin"]}}`)
	})
}

func visitTenants(v *Visitor) {
	for _, tenant := range []string{"acme", "globex", "initech"} {
		v.on(tenant)
		v.get("/api/v2/whoami", "/api/v2/projects", "/api/v2/projects/11", "/api/v2/projects/12", "/api/v2/projects/999", "/api/v2/projects/11/activity")
		v.as("Fetch", "PUT", "/api/v2/projects/11/members/3", `{"role":"viewer"}`)
		v.send("/api/v2/projects/batch", `{"items":[{"projectName":"A"},{"projectName":""}]}`)
	}
}
