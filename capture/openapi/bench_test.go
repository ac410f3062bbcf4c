package openapi

import (
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"seine/capture"
)

// many are n exchanges with a shop: 40 collections with ids of several kinds, answers of 1 KB, tokens, errors, pictures between them.
func many(n int) (*capture.Capture, int64) {
	c := &capture.Capture{Page: "https://shop.example/"}
	var size int64
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	h := http.Header{"Authorization": {"Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0LXNpZ25hdHVyZQ"}, "Accept": {"application/json"}, "Cookie": {"sessionid=s3cr3t-session-value-0001; theme=dark"}}
	for i := range n {
		noun := fmt.Sprintf("things%c%c", 'a'+i%8, 'a'+i/8%5)
		path, body := fmt.Sprintf("/api/v1/%s/%d", noun, i), ""
		switch i / 40 % 5 {
		case 1:
			path = fmt.Sprintf("/api/v1/%s?page=%d&sort=name", noun, i/5)
		case 2:
			path = fmt.Sprintf("/api/v1/%s/018f3a7e-5c1e-7b6a-9c55-%012d/notes", noun, i)
		case 3:
			path = fmt.Sprintf("/api/v1/%s/by-name/name-of-%c%c-%d", noun, 'a'+i%26, 'a'+i/26%26, i%97)
		}
		for j := range 6 {
			body += fmt.Sprintf(`{"id":%d,"name":"name-of-%d","price":%d.5,"tags":["a","b%d"],"at":"2024-01-02T03:04:05Z","owner":{"id":%d,"mail":"u%d@example.com"},"next":null}`, i+j, i, j, j, j, j) + ","
		}
		body = fmt.Sprintf(`{"%s":[%s],"total":%d}`, noun, body[:len(body)-1], i)
		size += int64(len(body))
		c.Exchanges = append(c.Exchanges, &capture.Exchange{
			ID: fmt.Sprint(i), Type: "Fetch", Started: start.Add(time.Duration(i) * time.Millisecond), Done: true,
			Request:  capture.Request{Method: "GET", URL: "https://shop.example" + path, Header: h},
			Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}},
			Body:     capture.BodyOf([]byte(body)),
		})
	}
	return c, size
}

// BenchmarkInfer reports the memory that is in use beside the capture.
func BenchmarkInfer(b *testing.B) {
	c, size := many(100_000)
	b.SetBytes(size)
	b.ReportAllocs()
	before := inUse()
	var most uint64
	for b.Loop() {
		api := Infer(c, Options{})
		most = max(most, inUse()-before)
		if len(api.Document()) == 0 || len(api.Operations) != 40*4 {
			b.Fatal(len(api.Operations))
		}
	}
	b.ReportMetric(float64(most)/1e6, "MB-held")
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
