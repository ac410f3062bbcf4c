package har

import (
	"errors"
	"strings"
	"testing"

	"seine/capture/media"
)

const devTools = `{"log":{"version":"1.2","pages":[{"startedDateTime":"x","id":"p","title":"https://page.example/watch","pageTimings":{"onLoad":null}}],"entries":[
{"_resourceType":"document","startedDateTime":"2026-01-02T03:04:05.678Z","time":1.5,"cache":{},"timings":{"dns":null},
 "request":{"method":"GET","url":"https://page.example/watch","headers":[{"name":":authority","value":"page.example"},{"name":"User-Agent","value":"Chrome"}],"cookies":[{"name":"s","value":"1"}]},
 "response":{"status":200,"headers":[],"content":{"size":-1,"mimeType":"text/html","text":"<html>"}}},
{"request":{"method":"GET","url":"blob:https://page.example/1","headers":[]},"response":{"status":200,"headers":[],"content":{}}},
{"_resourceType":"xhr","request":{"method":"GET","url":"https://cdn.example/l.m3u8?t=1","headers":[{"name":"Cookie","value":"c=3; d=4"},{"name":"X-Token","value":"[redacted]"},{"name":"referer","value":"https://page.example/"}],"cookies":[]},
 "response":{"status":200,"headers":[{"name":"content-type","value":"text/plain"}],"content":{"mimeType":"text/plain","encoding":"base64","text":"I0VYVE0zVQojRVhUSU5GOjQsCmEudHMKI0VYVC1YLUVORExJU1QK"}}}
]}}`

func TestRead(t *testing.T) {
	c, err := Read(strings.NewReader(devTools))
	if err != nil {
		t.Fatal(err)
	}
	if c.Page != "https://page.example/watch" || c.UserAgent != "Chrome" || c.Title != "" || len(c.Exchanges) != 2 {
		t.Errorf("%+v", c)
	}
	list := c.Streams()
	if len(list) != 1 || list[0].Kind != media.HLS || list[0].URL != "https://cdn.example/l.m3u8?t=1" {
		t.Fatalf("%+v", list)
	}
	if h := list[0].Exchange.Request.Header; h.Get("X-Token") != "" || h.Get("Referer") != "https://page.example/" {
		t.Errorf("%v", h)
	}
	var got []string
	for _, k := range c.Cookies {
		got = append(got, k.Domain+" "+k.Name+"="+k.Value)
	}
	if g := strings.Join(got, ", "); g != "page.example s=1, cdn.example c=3, cdn.example d=4" {
		t.Error(g)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, text := range []string{"", "#EXTM3U", "{}", `{"log":null}`, `{"log":{"entries":[{"response":{"status":"x"}}]}}`} {
		if _, err := Read(strings.NewReader(text)); !errors.Is(err, ErrNotHAR) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(devTools)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read(strings.NewReader(text))
		if err == nil {
			c.Streams()
		}
	})
}
