package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// catalog has a version and a locale before every path, dates as three segments, names of things that are words, and lists of one element.
func catalog() Case { return Case{"catalog", serveCatalog, visitCatalog} }

func catalogProduct(sku string) object {
	p := object{"sku": sku, "title": "Title of " + sku, "priceCents": len(sku) * 100, "currency": "CHF", "images": []any{"https://img.example/" + sku + ".webp"}, "discount": nil}
	if len(sku)%2 == 0 {
		p["discount"] = object{"percent": 12.5, "until": "2024-07-01"}
	}
	return p
}

func serveCatalog(mux *http.ServeMux) {
	const at = "/v3/{locale}"
	mux.HandleFunc("GET "+at+"/catalog/categories", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `[{"slug":"shoes","title":"Schuhe","children":[{"slug":"boots","title":"Stiefel","children":[]}]},{"slug":"hats","title":"Hüte","children":[]},{"slug":"winter-coats","title":"Mäntel","children":[]}]`)
	})
	mux.HandleFunc("GET "+at+"/catalog/categories/{slug}", func(w http.ResponseWriter, r *http.Request) {
		s := r.PathValue("slug")
		reply(w, 200, object{"slug": s, "title": strings.ToUpper(s), "breadcrumb": []any{s}, "productCount": 3})
	})
	mux.HandleFunc("GET "+at+"/catalog/categories/{slug}/products", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"products": []any{catalogProduct("B0-" + r.PathValue("slug")[:3] + "-17")}, "facets": object{"size": []any{"s"}}, "offset": 0, "limit": 24})
	})
	mux.HandleFunc("GET "+at+"/catalog/products/{sku}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, catalogProduct(r.PathValue("sku")))
	})
	mux.HandleFunc("GET "+at+"/offers/{year}/{month}/{day}", func(w http.ResponseWriter, r *http.Request) {
		day, _ := strconv.Atoi(r.PathValue("day"))
		reply(w, 200, object{"day": fmt.Sprintf("%s-%s-%s", r.PathValue("year"), r.PathValue("month"), r.PathValue("day")), "offers": []any{catalogProduct(strings.Repeat("a", day))}})
	})
	mux.HandleFunc("GET "+at+"/stores/near", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `{"stores":[{"id":12,"city":"Bern","km":1.5}]}`)
	})
	mux.HandleFunc("GET "+at+"/stores/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.Atoi(r.PathValue("id"))
		reply(w, 200, object{"id": id, "city": "Bern", "hours": object{"mon": "9-18", "sun": nil}})
	})
	mux.HandleFunc("GET "+at+"/config", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `{"currency":"CHF","features":{"newCart":true,"chat":false}}`)
	})
}

func visitCatalog(v *Visitor) {
	for _, l := range []string{"de-CH", "fr-CH", "en"} {
		v.get("/v3/"+l+"/config", "/v3/"+l+"/catalog/categories", "/v3/"+l+"/catalog/categories/shoes", "/v3/"+l+"/catalog/categories/hats", "/v3/"+l+"/catalog/categories/shoes/products?limit=24&sort=price")
	}
	v.get("/v3/de-CH/catalog/categories/winter-coats/products?limit=24&sort=price", "/v3/de-CH/catalog/products/B0-sho-17", "/v3/de-CH/catalog/products/B0-win-17", "/v3/fr-CH/catalog/products/X1",
		"/v3/de-CH/offers/2024/05/17", "/v3/de-CH/offers/2024/05/18", "/v3/fr-CH/offers/2023/12/24", "/v3/de-CH/stores/near?lat=46.9&lng=7.4", "/v3/de-CH/stores/12", "/v3/de-CH/stores/31")
}
