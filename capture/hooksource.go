package capture

import (
	"errors"
	"slices"
)

// errPiece: what was appended did not come whole.
var errPiece = errors.New("not all of what was appended has come")

// Bounds of what players are fed from.
const (
	maxSources = 200
	maxBuffers = 1000 // over all sources
)

// sourceKey names a MediaSource or SourceBuffer: its hook's number for it.
type sourceKey struct {
	realm
	id int64
}

// sourceList counts what is given to Media Source Extensions.
type sourceList struct {
	list    []*MediaSource
	sources map[sourceKey]*MediaSource
	buffers map[sourceKey]bufferPlace
	copies  []*copied
	store   *store // nil: what is appended is counted only
}

// bufferPlace finds a Buffer, which moves when its MediaSource gets another.
type bufferPlace struct {
	source *MediaSource
	index  int
	copied *copied // nil: not wanted
}

func newSourceList(copies *store) sourceList {
	return sourceList{store: copies, sources: map[sourceKey]*MediaSource{}, buffers: map[sourceKey]bufferPlace{}}
}

// add takes news of a MediaSource, or of a SourceBuffer that it has now.
func (l *sourceList) add(m *hookMessage, at realm, o origin) {
	key := sourceKey{at, m.Source}
	source := l.sources[key]
	if source == nil {
		if len(l.list) >= maxSources {
			return
		}
		source = &MediaSource{FrameID: o.frame, Frame: o.address, Target: o.target}
		l.sources[key] = source
		l.list = append(l.list, source)
	}
	switch place := (sourceKey{at, m.Buffer}); {
	case m.Kind == "source" && len(m.URL) <= 4*maxWord:
		source.URL = m.URL
	case m.Kind == "buffer" && len(l.buffers) < maxBuffers && len(m.Type) <= 4*maxWord && l.buffers[place].source == nil:
		source.Buffers = append(source.Buffers, Buffer{Type: m.Type})
		l.buffers[place] = l.place(source)
	}
}

// place is that of a new buffer, the last of source.
func (l *sourceList) place(source *MediaSource) bufferPlace {
	p := bufferPlace{source: source, index: len(source.Buffers) - 1}
	if l.store != nil && len(l.copies) < maxCopies {
		p.copied = newCopied(l.store, source, p.index)
		l.copies = append(l.copies, p.copied)
	}
	return p
}

// feed takes news of a SourceBuffer.
func (l *sourceList) feed(m *hookMessage, at realm) {
	p := l.buffers[sourceKey{at, m.Buffer}]
	if p.source == nil {
		return
	}
	p.copied.hear(m)
	b := &p.source.Buffers[p.index]
	switch {
	case m.Kind == "append" && m.Bytes >= 0 && m.Bytes <= 1<<32:
		b.Appends++
		b.Bytes += m.Bytes
	case m.Kind == "change" && len(m.Type) <= 4*maxWord:
		b.Type = m.Type
	}
}

func (l *sourceList) snapshot() []*MediaSource {
	var list []*MediaSource
	for _, m := range l.list {
		c := *m
		c.Buffers = slices.Clone(m.Buffers)
		list = append(list, &c)
	}
	return list
}

func (l *sourceList) close() error {
	var errs []error
	for _, c := range l.copies {
		errs = append(errs, c.close())
	}
	return errors.Join(errs...)
}
