package capture

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"seine/capture/media"
)

// Role says what a stream is on its page for.
type Role string

// The roles. Of several films that are nothing else, the first is RoleMain and the others are RoleNone.
const (
	RoleNone       Role = ""
	RoleMain       Role = "main"
	RoleBackground Role = "background" // runs behind the page, without sound
	RolePreview    Role = "preview"    // a short clip that runs without sound, of what the page leads to
	RoleAdvert     Role = "advert"
	RoleThumbnail  Role = "thumbnail" // pictures for a progress bar
	RoleTracker    Role = "tracker"   // too small to be watched: it tells a server that somebody is there
)

// group orders streams by what they are for.
func group(s *Stream) int {
	switch {
	case s.Mentioned():
		return 9
	case s.Kind == media.Subtitles && s.Role == RoleNone:
		return 6
	}
	return map[Role]int{RoleBackground: 3, RolePreview: 4, RoleAdvert: 5, RoleThumbnail: 7, RoleTracker: 8}[s.Role]
}

const (
	shortClip   = 60 * time.Second // the longest that is taken for an advert or preview by its looks
	tinyFile    = 2 << 10          // bytes, in which there is no film
	largeEnough = 200_000          // CSS pixels, of what lies behind a page
)

// roles tells what each stream is for, where that can be told.
func (f *folder) roles(c *Capture) {
	system, used := c.Protected()
	for _, s := range f.list {
		s.Role = f.plainRole(s)
		if used && (s.Kind == media.MSE || s.Kind == media.Segment) && s.DRM == "" {
			s.DRM = cmp.Or(media.System(system), system)
		}
	}
	for _, s := range f.list {
		if s.Role == RoleNone && isFilm(s.Kind) {
			s.Role = f.sideRole(s)
		}
	}
}

// plainRole needs no look at the others.
func (f *folder) plainRole(s *Stream) Role {
	switch {
	case s.Kind == media.Thumbnails, s.Kind == media.HLS && s.Player == nil && s.pictures > 0 && s.pictures >= s.Requests-1:
		s.Kind = media.Thumbnails
		return RoleThumbnail
	case f.isAdvert(s):
		return RoleAdvert
	case slices.ContainsFunc(s.addresses(), func(u string) bool { return Tracks(hostOf(u)) }):
		return RoleTracker
	case (s.Kind == media.Video || s.Kind == media.Audio) && s.Player == nil && s.whole > 0 && s.whole <= tinyFile:
		if s.Evidence != media.ByContent || s.Duration > 0 && s.Duration < time.Second {
			return RoleTracker
		}
	}
	return RoleNone
}

func (f *folder) isAdvert(s *Stream) bool {
	for _, u := range s.addresses() {
		if _, ok := f.adverts[u]; ok {
			return true
		}
		if Advertises(hostOf(u)) {
			return true
		}
	}
	return false
}

// addresses are those that a stream was asked for under.
func (s *Stream) addresses() []string {
	list := []string{s.URL, s.Exchange.URL()}
	for _, h := range s.Exchange.Redirects {
		list = append(list, h.Request.URL)
	}
	return list
}

var previewing = regexp.MustCompile(`(?i)(^|[^a-z])(preview|teaser|hover|sample|thumbs?|loop|ani(mated)?)([^a-z]|$)`)

// sideRole tells the short clips beside a longer film by their looks: what plays mute and for ever, and what comes from
// elsewhere than all the rest.
func (f *folder) sideRole(s *Stream) Role {
	if s.Live || s.Duration > shortClip || !f.longer(s) {
		return RoleNone
	}
	p := s.Player
	switch {
	case p != nil && p.Muted && p.Loop && !p.Controls && p.Area >= largeEnough:
		return RoleBackground
	case p != nil && p.Muted && (p.Loop || previewing.MatchString(pathOf(s.URL))):
		return RolePreview
	case p == nil && s.Duration > 0 && previewing.MatchString(pathOf(s.URL)):
		return RolePreview
	case s.Duration > 0 && f.foreign(s):
		return RoleAdvert
	}
	return RoleNone
}

// longer says whether there is a film at least twice as long that does not look like a clip itself.
func (f *folder) longer(s *Stream) bool {
	return slices.ContainsFunc(f.list, func(o *Stream) bool {
		looped := o.Player != nil && o.Player.Muted && o.Player.Loop && !o.Player.Controls
		return o != s && isFilm(o.Kind) && !o.Mentioned() && (o.Role == RoleNone || o.Role == RoleMain) && !looped && (o.Live || o.Duration >= 2*s.Duration && o.Duration > 0)
	})
}

// foreign says whether a stream comes from another site than the page and every longer film.
func (f *folder) foreign(s *Stream) bool {
	own := siteOf(s.URL)
	if own == "" || own == siteOf(f.page) || own == siteOf(s.Exchange.Document) {
		return false
	}
	return !slices.ContainsFunc(f.list, func(o *Stream) bool {
		return o != s && o.Duration >= 2*s.Duration && siteOf(o.URL) == own
	})
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Path
}

// siteOf is the registrable domain of an address (WHATWG URL §3.4.1), or the host that has none.
func siteOf(address string) string {
	host := hostOf(address)
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return site
	}
	return host
}
