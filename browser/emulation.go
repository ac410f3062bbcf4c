package browser

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/device"
)

// Emulation is the person, place and device that sites see. The zero value is this machine with a window of 1280 × 800.
//
// Languages and time zone are set for the whole process when it is started, so that workers, frames of other sites and headers agree
// with the page; a browser that runs already asks for its own languages, and its shared workers have their own time.
type Emulation struct {
	Locale      string // BCP 47, e.g. "de-DE"
	TimeZone    string // IANA, e.g. "Europe/Berlin"
	Viewport    Viewport
	Geolocation *Geolocation // nil: sites may not know
}

// Viewport is the part of the window that pages see. The zero value leaves it as it is.
type Viewport struct {
	Width, Height int64   // CSS pixels
	Scale         float64 // device pixels for each; 0: 1
	Mobile        bool    // meta viewport, overlay scrollbars
	Touch         bool
}

// Geolocation is what navigator.geolocation tells every site, without asking.
type Geolocation struct {
	Latitude, Longitude float64 // degrees, WGS 84
	Accuracy            float64 // metres; 0: 10
}

// Device is a telephone or tablet, by its name in Chrome's developer tools without regard to case, such as "iPhone 13".
func Device(name string) (v Viewport, userAgent string, ok bool) {
	for i := device.Reset + 1; i <= device.MotoG4landscape; i++ {
		if d := i.Device(); strings.EqualFold(d.Name, name) {
			return Viewport{Width: d.Width, Height: d.Height, Scale: d.Scale, Mobile: d.Mobile, Touch: d.Touch}, d.UserAgent, true
		}
	}
	return Viewport{}, "", false
}

// Devices are the names that Device knows.
func Devices() (names []string) {
	for i := device.Reset + 1; i <= device.MotoG4landscape; i++ {
		names = append(names, i.String())
	}
	return names
}

var locales = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// Check says what is wrong with the settings, in a sentence.
func (e Emulation) Check() error {
	if e.Locale != "" && !locales.MatchString(e.Locale) {
		return fmt.Errorf("%q is no locale such as de-DE", e.Locale)
	}
	if e.TimeZone != "" {
		if _, err := time.LoadLocation(e.TimeZone); err != nil || e.TimeZone == "Local" {
			return fmt.Errorf("%q is no time zone such as Europe/Berlin", e.TimeZone)
		}
	}
	if v := e.Viewport; v.Width < 0 || v.Height < 0 || v.Width > maxViewport || v.Height > maxViewport || (v.Width == 0) != (v.Height == 0) || v.Scale < 0 || v.Scale > 10 {
		return fmt.Errorf("%d × %d pixels at %v are no viewport", v.Width, v.Height, v.Scale)
	}
	if g := e.Geolocation; g != nil && (g.Latitude < -90 || g.Latitude > 90 || g.Longitude < -180 || g.Longitude > 180) {
		return fmt.Errorf("%v, %v is no place on earth", g.Latitude, g.Longitude)
	}
	return nil
}

// maxViewport is Chrome's own limit, in CSS pixels.
const maxViewport = 10_000_000

// languages is the list of a person who reads the locale's language in any country. Chrome adds its own behind it.
func (e Emulation) languages() string {
	if language, _, ok := strings.Cut(e.Locale, "-"); ok {
		return e.Locale + "," + language
	}
	return e.Locale
}

// environment is for the process.
func (e Emulation) environment() []string {
	if e.TimeZone == "" {
		return nil
	}
	return []string{"TZ=" + e.TimeZone}
}

// apply prepares a target that is paused. Nothing is awaited.
func (e Emulation) apply(ctx context.Context, s *Session, connected bool) {
	if s.kind != "page" && s.kind != "iframe" {
		return
	}
	if e.Locale != "" {
		_, _ = s.Send(ctx, emulation.CommandSetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: e.Locale})
	}
	if connected && e.TimeZone != "" {
		_, _ = s.Send(ctx, emulation.CommandSetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: e.TimeZone})
	}
	if g := e.Geolocation; g != nil {
		accuracy := g.Accuracy
		if accuracy == 0 {
			accuracy = 10
		}
		_, _ = s.Send(ctx, emulation.CommandSetGeolocationOverride, emulation.SetGeolocationOverrideParams{Latitude: &g.Latitude, Longitude: &g.Longitude, Accuracy: &accuracy})
	}
	if s.kind == "page" {
		e.Viewport.apply(ctx, s)
	}
}

func (v Viewport) apply(ctx context.Context, s *Session) {
	if v.Width == 0 {
		return
	}
	scale := v.Scale
	if scale == 0 {
		scale = 1
	}
	_, _ = s.Send(ctx, emulation.CommandSetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: v.Width, Height: v.Height, DeviceScaleFactor: scale, Mobile: v.Mobile,
	})
	if v.Touch {
		_, _ = s.Send(ctx, emulation.CommandSetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 5})
	}
}

// permit lets the sites of a browser context know the place.
func (e Emulation) permit(ctx context.Context, root cdp.Session, id cdp.BrowserContextID) error {
	if e.Geolocation == nil {
		return nil
	}
	_, err := cdp.Call(ctx, root, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
		Permission: &cdpbrowser.PermissionDescriptor{Name: "geolocation"}, Setting: cdpbrowser.PermissionSettingGranted, BrowserContextID: id,
	})
	return err
}
