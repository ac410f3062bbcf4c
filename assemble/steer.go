package assemble

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"seine/assemble/decrypt"
	"seine/assemble/fetch"
	"seine/assemble/hls"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// steer asks once, and not for long, in which order the servers shall be used, and which others there are. A film can do without an
// answer.
func steer(ctx context.Context, in *Inspection, p *manifest.Presentation, pool *fetch.Pool) *manifest.Presentation {
	if p.Steering == nil || p.Steering.URL == nil {
		return p
	}
	limited, cancel := context.WithTimeout(ctx, mirrorPatience)
	defer cancel()
	priority, clones, err := readSteering(limited, p, pool)
	if err == nil {
		return plan.Steer(p, priority, clones)
	}
	if ctx.Err() == nil {
		in.Warnings = append(in.Warnings, fmt.Sprintf("%v; the servers are used in the playlist's own order", err))
	}
	return p
}

func readSteering(ctx context.Context, p *manifest.Presentation, pool *fetch.Pool) ([]string, []manifest.Clone, error) {
	const name = "the steering manifest"
	u := p.Steering.URL
	if u.Scheme == "data" {
		text, err := decrypt.DataURL(u.String())
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w: its data: address cannot be read", name, hls.ErrMalformed)
		}
		return parseSteering(name, text, p.URL)
	}
	body, err := pool.Get(ctx, fetch.Request{Kind: fetch.Steering, Name: name, URL: u.String()})
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%s (%s): no answer within %v", name, short(u), mirrorPatience)
	}
	if err != nil {
		return nil, nil, err
	}
	defer body.Release()
	return parseSteering(name+" ("+short(body.URL)+")", body.Data, body.URL)
}

func parseSteering(name string, text []byte, base *url.URL) ([]string, []manifest.Clone, error) {
	priority, clones, err := hls.ParseSteering(text, base)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return priority, clones, err
}
