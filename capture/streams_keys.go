package capture

import (
	"bytes"
	"encoding/hex"

	"seine/capture/media"
)

// Key is an AES-128 key that a script fetched or built in its own way: what the playlist's address gives is not it.
type Key struct {
	URL  string // as the playlist names it, absolute
	Data []byte // 16 bytes
}

const keySize = 16

// secrets finds, for each key of a playlist that no answer gave, the one that a script handed to the browser. Which it is, is proved on a
// segment; only where there is no segment and no choice is it taken as it is.
func (f *folder) secrets(c *Capture) {
	made := madeKeys(c)
	if len(made) == 0 {
		return
	}
	bodies := map[string]*Exchange{}
	for _, e := range c.Exchanges {
		if e.Status() < 400 && e.Response != nil && bodies[e.URL()] == nil {
			bodies[e.URL()] = e
		}
	}
	for _, s := range f.list {
		s.open(made, bodies)
	}
}

// madeKeys are the different keys that scripts made.
func madeKeys(c *Capture) (list [][]byte) {
	known := map[string]bool{}
	for _, m := range c.Made {
		if id := hex.EncodeToString(m.Data); m.How == MadeKey && len(m.Data) == keySize && !known[id] && len(list) < 1000 {
			known[id] = true
			list = append(list, m.Data)
		}
	}
	return list
}

func (s *Stream) open(made [][]byte, bodies map[string]*Exchange) {
	known := map[string]bool{}
	usual := false // a key that the script used was the answer of its address
	var shut []media.Key
	for _, k := range s.keys {
		if known[k.URL] {
			continue
		}
		segment, served := bodies[k.Segment], bodies[k.URL]
		answered := served != nil && answers(served, made)
		usual = usual || answered
		if answered || segment == nil && served != nil {
			known[k.URL] = true
			continue
		}
		if key := opener(made, k, segment); key != nil {
			known[k.URL] = true
			s.Keys = append(s.Keys, Key{k.URL, key})
			continue
		}
		if segment == nil {
			shut = append(shut, k)
		}
	}
	if len(s.Keys) == 0 && len(shut) == 1 && len(made) == 1 && !usual {
		s.Keys = append(s.Keys, Key{shut[0].URL, made[0]})
	}
}

// answers says whether an address gave one of the keys that were used.
func answers(e *Exchange, made [][]byte) bool {
	body, err := e.Body.Bytes(keySize)
	if err != nil {
		return false
	}
	for _, m := range made {
		if bytes.Equal(m, body) {
			return true
		}
	}
	return false
}

// opener is the key that makes media of a segment.
func opener(made [][]byte, k media.Key, segment *Exchange) []byte {
	if segment == nil {
		return nil
	}
	for _, m := range made {
		if media.Opens(m, k.IV, segment.Body.Head) {
			return m
		}
	}
	return nil
}
