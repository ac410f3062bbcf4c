package assemble

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"seine/assemble/fetch"
	"seine/capture/session"
)

// resolverAt asks one name server.
func resolverAt(address string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", address)
	}}
}

// A server that cannot prove who it is gets no request, and is asked no more than twice. One that can, is read over HTTP/1.1 and
// HTTP/2 alike.
func TestFaultsOfTLS(t *testing.T) {
	for name, c := range map[string]struct {
		trust, h2 bool
		host      string
		want      func(error) bool
	}{
		"unknown authority": {false, false, "127.0.0.1", as[x509.UnknownAuthorityError]},
		"another name":      {true, false, "localhost", as[x509.HostnameError]},
		"HTTP/1.1":          {true, false, "127.0.0.1", nil},
		"HTTP/2":            {true, true, "127.0.0.1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			var proto atomic.Value
			o.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
				proto.Store(r.Proto)
				return false
			}
			srv := httptest.NewUnstartedServer(o)
			srv.EnableHTTP2 = c.h2
			srv.StartTLS()
			defer srv.Close()
			conf := session.Config{}
			if c.trust {
				conf.RootCAs = x509.NewCertPool()
				conf.RootCAs.AddCert(srv.Certificate())
			}
			job := faulty(t, o, conf)
			job.URL = strings.Replace(srv.URL, "127.0.0.1", c.host, 1) + "/" + film + "/index.m3u8"
			v, err := Run(t.Context(), job)
			if c.want == nil {
				holdFault(t, job, &v, err, nil)
				wantGolden(t, job.Output)
				if (proto.Load() == "HTTP/2.0") != c.h2 {
					t.Errorf("it spoke %v", proto.Load())
				}
				return
			}
			var fe *fetch.Error
			if !c.want(err) || !errors.As(err, &fe) || fe.Tries > 2 || len(o.order) > 0 || v.Finished {
				t.Errorf("%v; %+v; asked for %v", err, v, o.order)
			}
		})
	}
}

func as[T error](err error) bool {
	var e T
	return errors.As(err, &e)
}
