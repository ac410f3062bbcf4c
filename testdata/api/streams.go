package api

import (
	"io"
	"net/http"
)

// streams has JSON by other names: lines, events, in text with a guard, as the argument of a function; and XML, gRPC-web, files that are no API.
func streams() Case { return Case{"streams", serveStreams, visitStreams} }

func serveStreams(mux *http.ServeMux) {
	at := func(path, kind, text string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, text)
		})
	}
	at("GET /logs", "application/x-ndjson", "{\"at\":1,\"level\":\"info\"}\n{\"at\":2,\"level\":\"warn\",\"trace\":\"x\"}\n")
	at("GET /ticks", "text/event-stream", "event: tick\ndata: {\"price\":1.5}\n\ndata: {\"price\":2,\ndata: \"volume\":7}\n\n: ping\n\n")
	at("GET /guarded", "text/plain; charset=utf-8", ")]}'\n{\"secret\":false}")
	at("GET /plain", "text/html", `{"html":"no"}`)
	at("GET /suggest", "text/javascript", `/**/cb123({"q":"a","hits":["ab","ac"]});`)
	at("GET /feed.xml", "application/xml", `<feed><entry id="1"/></feed>`)
	at("POST /shop.v1.Catalog/GetItem", "application/grpc-web+proto", "\x00\x00\x00\x00\x02\x08\x01\x80\x00\x00\x00\x0fgrpc-status:0\r\n")
	at("GET /text", "text/plain", "{ is no JSON")
	at("GET /pixel.gif", "image/gif", "GIF89a")
	at("GET /manifest.json", "application/manifest+json", `{"name":"App"}`)
	at("GET /app.js.map", "application/json", `{"version":3}`)
}

func visitStreams(v *Visitor) {
	v.get("/logs", "/ticks", "/guarded", "/plain", "/suggest?callback=cb123&q=a", "/feed.xml", "/text", "/app.js.map")
	v.as("Image", "GET", "/pixel.gif", "")
	v.as("Manifest", "GET", "/manifest.json", "")
	v.header.Set("Content-Type", "application/grpc-web+proto")
	v.send("/shop.v1.Catalog/GetItem", "\x00\x00\x00\x00\x02\x08\x01")
	v.header.Del("Content-Type")
}
