package api

import (
	"net/http"
	"strings"
)

// odata has what OData 4 is written in: keys in parentheses, of one part, of several, and in quotes; properties and functions behind them, $filter and
// $metadata.
func odata() Case { return Case{"odata", serveOData, visitOData} }

func serveOData(mux *http.ServeMux) {
	product := `{"@odata.context":"https://x.example/$metadata#Products/$entity","@odata.etag":"W/\"08D1\"","ID":1,"Name":"Bread","Rating":4,"Price":2.5,"DiscontinuedDate":null}`
	mux.HandleFunc("GET /V4/Store.svc/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("OData-Version", "4.0")
		p := strings.TrimPrefix(r.URL.Path, "/V4/Store.svc/")
		switch {
		case p == "$metadata":
			w.Header().Set("Content-Type", "application/xml")
			reply(w, 200, `<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices><Schema Namespace="Store"/></edmx:DataServices></edmx:Edmx>`)
		case p == "Products":
			reply(w, 200, `{"@odata.context":"https://x.example/$metadata#Products","@odata.count":2,"value":[{"ID":1,"Name":"Bread","Rating":4,"Price":2.5,"DiscontinuedDate":null},{"ID":2,"Name":"Milk","Rating":3,"Price":3,"DiscontinuedDate":"2005-10-01T00:00:00Z"}],"@odata.nextLink":"Products?$skip=2"}`)
		case p == "Products/$count":
			w.Header().Set("Content-Type", "text/plain")
			reply(w, 200, `11`)
		case strings.HasSuffix(p, "/Category"):
			reply(w, 200, `{"ID":0,"Name":"Food"}`)
		case strings.HasSuffix(p, "/Store.Discount"):
			reply(w, 200, `{"value":2.25}`)
		case strings.HasPrefix(p, "Products("):
			reply(w, 200, product)
		case strings.HasPrefix(p, "OrderLines("):
			reply(w, 200, `{"OrderID":1,"Line":2,"Quantity":3}`)
		case strings.HasPrefix(p, "People("):
			reply(w, 200, `{"UserName":"ann","Emails":["ann@example.com"],"Gender":"Female"}`)
		default:
			reply(w, 404, `{"error":{"code":"404","message":"none"}}`)
		}
	})
}

func visitOData(v *Visitor) {
	const at = "/V4/Store.svc/"
	v.get(at+"$metadata", at+"Products?$filter=Price%20gt%202&$top=2&$count=true&$orderby=Name", at+"Products?$filter=Rating%20eq%203&$top=2&$expand=Category", at+"Products/$count", at+"Products(1)", at+"Products(2)", at+"Products(1)/Category", at+"Products(2)/Category",
		at+"Products(1)/Store.Discount", at+"OrderLines(OrderID=1,Line=2)", at+"OrderLines(OrderID=7,Line=1)", at+"People('ann')", at+"People('bob')", at+"Nothing")
}
