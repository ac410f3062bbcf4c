package api

import (
	"net/http"
	"strings"
)

// odd has what templates stumble over: verbs behind a colon, endings, OData's parentheses, double and last slashes, fixed words of one shape
// beside each other, numbers that are years, empty segments, names in other scripts.
func odd() Case { return Case{"odd", serveOdd, visitOdd} }

func serveOdd(mux *http.ServeMux) {
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch p := r.URL.Path; {
		case strings.HasSuffix(p, ":activate"):
			reply(w, 200, `{"active":true}`)
		case strings.HasSuffix(p, ".json"):
			reply(w, 200, `{"match":1,"score":[1,2]}`)
		case strings.HasPrefix(p, "/odata/Users("):
			reply(w, 200, `{"@odata.context":"$metadata#Users","UserName":"a","Age":3}`)
		case strings.HasPrefix(p, "/api/cities/"):
			reply(w, 200, `{"city":"x","people":12,"lat":46.9,"lon":7.4}`)
		case p == "/api/settings/privacy", p == "/api/settings/display":
			reply(w, 200, `{"`+p[len("/api/settings/"):]+`":true,"since":3}`)
		case p == "/api/settings/notifications":
			reply(w, 200, `{"mail":true,"push":false,"sms":{"on":true}}`)
		case strings.HasPrefix(p, "/api/geo/"):
			reply(w, 200, `{"place":"x","distance":12.5}`)
		default:
			reply(w, 200, `{"path":"`+p+`","year":2024,"ok":true}`)
		}
	})
	mux.Handle("/odata/", inner)
	mux.Handle("/api/", inner)
	mux.Handle("/1.1/", inner)
}

func visitOdd(v *Visitor) {
	v.send("/api/devices/17:activate", `{}`)
	v.send("/api/devices/18:activate", `{"force":true}`)
	v.get("/api/devices/17", "/api/devices/18", "/api/matches/4711.json", "/api/matches/4712.json", "/odata/Users(42)", "/odata/Users(43)", "/api/cities/Z%C3%BCrich", "/api/cities/New%20York", "/api/cities/Bern",
		"/api/settings/privacy", "/api/settings/display", "/api/settings/notifications", "/1.1/statuses", "/1.1/lists", "/api/trips", "/api/trips/", "/api/reports/2024", "/api/reports/2023", "/api/geo/52.5/13.4", "/api/geo/46.9/7.4")
}
