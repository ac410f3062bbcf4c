package replay

import (
	"context"
	"net/url"

	"seine/assemble"
	"seine/capture"
	"seine/capture/session"
	"seine/scenarios"
)

// renewal makes a visit once more, for new addresses of a film.
type renewal func(ctx context.Context, old *capture.Stream) (assemble.Source, *session.Client, error)

func (v *visit) renewed(ctx context.Context, old *capture.Stream) (assemble.Source, *session.Client, error) {
	if v.renew != nil {
		return v.renew(ctx, old)
	}
	return v.again(ctx, old)
}

// again visits the page once more, for new addresses of the film that it plays. Nobody is told of the steps, and the HAR file of the
// first visit stays what it is.
func (v *visit) again(ctx context.Context, old *capture.Stream) (assemble.Source, *session.Client, error) {
	quiet := *v.runner
	quiet.Observe = nil
	next, err := quiet.open(ctx, false)
	if err != nil {
		return assemble.Source{}, nil, err
	}
	defer next.close()
	for _, s := range v.flow.Steps {
		switch step := s.(type) {
		case scenarios.Grab:
			continue
		case scenarios.Capture:
			step.HAR, step.Save = "", ""
			s = step
		}
		if err := next.limited(ctx, v.flow, s); err != nil {
			return assemble.Source{}, nil, err
		}
	}
	stream, err := next.chooseLike(old)
	if err != nil {
		return assemble.Source{}, nil, err
	}
	return next.source(stream)
}

// chooseLike takes the stream that is at the same place as an earlier visit's, whatever its token; else the best one.
func (v *visit) chooseLike(old *capture.Stream) (*capture.Stream, error) {
	best, err := v.choose()
	if err != nil {
		return nil, err
	}
	for _, s := range v.result.Streams {
		if s.Fetchable() && s.DRM == "" && !s.Mentioned() && spot(s.URL) == spot(old.URL) {
			return s, nil
		}
	}
	return best, nil
}

// spot is an address without what may carry a token.
func spot(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" {
		return address
	}
	return u.Host + u.Path
}
