package subs

import (
	"errors"
	"time"

	"seine/assemble/media/wire"
)

// ErrRecord says that bytes are no list that Append wrote.
var ErrRecord = errors.New("subs: damaged record")

// Append appends a list of cues, for Decode.
func Append(b []byte, list []Cue) []byte {
	b = wire.Int(b, int64(len(list)))
	for i := range list {
		c := &list[i]
		b = wire.Int(b, int64(c.Start))
		b = wire.Int(b, int64(c.End))
		b = wire.Bytes(b, []byte(c.Settings))
		b = wire.Int(b, int64(len(c.Runs)))
		for _, r := range c.Runs {
			b = wire.Int(b, int64(r.Style))
			b = wire.Bytes(b, []byte(r.Text))
		}
	}
	return b
}

// Decode reads what Append wrote. The error is ErrRecord.
func Decode(b []byte) ([]Cue, error) {
	r := wire.NewReader(b)
	n := r.Int()
	if n < 0 || n > MaxCues {
		return nil, ErrRecord
	}
	list := make([]Cue, 0, min(int(n), len(b)/4))
	for ; n > 0 && r.Err() == nil; n-- {
		list = append(list, decodeCue(r))
	}
	if r.Err() != nil || r.Len() != 0 {
		return nil, ErrRecord
	}
	return list, nil
}

func decodeCue(r *wire.Reader) Cue {
	c := Cue{Start: time.Duration(r.Int()), End: time.Duration(r.Int()), Settings: string(r.Bytes())}
	if c.Start < -MaxTime || c.Start > MaxTime || c.End < -MaxTime || c.End > MaxTime {
		r.Fail()
	}
	n := r.Int()
	if n < 0 || n > int64(r.Len()) {
		r.Fail()
	}
	for ; n > 0 && r.Err() == nil; n-- {
		style := r.Int()
		if style < 0 || style > int64(Bold|Italic|Underline) {
			r.Fail()
		}
		c.Runs = append(c.Runs, Run{Style: Style(style), Text: string(r.Bytes())})
	}
	return c
}
