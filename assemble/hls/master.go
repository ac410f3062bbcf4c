package hls

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/grafov/m3u8"

	"seine/assemble/internal/address"
	"seine/assemble/manifest"
)

// masterReader notes what grafov does not keep of a multivariant playlist.
type masterReader struct {
	lines      *lineCounter
	resolve    *address.Resolver
	renditions []manifest.Rendition
	sessions   []manifest.Key
	// infs are the variants in the order in which grafov keeps them; pending is true until the address of the last one.
	infs     []streamInf
	pending  bool
	steering *manifest.Steering
	warnings []string
	err      error
}

// streamInf is what grafov does not keep of EXT-X-STREAM-INF, or cuts to 32 bits.
type streamInf struct {
	bandwidth, average int64
	pathway, video     string
	captions, rng      string
	stable             string
}

func decodeMaster(n *normalized, base *url.URL) (*manifest.Presentation, error) {
	r := &masterReader{lines: &lineCounter{numbers: n.lines}, resolve: address.New(base)}
	g := m3u8.NewMasterPlaylist()
	if err := grafovDecode(g, n.text, r.note); err != nil {
		return nil, err
	}
	if r.err != nil {
		return nil, r.err
	}
	p := &manifest.Presentation{
		URL: base, Renditions: r.renditions, SessionKeys: r.sessions, Steering: r.steering, Variables: n.vars,
		Warnings: append(n.warnings, r.warnings...),
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
	if len(g.Variants) != len(r.infs) {
		return fmt.Errorf("%w: %d variants counted, %d decoded", ErrMalformed, len(r.infs), len(g.Variants))
	}
	for i, v := range g.Variants {
		inf := &r.infs[i]
		if v.URI == "" {
			continue
		}
		u, err := r.resolve.Parse(v.URI)
		if err != nil {
			return err
		}
		w, h := parseResolution(v.Resolution)
		p.Variants = append(p.Variants, manifest.Variant{
			URL: u, Bandwidth: inf.bandwidth, AverageBandwidth: inf.average, Width: w, Height: h,
			FrameRate: finite(v.FrameRate), Codecs: v.Codecs, Name: v.Name, Range: inf.rng, Pathway: inf.pathway, StableID: inf.stable,
			Audio: v.Audio, Video: inf.video, Subtitles: v.Subtitles, Captions: inf.captions,
		})
	}
	return nil
}

// note reads the tags that grafov does not keep, or not in full.
func (r *masterReader) note(line string) {
	number := r.lines.next()
	if line == "" {
		return
	}
	if line[0] != '#' {
		r.pending = false
		return
	}
	name, list, _ := strings.Cut(line, ":")
	var err error
	switch name {
	case "#EXT-X-MEDIA":
		err = r.media(list)
	case "#EXT-X-STREAM-INF":
		r.streamInf(list)
	case "#EXT-X-SESSION-KEY":
		err = r.sessionKey(list)
	case "#EXT-X-CONTENT-STEERING":
		r.steer(list)
	}
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%w: line %d: %w", ErrMalformed, number, err)
	}
}

// streamInf reads EXT-X-STREAM-INF (RFC 8216 §4.3.4.2); a second one before the address is ignored, as by grafov.
func (r *masterReader) streamInf(list string) {
	if r.pending {
		return
	}
	r.pending = true
	inf := streamInf{pathway: "."}
	for k, v := range attributes(list) {
		switch k {
		case "BANDWIDTH":
			inf.bandwidth = bits(v)
		case "AVERAGE-BANDWIDTH":
			inf.average = bits(v)
		case "PATHWAY-ID":
			inf.pathway = v
		case "STABLE-VARIANT-ID":
			inf.stable = v
		case "VIDEO":
			inf.video = v
		case "CLOSED-CAPTIONS":
			if v != "NONE" {
				inf.captions = v
			}
		case "VIDEO-RANGE":
			inf.rng = v
		}
	}
	r.infs = append(r.infs, inf)
}

// bits is a rate in bits a second, or 0.
func bits(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 1<<50 {
		return 0
	}
	return n
}

func (r *masterReader) sessionKey(list string) error {
	k, err := parseKey(list, r.resolve)
	if len(r.sessions) < MaxVariants {
		r.sessions = append(r.sessions, k)
	}
	return err
}

// steer reads EXT-X-CONTENT-STEERING (RFC 8216bis §4.4.6.6). A film can be had without it.
func (r *masterReader) steer(list string) {
	s := &manifest.Steering{}
	for k, v := range attributes(list) {
		switch k {
		case "SERVER-URI":
			var err error
			if s.URL, err = r.resolve.Steering(v); err != nil && len(r.warnings) == 0 {
				r.warnings = append(r.warnings, fmt.Sprintf("the steering manifest is not read: %v", err))
			}
		case "PATHWAY-ID":
			s.Pathway = v
		}
	}
	r.steering = s
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
		case "ASSOC-LANGUAGE":
			m.Associated = v
		case "STABLE-RENDITION-ID":
			m.StableID = v
		case "CHARACTERISTICS":
			m.Characteristics = v
		case "INSTREAM-ID":
			m.Service = v
		case "CHANNELS":
			m.Channels = v
		case "DEFAULT":
			m.Default = v == "YES"
		case "AUTOSELECT":
			m.Autoselect = v == "YES"
		case "FORCED":
			m.Forced = v == "YES"
		case "URI":
			u, err := r.resolve.Parse(v)
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
