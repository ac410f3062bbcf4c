package assemble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"unicode/utf8"

	"seine/assemble/decrypt"
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/disguise"
	"seine/assemble/fetch"
	"seine/assemble/hls"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// source gets the clear bytes of parts. It is safe for concurrent use.
type source struct {
	plan *plan.Plan
	// found has the parts of a film that is recorded, in place of the plan, which then grows in other hands; nil for none. most is how often one is
	// asked for before it is looked at again, 0 for what the policy says.
	found func(i int) *plan.Part
	most  int
	keys  *decrypt.Keys
	inits *inits
	ends  *ends
	// opens holds what decrypts the samples of parts that were fetched and are not yet in the film.
	opens *sampleKeys

	once  sync.Once
	mu    sync.Mutex
	keyed map[string]bool // see seals
	tries tries
}

// newSource knows nothing yet. lenient says that damaged segments are better than none.
func newSource(p *plan.Plan, lenient bool) *source {
	return &source{plan: p, keys: decrypt.NewKeys(), inits: newInits(), ends: newEnds(p, lenient), opens: &sampleKeys{}}
}

// get fetches part i and decrypts it in place.
func (s *source) get(ctx context.Context, i int, g getter) (*fetch.Body, error) {
	part := s.part(i)
	if err := s.init(ctx, i, g); err != nil {
		return nil, err
	}
	check, clear := s.check(part), part.Key == nil || part.Key.OfSamples() && s.text(part)
	if !clear {
		key, err := s.key(ctx, part.Key, "the key of "+s.name(part), g)
		if err != nil {
			return nil, err
		}
		if part.Key.OfSamples() {
			k := &sampleaes.Key{Key: key, IV: vector(part), Counter: part.Key.Method == manifest.MethodSampleCTR}
			s.opens.give(i, k)
			check = s.tried(part, s.inits.peek(i), k)
		} else {
			inner := check
			check = func(b *fetch.Body) error { return openSegment(b, key, vector(part), inner) }
		}
	}
	if !s.text(part) {
		check = s.ends.check(i, part.Stream, check)
	}
	body, err := g.Get(ctx, fetch.Request{
		Kind: fetch.Segment, Name: s.name(part), URL: part.URL, Mirrors: part.Mirrors, Range: part.Range, Check: check,
		Tries: s.most,
	})
	if part.Doubtful && absent(err) {
		err = errBeyond
	}
	return body, err
}

// errBeyond: a segment that might have followed the last one does not exist.
var errBeyond = errors.New("the film ends before it")

// absent is true for the answer that there is no such file.
func absent(err error) bool {
	var status *fetch.StatusError
	return errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone)
}

// part is part i as it is now.
func (s *source) part(i int) *plan.Part {
	if s.found != nil {
		return s.found(i)
	}
	return &s.plan.Parts[i]
}

// asks names all that part i needs.
func (s *source) asks(i int) (addresses [3]string) {
	part := s.part(i)
	addresses[0] = part.URL
	if part.Key != nil {
		addresses[1] = part.Key.URL
	}
	if part.Init != nil {
		addresses[2] = initName(part.Init)
	}
	return addresses
}

func (s *source) key(ctx context.Context, key *manifest.Key, name string, g getter) ([16]byte, error) {
	return s.keys.Key(ctx, key.URL, func(ctx context.Context, url string, check func([]byte) error) ([]byte, error) {
		body, err := g.Get(ctx, fetch.Request{
			Kind: fetch.Key, Name: name, URL: url, Tries: s.most,
			Check: func(b *fetch.Body) error { return check(b.Data) },
		})
		if err != nil {
			return nil, err
		}
		defer body.Release()
		return bytes.Clone(body.Data), nil
	})
}

