package hls

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/grafov/m3u8"

	"seine/assemble/manifest"
)

// masterReader notes what grafov does not keep of a multivariant playlist.
type masterReader struct {
	lines      *lineCounter
	resolve    *resolver
	renditions []manifest.Rendition
	sessions   []manifest.Key
	err        error
}

func decodeMaster(n *normalized, base *url.URL) (*manifest.Presentation, error) {
	r := &masterReader{lines: &lineCounter{numbers: n.lines}, resolve: newResolver(base)}
	g := m3u8.NewMasterPlaylist()
	if err := grafovDecode(g, n.text, r.note); err != nil {
		return nil, err
	}
	if r.err != nil {
		return nil, r.err
	}
	p := &manifest.Presentation{
		URL: base, Renditions: r.renditions, SessionKeys: r.sessions, Variables: n.vars, Warnings: n.warnings,
	}
	if err := r.variants(p, g); err != nil {
		return nil, err
	}
	if len(p.Variants) == 0 {
		return nil, fmt.Errorf("%w: it names no variant", ErrEmpty)
	}
	return p, nil
}

func (r *masterReader) variants(p *manifest.Presentation, g *m3u8.MasterPlaylist) error {
	for _, v := range g.Variants {
		if v.URI == "" {
			continue
		}
		u, err := r.resolve.parse(v.URI)
		if err != nil {
			return err
		}
		w, h := parseResolution(v.Resolution)
		p.Variants = append(p.Variants, manifest.Variant{
			URL: u, Bandwidth: int64(v.Bandwidth), AverageBandwidth: int64(v.AverageBandwidth), Width: w, Height: h,
			FrameRate: finite(v.FrameRate), Codecs: v.Codecs, Name: v.Name, Audio: v.Audio, Subtitles: v.Subtitles,
		})
	}
	return nil
}

// note reads the tags that grafov does not keep, or not in full.
func (r *masterReader) note(line string) {
	number := r.lines.next()
	var err error
	if list, ok := strings.CutPrefix(line, "#EXT-X-MEDIA:"); ok {
		err = r.media(list)
	} else if list, ok := strings.CutPrefix(line, "#EXT-X-SESSION-KEY:"); ok {
		var k manifest.Key
		k, err = parseKey(list, r.resolve)
		if len(r.sessions) < MaxVariants {
			r.sessions = append(r.sessions, k)
		}
	}
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%w: line %d: %w", ErrMalformed, number, err)
	}
}

func (r *masterReader) media(list string) error {
	var m manifest.Rendition
	for k, v := range attributes(list) {
		switch k {
		case "TYPE":
			m.Type = manifest.MediaType(strings.ToUpper(v))
		case "GROUP-ID":
			m.Group = v
		case "NAME":
			m.Name = v
		case "LANGUAGE":
			m.Language = v
		case "CHANNELS":
			m.Channels = v
		case "DEFAULT":
			m.Default = v == "YES"
		case "AUTOSELECT":
			m.Autoselect = v == "YES"
		case "FORCED":
			m.Forced = v == "YES"
		case "URI":
			u, err := r.resolve.parse(v)
			if err != nil {
				return err
			}
			m.URL = u
		}
	}
	m.Autoselect = m.Autoselect || m.Default // RFC 8216 §4.3.4.1
	r.renditions = append(r.renditions, m)
	return nil
}

// parseResolution reads WIDTHxHEIGHT in pixels; zeros for anything else or beyond 65535.
func parseResolution(s string) (w, h int) {
	ws, hs, ok := strings.Cut(strings.ToLower(s), "x")
	wn, errW := strconv.ParseUint(strings.TrimSpace(ws), 10, 16)
	hn, errH := strconv.ParseUint(strings.TrimSpace(hs), 10, 16)
	if !ok || errW != nil || errH != nil {
		return 0, 0
	}
	return int(wn), int(hn)
}

// finite keeps a frame rate in sane bounds; 0 stands for unknown.
func finite(f float64) float64 {
	if math.IsNaN(f) || f < 0 || f > 1000 {
		return 0
	}
	return f
}

// lineCounter tells the original number of the line that grafov is at.
type lineCounter struct {
	numbers []int32
	at      int
}

func (c *lineCounter) next() int {
	c.at++
	if c.at > len(c.numbers) {
		return 0
	}
	return int(c.numbers[c.at-1])
}
