package capture

import "slices"

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
}

// bufferPlace finds a Buffer, which moves when its MediaSource gets another.
type bufferPlace struct {
	source *MediaSource
	index  int
}

func newSourceList() sourceList {
	return sourceList{sources: map[sourceKey]*MediaSource{}, buffers: map[sourceKey]bufferPlace{}}
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
		l.buffers[place] = bufferPlace{source, len(source.Buffers)}
		source.Buffers = append(source.Buffers, Buffer{Type: m.Type})
	}
}

// feed takes news of a SourceBuffer.
func (l *sourceList) feed(m *hookMessage, at realm) {
	p := l.buffers[sourceKey{at, m.Buffer}]
	if p.source == nil {
		return
	}
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
