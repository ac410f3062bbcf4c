package replay

import (
	"bytes"
	"io"
	"net/http"

	"seine/assemble/fetch"
	"seine/capture"
)

// keyed answers the requests for keys that a script made itself: their address gives nothing, or something else. They never
// leave the machine.
func keyed(client fetch.Doer, keys []capture.Key) fetch.Doer {
	if len(keys) == 0 {
		return client
	}
	k := keyring{client, map[string][]byte{}}
	for _, key := range keys {
		k.keys[key.URL] = key.Data
	}
	return k
}

type keyring struct {
	fetch.Doer
	keys map[string][]byte // by address
}

// Do is that of fetch.Doer.
func (k keyring) Do(r *http.Request) (*http.Response, error) {
	key := k.keys[r.URL.String()]
	if key == nil || r.Method != http.MethodGet {
		return k.Doer.Do(r)
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/octet-stream"}}, ContentLength: int64(len(key)), Body: io.NopCloser(bytes.NewReader(key)),
	}, nil
}
