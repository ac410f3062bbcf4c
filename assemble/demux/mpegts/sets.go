package mpegts

import (
	"bytes"
	"slices"

	"seine/assemble/codec/h264"
	"seine/assemble/codec/h265"
	"seine/assemble/media"
	"seine/assemble/media/wire"
)

// Roles of parameter sets. H.264 has no VPS.
const (
	setVPS = iota
	setSPS
	setPPS
	setRoles
)

// limits bound the sets in force. Ids of H.264 (ISO/IEC 14496-10 §7.4.2) end at 31 and 255, where avcC counts 31 SPS.
var limits = map[carrier][setRoles]int{
	carryAVC:  {0, 31, 255},
	carryHEVC: {h265.MaxVPS, h265.MaxSPS, h265.MaxPPS},
}

// parameterSets are those in force of one role, in the order of their first coming.
type parameterSets struct {
	list  [][]byte
	ids   []uint32
	given bool // a codec holds list, so it is replaced before it changes
}

func (p *parameterSets) has(unit []byte) bool {
	return slices.ContainsFunc(p.list, func(s []byte) bool { return bytes.Equal(s, unit) })
}

// put sets a parameter set under its id, and reports whether anything changed.
func (p *parameterSets) put(id uint32, unit []byte, limit int) bool {
	at := slices.Index(p.ids, id)
	if at >= 0 && bytes.Equal(p.list[at], unit) || at < 0 && len(p.list) >= limit {
		return false
	}
	if p.given {
		p.list, p.given = slices.Clone(p.list), false
	}
	if at >= 0 {
		p.list[at] = bytes.Clone(unit)
		return true
	}
	p.list, p.ids = append(p.list, bytes.Clone(unit)), append(p.ids, id)
	return true
}

// set takes a parameter set in. There may be hundreds of PPS, each soon read; those of the other roles are few and long.
func (v *videoState) set(role int, unit []byte) {
	if role != setPPS && v.sets[role].has(unit) {
		return
	}
	if id, ok := v.identify(role, unit); ok && v.sets[role].put(id, unit, limits[v.coding][role]) {
		v.changed = true
	}
}

func (v *videoState) identify(role int, unit []byte) (id uint32, ok bool) {
	switch {
	case v.coding == carryHEVC && role == setSPS:
		s, err := h265.ParseSPS(unit)
		return s.ID, err == nil
	case v.coding == carryHEVC:
		return h265.ID(unit)
	case role == setSPS:
		s, err := h264.ParseSPS(unit)
		return s.ID, err == nil
	}
	id, ok = h264.PPSID(unit)
	return id, ok && int(id) <= limits[carryAVC][setPPS]
}

// ready makes the codec from the sets in force and reports whether there is one.
func (v *videoState) ready() bool {
	if !v.changed {
		return v.codec != nil
	}
	c, err := v.describe()
	if err != nil {
		return v.codec != nil
	}
	v.codec, v.changed = c, false
	return true
}

// describe makes the codec from the sets in force.
func (v *videoState) describe() (media.Codec, error) {
	for role := range v.sets {
		v.sets[role].given = true
	}
	if v.coding == carryHEVC {
		c, err := h265.Codec(v.sets[setVPS].list, v.sets[setSPS].list, v.sets[setPPS].list)
		return c, err
	}
	c, err := h264.Codec(v.sets[setSPS].list, v.sets[setPPS].list)
	return c, err
}

func (v *videoState) appendState(b []byte) []byte {
	b = wire.Int(b, int64(v.coding))
	b = wire.Bool(b, v.changed)
	b = wire.Bool(b, v.fresh)
	for _, s := range v.sets {
		b = wire.Strings(b, s.list)
	}
	return b
}

// restore sets the parameter sets again; the codec follows from them.
func (v *videoState) restore(r *wire.Reader) {
	coding := r.Int()
	changed, fresh := r.Bool(), r.Bool()
	if coding != int64(carryAVC) && coding != int64(carryHEVC) {
		r.Fail()
		return
	}
	v.coding = carrier(coding)
	for role := range v.sets {
		for _, s := range r.Strings() {
			v.set(role, s)
		}
	}
	if c, err := v.describe(); err == nil {
		v.codec = c
	}
	v.changed, v.fresh = changed, fresh
}
