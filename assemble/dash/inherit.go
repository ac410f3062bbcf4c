package dash

import "cmp"

// inherit is what a level says of where segments are, and below that what the one around it does (§5.3.9.1): of the same kind, for
// a level that says it in another way says all.
func (a addressing) inherit(above addressing) addressing {
	switch {
	case a.Base != nil:
		return addressing{Base: a.Base.inherit(above.Base)}
	case a.List != nil:
		return addressing{List: a.List.inherit(above.List)}
	case a.Template != nil:
		return addressing{Template: a.Template.inherit(above.Template)}
	}
	return above
}

func (b *segmentBase) inherit(above *segmentBase) *segmentBase {
	if above == nil {
		return b
	}
	return &segmentBase{
		Timescale: cmp.Or(b.Timescale, above.Timescale), Offset: cmp.Or(b.Offset, above.Offset),
		IndexRange: cmp.Or(b.IndexRange, above.IndexRange), Init: cmp.Or(b.Init, above.Init), Index: cmp.Or(b.Index, above.Index),
	}
}

func (m *multiple) inherit(above *multiple) multiple {
	return multiple{
		segmentBase: *m.segmentBase.inherit(&above.segmentBase), Duration: cmp.Or(m.Duration, above.Duration),
		StartNumber: cmp.Or(m.StartNumber, above.StartNumber), EndNumber: cmp.Or(m.EndNumber, above.EndNumber),
		Timeline: cmp.Or(m.Timeline, above.Timeline),
	}
}

func (l *segmentList) inherit(above *segmentList) *segmentList {
	if above == nil {
		return l
	}
	out := &segmentList{multiple: l.multiple.inherit(&above.multiple), Link: cmp.Or(l.Link, above.Link), URLs: l.URLs}
	if len(out.URLs) == 0 {
		out.URLs = above.URLs
	}
	return out
}

func (t *template) inherit(above *template) *template {
	if above == nil {
		return t
	}
	return &template{
		multiple: t.multiple.inherit(&above.multiple), Media: cmp.Or(t.Media, above.Media),
		First: cmp.Or(t.First, above.First), Index: cmp.Or(t.Index, above.Index),
	}
}

// inherit is what a representation says of its media, and below that its set (§5.3.7).
func (c common) inherit(above common) common {
	out := common{
		Width: cmp.Or(c.Width, above.Width), Height: cmp.Or(c.Height, above.Height), FrameRate: cmp.Or(c.FrameRate, above.FrameRate),
		MimeType: cmp.Or(c.MimeType, above.MimeType), Codecs: cmp.Or(c.Codecs, above.Codecs), Channels: c.Channels,
		Protection: append(c.Protection[:len(c.Protection):len(c.Protection)], above.Protection...),
		Essential:  append(c.Essential[:len(c.Essential):len(c.Essential)], above.Essential...),
		Additional: append(c.Additional[:len(c.Additional):len(c.Additional)], above.Additional...),
	}
	if len(out.Channels) == 0 {
		out.Channels = above.Channels
	}
	return out
}
