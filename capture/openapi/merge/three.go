package merge

import (
	"strings"

	"seine/capture/openapi/document"
)

// three merges what was, what a person made of it, and what is heard now.
type three struct {
	conflicts []Conflict
	edits     int
}

// absent stands for a member that is not there.
type absent struct{}

func get(o document.Object, key string) any {
	for _, m := range o {
		if m.Key == key {
			return m.Value
		}
	}
	return absent{}
}

// objects merges members, in the person's order; new ones stand behind the one that is before them in what was heard.
func (t *three) objects(base, mine, heard document.Object, at string) document.Object {
	out := document.Object{}
	for _, m := range mine {
		if v := t.merge(get(base, m.Key), m.Value, get(heard, m.Key), pointer(at, m.Key)); v != (absent{}) {
			out = append(out, document.Member{Key: m.Key, Value: v})
		}
	}
	before := ""
	for _, m := range heard {
		if _, there := get(mine, m.Key).(absent); there {
			if v := t.merge(get(base, m.Key), absent{}, m.Value, pointer(at, m.Key)); !isAbsent(v) {
				out = insert(out, before, document.Member{Key: m.Key, Value: v})
			}
		}
		before = m.Key
	}
	return out
}

func isAbsent(v any) bool {
	_, is := v.(absent)
	return is
}

func insert(o document.Object, before string, m document.Member) document.Object {
	at := len(o)
	for i := range o {
		if o[i].Key == before && before != "" {
			at = i + 1
		}
	}
	o = append(o, document.Member{})
	copy(o[at+1:], o[at:])
	o[at] = m
	return o
}

// merge decides on one place.
func (t *three) merge(base, mine, heard any, at string) any {
	switch {
	case same(mine, base):
		return heard
	case same(heard, base), same(mine, heard):
		if !same(mine, heard) {
			t.edits += differences(mine, heard)
		}
		return mine
	case isAbsent(base) && !isAbsent(mine) && strings.Contains(at, "/x-seine-"): // what seine tells of a capture is seine's to tell
		return heard
	case isAbsent(mine): // removed by hand, which stays so
		t.edits++
		return mine
	}
	if m, ok := mine.(document.Object); ok {
		if h, ok := heard.(document.Object); ok {
			return t.objects(object(base), m, h, at)
		}
	}
	if m, ok := mine.(document.Array); ok {
		if h, ok := heard.(document.Array); ok {
			return t.arrays(array(base), m, h, at)
		}
	}
	t.edits++
	t.conflicts = append(t.conflicts, Conflict{at, say(mine), say(heard)})
	return mine
}

// differences counts the places in which two trees differ.
func differences(a, b any) (n int) {
	x, y := object(a), object(b)
	if x == nil || y == nil {
		return 1
	}
	for _, m := range x {
		if other := get(y, m.Key); !same(m.Value, other) {
			n += differences(m.Value, other)
		}
	}
	for _, m := range y {
		if isAbsent(get(x, m.Key)) {
			n++
		}
	}
	return n
}

func say(v any) string {
	if isAbsent(v) {
		return "nothing"
	}
	return short(v)
}

func same(a, b any) bool {
	if isAbsent(a) || isAbsent(b) {
		return isAbsent(a) && isAbsent(b)
	}
	return equal(a, b)
}

// arrays merges lists as sets in the person's order: what was added is added, what was taken away is taken away. Parameters are known by their name
// and place.
func (t *three) arrays(base, mine, heard document.Array, at string) document.Array {
	out := document.Array{}
	for _, m := range mine {
		id := identity(m)
		v := t.merge(find(base, id), m, find(heard, id), at+"/"+id)
		if !isAbsent(v) {
			out = append(out, v)
		}
	}
	for _, h := range heard {
		id := identity(h)
		if !isAbsent(find(mine, id)) {
			continue
		}
		if isAbsent(find(base, id)) {
			out = append(out, h)
			continue
		}
		t.edits++
	}
	return out
}

// identity is what tells items apart.
func identity(v any) string {
	o := object(v)
	name, named := o.Get("name").(string)
	in, placed := o.Get("in").(string)
	if named && placed {
		return in + " " + name
	}
	return strings.TrimSuffix(full(v), "\n")
}

func full(v any) string {
	var b strings.Builder
	_ = document.WriteJSON(&b, v) // a Builder takes all
	return b.String()
}

func find(list document.Array, id string) any {
	for _, one := range list {
		if identity(one) == id {
			return one
		}
	}
	return absent{}
}
