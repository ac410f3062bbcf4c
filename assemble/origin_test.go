package assemble

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/assemble/decrypt"
	"seine/assemble/fetch"
	"seine/testdata/media"
)

const (
	film     = "film/360p"
	segments = 12
)

// origin serves the test film. Set its fields before the first request.
type origin struct {
	*httptest.Server
	// crypt encrypts segments: the key and vector for each. nil serves them clear.
	crypt func(seq uint64) (keyName string, iv *[16]byte)
	// first is the media sequence number of the first segment.
	first uint64
	// hook answers in place of the origin when it returns true; n counts requests for the path, from 1.
	hook func(w http.ResponseWriter, r *http.Request, n int) bool
	// playlist changes the text of the media playlist.
	playlist func(string) string

	mu     sync.Mutex
	counts map[string]int
	order  []string
}

func newOrigin(t testing.TB) *origin {
	o := &origin{counts: map[string]int{}}
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	o.mu.Lock()
	o.counts[name]++
	n := o.counts[name]
	o.order = append(o.order, name)
	hook := o.hook
	o.mu.Unlock()
	if hook != nil && hook(w, r, n) {
		return
	}
	o.answer(w, r, name)
}

func (o *origin) answer(w http.ResponseWriter, r *http.Request, name string) {
	b, err := o.body(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	http.ServeContent(w, r, path.Base(name), time.Time{}, bytes.NewReader(b))
}

func (o *origin) body(name string) ([]byte, error) {
	dir, base := path.Split(name)
	switch {
	case strings.HasPrefix(base, "key"):
		return keyBytes(base), nil
	case base == "index.m3u8" && o.crypt != nil && dir == film+"/":
		return []byte(o.edit(o.encryptedList())), nil
	}
	b, err := fs.ReadFile(media.FS, name)
	switch {
	case err != nil:
		return nil, err
	case base == "index.m3u8":
		return []byte(o.edit(string(b))), nil
	case o.crypt != nil && strings.HasSuffix(base, ".ts"):
		return o.encrypt(base, b), nil
	}
	return b, nil
}

func (o *origin) edit(text string) string {
	if o.playlist != nil {
		return o.playlist(text)
	}
	return text
}

// encryptedList writes a KEY line only where the key changes, and then says nothing of derived vectors.
func (o *origin) encryptedList() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:%d\n", o.first)
	last := ""
	for i := range uint64(segments) {
		name, iv := o.crypt(o.first + i)
		line := fmt.Sprintf("#EXT-X-KEY:METHOD=AES-128,URI=%q", name)
		if iv != nil {
			line += fmt.Sprintf(",IV=0x%X", iv[:])
		}
		if line != last {
			b.WriteString(line + "\n")
			last = line
		}
		fmt.Fprintf(&b, "#EXTINF:2.000,\nseg_%03d.ts\n", i)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.String()
}

func (o *origin) encrypt(base string, b []byte) []byte {
	i, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimPrefix(base, "seg_"), ".ts"), 10, 32)
	if err != nil {
		panic(err)
	}
	name, given := o.crypt(o.first + i)
	iv := decrypt.SequenceIV(o.first + i)
	if given != nil {
		iv = *given
	}
	block, err := aes.NewCipher(keyBytes(name))
	if err != nil {
		panic(err)
	}
	pad := 16 - len(b)%16
	b = append(bytes.Clone(b), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(b, b)
	return b
}

func keyBytes(name string) []byte {
	key := make([]byte, 16)
	copy(key, "0123456789abcdef")
	copy(key, name)
	return key
}

// lacks has the origin answer 404 for a name until the function that it returns is called.
func (o *origin) lacks(name string) (restore func()) {
	serves := o.hook
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if strings.HasSuffix(r.URL.Path, name) {
			http.NotFound(w, r)
			return true
		}
		return serves(w, r, n)
	}
	return func() { o.hook = serves }
}

// behave takes the hook away, while requests may be under way.
func (o *origin) behave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hook = nil
}

func (o *origin) count(name string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.counts[name]
}

func (o *origin) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.counts)
	o.order = nil
}

func seg(i int) string { return fmt.Sprintf("%s/seg_%03d.ts", film, i) }

// client keeps no connections, so that no goroutine of it outlives a test.
func client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

// quick is the default patience without its long waits.
func quick() fetch.RetryPolicy {
	return fetch.RetryPolicy{Base: time.Millisecond, Cap: 5 * time.Millisecond}
}

func (o *origin) job(t testing.TB) Job {
	return Job{
		URL: o.URL + "/" + film + "/index.m3u8", Client: client(), Output: path.Join(t.TempDir(), "film.mp4"), Retry: quick(),
	}
}