// seals reports whether any segment with this initialization section has a key for its samples: only then it may describe encrypted
// ones, which the segments in front of the key need not be.
func (s *source) seals(init *plan.Init) bool {
	s.once.Do(func() {
		if s.found != nil {
			return // they are told one by one
		}
		for i := range s.plan.Parts {
			s.seal(&s.plan.Parts[i])
		}
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	return init != nil && len(s.keyed) > 0 && s.keyed[initName(init)]
}

// seal notes a part: see seals.
func (s *source) seal(p *plan.Part) {
	if p.Key == nil || !p.Key.OfSamples() || p.Init == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keyed == nil {
		s.keyed = map[string]bool{}
	}
	s.keyed[initName(p.Init)] = true
}

// vector is the stated initialisation vector, or the media sequence number (RFC 8216 §5.2).
func vector(part *plan.Part) [16]byte {
	if part.Key.IV != nil {
		return *part.Key.IV
	}
	return decrypt.SequenceIV(part.Sequence)
}

// sampleKeys are for parts under SAMPLE-AES, whose samples only the demuxer can decrypt. It is safe for concurrent use; its zero value
// works.
type sampleKeys struct {
	mu    sync.Mutex
	parts map[int]*sampleaes.Key
}

func (k *sampleKeys) give(part int, key *sampleaes.Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.parts == nil {
		k.parts = map[int]*sampleaes.Key{}
	}
	k.parts[part] = key
}

// take returns the key of a part that was fetched, nil for none, and forgets it.
func (k *sampleKeys) take(part int) *sampleaes.Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.parts[part]
	delete(k.parts, part)
	return key
}

// name is for messages: "segment 7 of 300", "audio segment 7 of 300".
func (s *source) name(part *plan.Part) string {
	stream := &s.plan.Streams[part.Stream]
	name := "segment"
	if len(s.plan.Streams) > 1 {
		name = stream.Name() + " segment"
	}
	if s.found != nil {
		return fmt.Sprintf("%s %d", name, shownSequence(part))
	}
	return fmt.Sprintf("%s %d of %d", name, part.Segment+1, len(stream.Playlist.Segments))
}

// openSegment decrypts, and tells an error page from a wrong key. A picture in front is no part of the cipher text.
func openSegment(b *fetch.Body, key, iv [16]byte, check func(*fetch.Body) error) error {
	if err := checkText(b.Data); err != nil {
		return err
	}
	data := b.Data
	if name, end := disguise.Image(data); end == len(data) && end > 0 {
		return fmt.Errorf("%w: the server answered with %s", ErrContent, name)
	} else if end > 0 {
		data = data[end:]
	}
	data, err := decrypt.CBC(key, iv, data)
	if err != nil {
		return err
	}
	inner := &fetch.Body{Data: data}
	if err := check(inner); err != nil {
		return fmt.Errorf("%w: after decryption it is %s", ErrWrongKey, describe(data))
	}
	b.Data = inner.Data
	return nil
}

// describe names what some bytes look like.
func describe(data []byte) string {
	if name, _ := disguise.Image(data); name != "" {
		return name
	}
	return hls.Describe(data)
}

// checkText refuses the pages that servers send with status 200 in place of an encrypted segment, which is never text.
func checkText(data []byte) error {
	head := data[:min(len(data), 256)]
	if bytes.ContainsFunc(head, func(c rune) bool { return c == utf8.RuneError || c < ' ' && c != '\n' && c != '\r' && c != '\t' }) {
		return nil
	}
	return fmt.Errorf("%w: the server answered with %s", ErrContent, hls.Describe(data))
}

// checkMedia wants a transport stream, fragmented mp4 or packed audio, and takes off what stands in front of it.
func checkMedia(b *fetch.Body) error {
	if data, ok := disguise.Media(b.Data); ok {
		b.Data = data
		return nil
	}
	if bytes.HasPrefix(b.Data, []byte("WEBVTT")) {
		return permanentError{fmt.Errorf("WebVTT subtitles are %w", ErrUnsupported)}
	}
	return fmt.Errorf("%w: the server answered with %s", ErrContent, describe(b.Data))
}
