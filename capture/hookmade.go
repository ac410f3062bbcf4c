package capture

import (
	"crypto/sha256"
	"slices"
	"time"
)

// Bounds of what scripts make, for each target and for the visit.
const (
	maxMade       = 4 << 20 // bytes of one
	maxMadeTarget = 32 << 20
	maxMadeVisit  = 64 << 20
	maxMadeItems  = 5000
)

// madeList holds each content once for a function and a frame or worker.
type madeList struct {
	list  []*Made
	known map[[sha256.Size]byte]*Made
	bytes map[string]int64 // by target
	all   int64
	cut   int // things that were too many, or too large
}

func newMadeList() madeList {
	return madeList{known: map[[sha256.Size]byte]*Made{}, bytes: map[string]int64{}}
}

var madeBys = []MadeBy{MadeBlob, MadeJSON, MadeAtob, MadeText, MadeKey}

func (l *madeList) add(m *hookMessage, o origin) {
	data := m.B64
	if m.Text != "" {
		data = []byte(m.Text)
	}
	n := int64(len(data))
	if !slices.Contains(madeBys, m.How) || n == 0 || n > 3*maxMade || len(m.URL) > 4*maxWord || len(m.Type) > 4*maxWord {
		return
	}
	key := sha256.Sum256([]byte(string(m.How) + "\x00" + o.target.ID + "\x00" + o.frame + "\x00" + string(data)))
	if old := l.known[key]; old != nil {
		if m.URL != "" {
			old.URL = m.URL // the address that plays is the last one
		}
		return
	}
	if len(l.list) >= maxMadeItems || l.all+n > maxMadeVisit || l.bytes[o.target.ID]+n > maxMadeTarget {
		l.cut++
		return
	}
	l.all += n
	l.bytes[o.target.ID] += n
	made := &Made{
		How: m.How, URL: m.URL, ContentType: m.Type, FrameID: o.frame, Frame: o.address, Target: o.target, Time: time.Now(),
		Data: data, Size: max(m.Size, n),
	}
	if m.Text != "" && m.Size <= maxMade {
		made.Size = n // the hook counts characters
	}
	l.known[key] = made
	l.list = append(l.list, made)
}

func (l *madeList) snapshot() []*Made {
	var list []*Made
	for _, m := range l.list {
		c := *m
		list = append(list, &c)
	}
	return list
}
