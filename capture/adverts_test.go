package capture

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"

	"seine/capture/media"
)

func TestAdvertHosts(t *testing.T) {
	for host, want := range map[string]Role{
		"doubleclick.net": RoleAdvert, "securepubads.g.doubleclick.net": RoleAdvert, "notdoubleclick.net": RoleNone, "net": RoleNone, "": RoleNone,
		"www.google-analytics.com": RoleTracker, "mc.yandex.ru": RoleTracker, "yandex.ru": RoleNone, "doubleclick.net.example.com": RoleNone,
	} {
		if Advertises(host) != (want == RoleAdvert) || Tracks(host) != (want == RoleTracker) {
			t.Errorf("%s is not %q", host, want)
		}
	}
	list := AdvertHosts()
	for _, h := range list {
		if h != strings.ToLower(h) || publicsuffix.List.PublicSuffix(h) == h || !strings.Contains(h, ".") {
			t.Errorf("%s names more than one site, or none", h)
		}
	}
	if len(list) < 60 || !slices.IsSorted(list) {
		t.Errorf("%d hosts", len(list))
	}
	for _, bad := range []string{"a.example", "a.example film why", "a.example advert x\na.example advert y"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken", bad)
				}
			}()
			mustHosts(bad)
		}()
	}
}

func TestStreamsOfAdvertHosts(t *testing.T) {
	for address, want := range map[string]Role{
		"https://s0.2mdn.net/film.mp4": RoleAdvert, "https://secure-gl.imrworldwide.com/beat.mp4": RoleTracker, "https://films.example/film.mp4": RoleNone,
	} {
		s := &Stream{Kind: media.Video, URL: address, Exchange: &Exchange{Request: Request{URL: address}}}
		if got := (&folder{}).plainRole(s); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}
