package session

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/media"
)

// Proved is what the browser has shown to work for a stream: its cookies, its user agent, and for each origin that gave a
// playlist, a key or a segment the headers that it was asked with. Origins that were not asked yet get what a
// browser would send them: the language, and the page's address as referer.
func Proved(c *capture.Capture, s *capture.Stream) Config {
	conf := Config{
		UserAgent: c.UserAgent, Start: c.Page, Page: c.Page, Headers: map[string]http.Header{},
		DefaultHeaders: http.Header{"Accept": {"*/*"}},
	}
	for _, k := range c.Cookies {
		conf.Cookies = append(conf.Cookies, Cookie(k))
	}
	if i := slices.IndexFunc(c.Exchanges, isPage); i >= 0 {
		conf.Page = c.Exchanges[i].URL()
	}
	conf.learn(s.Exchange)
	for _, name := range []string{"Accept-Language", "Referer"} {
		if v := s.Exchange.Request.Header.Get(name); v != "" {
			conf.DefaultHeaders.Set(name, v)
		}
	}
	for _, e := range c.Exchanges {
		if e.FrameID == s.Exchange.FrameID && isMedia(e) {
			conf.learn(e)
		}
	}
	return conf
}

func isPage(e *capture.Exchange) bool { return e.Type == "Document" && e.Target.Kind == "page" }

// isMedia tells playlists, segments, and what may be an AES-128 key by its length.
func isMedia(e *capture.Exchange) bool {
	return e.Status() < http.StatusMultipleChoices && e.Request.Method == http.MethodGet &&
		(e.Body.Size == 16 || media.Classify(capture.InputOf(e)).Kind != media.None)
}

// perRequest are headers that belong to one request or connection, and those that a session makes itself.
var perRequest = []string{
	"Host", "Connection", "Content-Length", "Accept-Encoding", "Cookie", "Range", "User-Agent", "Upgrade-Insecure-Requests",
	"Cache-Control", "Pragma", "Priority", "Te",
}

// learn takes over the headers of one exchange for its origin; what an earlier one has set stays.
func (conf *Config) learn(e *capture.Exchange) {
	u, err := url.Parse(e.URL())
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !e.Request.WireHeader {
		return
	}
	origin := u.Scheme + "://" + u.Host
	if conf.Headers[origin] == nil {
		conf.Headers[origin] = http.Header{}
	}
	for name, values := range e.Request.Header {
		if slices.Contains(perRequest, name) || strings.HasPrefix(name, "If-") || len(conf.Headers[origin][name]) > 0 {
			continue
		}
		conf.Headers[origin][name] = slices.Clone(values)
	}
}
