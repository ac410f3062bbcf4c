package assemble_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/x509"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/assemble"
	"seine/assemble/fetch"
	"seine/capture/session"
	"seine/capture/session/sessiontest"
	"seine/testdata/media"
)

// origins are five of them, of which home is where the film comes from. Each answers with any resource of a film in encrypted
// fragments, or with a redirect to where the query's "to" says. All requests are heard.
type origins struct {
	at       map[string]string // place -> origin
	pool     *x509.CertPool
	resolver *net.Resolver
	list     func(query url.Values) string // the text of /list.m3u8
	// hook answers in place of an origin when it returns true; n counts the requests for the address, from 1.
	hook func(w http.ResponseWriter, r *http.Request, n int) bool

	mu     sync.Mutex
	counts map[string]int
	heard  []heard
}

// heard is one request.
type heard struct {
	place, path string
	query       url.Values
	text        string // request line and headers
}

func newOrigins(t *testing.T) *origins {
	cert, pool := sessiontest.Certificate(t)
	o := &origins{pool: pool, resolver: sessiontest.HereResolver(t), counts: map[string]int{}, list: routes}
	tls := sessiontest.Serve(t, "127.0.0.1", &cert, o.handler("https"))
	other := sessiontest.Serve(t, "127.0.0.1", &cert, o.handler("https"))
	plain := sessiontest.Serve(t, "127.0.0.1", nil, o.handler("http"))
	o.at = map[string]string{
		"home": "https://home.test:" + tls, "port": "https://home.test:" + other, "scheme": "http://home.test:" + plain,
		"subdomain": "https://sub.home.test:" + tls, "foreign": "https://foreign.test:" + tls,
	}
	return o
}

func (o *origins) place(origin string) string {
	for place, at := range o.at {
		if at == origin {
			return place
		}
	}
	return "nowhere: " + origin
}

func (o *origins) handler(scheme string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var b strings.Builder
		fmt.Fprintln(&b, r.Method, r.RequestURI)
		_ = r.Header.Write(&b)
		origin := scheme + "://" + r.Host
		o.mu.Lock()
		o.heard = append(o.heard, heard{o.place(origin), r.URL.Path, r.URL.Query(), b.String()})
		o.counts[origin+r.RequestURI]++
		n := o.counts[origin+r.RequestURI]
		o.mu.Unlock()
		if o.hook != nil && o.hook(w, r, n) {
			return
		}
		o.answer(w, r)
	}
}

// answer follows the way that "to" names, places with bars between, and has the film at its end.
func (o *origins) answer(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if next, rest, _ := strings.Cut(query.Get("to"), "|"); next != "" {
		query.Set("to", rest)
		http.Redirect(w, r, o.at[next]+r.URL.Path+"?"+query.Encode(), http.StatusFound)
		return
	}
	switch name := path.Base(r.URL.Path); name {
	case "list.m3u8":
		fmt.Fprint(w, o.named(o.list(query)))
	case "key":
		fmt.Fprint(w, filmKey)
	case "init.mp4":
		_, _ = w.Write(clip(name))
	default:
		_, _ = w.Write(enciphered(clip(name)))
	}
}

// named puts the origins where a playlist has {place}.
func (o *origins) named(text string) string {
	for place, at := range o.at {
		text = strings.ReplaceAll(text, "{"+place+"}", at)
	}
	return text
}

const filmKey = "0123456789abcdef"

func clip(name string) []byte {
	b, err := fs.ReadFile(media.FS, "fmp4/muxed/"+name)
	if err != nil {
		panic(err)
	}
	return b
}

func enciphered(b []byte) []byte {
	block, err := aes.NewCipher([]byte(filmKey))
	if err != nil {
		panic(err)
	}
	pad := 16 - len(b)%16
	b = append(bytes.Clone(b), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, make([]byte, 16)).CryptBlocks(b, b)
	return b
}

// ways lead to all places: at once, by a redirect from home, and by one that leads back.
func ways() (list [][2]string) { // place, to
	for _, p := range []string{"home", "port", "scheme", "subdomain", "foreign"} {
		list = append(list, [2]string{p, ""})
		if p != "home" {
			list = append(list, [2]string{"home", p}, [2]string{"home", p + "|home"})
		}
	}
	return list
}

// clipSegments is the number of segments of one clip; a film of routes has them for each of ways.
const clipSegments = 4

// routes is a playlist whose keys, initialization sections and segments go all ways. Each way is a clip between discontinuities.
func routes(query url.Values) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:2\n")
	for i, way := range ways() {
		address := func(name string) string {
			q := url.Values{"e": query["e"], "to": {way[1]}}
			return fmt.Sprintf("{%s}/%d/%s?%s", way[0], i, name, q.Encode())
		}
		if i > 0 {
			b.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		fmt.Fprintf(&b, "#EXT-X-KEY:METHOD=NONE\n#EXT-X-MAP:URI=%q\n", address("init.mp4"))
		fmt.Fprintf(&b, "#EXT-X-KEY:METHOD=AES-128,URI=%q,IV=0x%032x\n", address("key"), 0)
		for s := range clipSegments {
			fmt.Fprintf(&b, "#EXTINF:2,\n%s\n", address(fmt.Sprintf("seg_%03d.m4s", s)))
		}
	}
	return b.String() + "#EXT-X-ENDLIST\n"
}

// client is a session as the program has one; it ends with the test.
func (o *origins) client(t *testing.T, conf session.Config) *session.Client {
	t.Helper()
	conf.RootCAs, conf.Resolver = o.pool, o.resolver
	if conf.Proxy == nil {
		conf.Proxy = func(*url.URL) (*url.URL, error) { return nil, nil }
	}
	c, err := session.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func (o *origins) job(t *testing.T, c fetch.Doer) assemble.Job {
	return assemble.Job{
		URL: o.at["home"] + "/list.m3u8?e=1", Client: c, Output: path.Join(t.TempDir(), "film.mp4"),
		Retry: fetch.RetryPolicy{Base: time.Millisecond, Cap: 5 * time.Millisecond},
	}
}

// requests are those heard so far.
func (o *origins) requests() []heard {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.heard)
}
