package engine

import (
	"context"

	"seine/capture/session"
)

// pageOpener is what StageOf makes a Stage of.
type pageOpener[P Page] interface {
	Open(ctx context.Context, dir string, cookies []session.Cookie, storage []session.Storage) (P, error)
	Kept(ctx context.Context) ([]session.Cookie, error)
}

// StageOf makes a Stage of what opens pages of a type of its own and knows nothing of this package.
func StageOf[P Page](s pageOpener[P]) Stage { return stage[P]{s} }

type stage[P Page] struct{ pageOpener[P] }

// Open is that of Stage.
func (s stage[P]) Open(ctx context.Context, at Place) (Page, error) {
	p, err := s.pageOpener.Open(ctx, at.Dir, at.Cookies, at.Storage)
	if err != nil {
		return nil, err
	}
	return p, nil
}
