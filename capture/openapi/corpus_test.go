package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/testdata/api"
)

// score counts what was found of a published API.
type score struct {
	truth, found, right, wrong int // operations
	samples, accepted          int // published answers
	notes                      []string
}

func (s *score) add(o score) {
	s.truth += o.truth
	s.found += o.found
	s.right += o.right
	s.wrong += o.wrong
	s.samples += o.samples
	s.accepted += o.accepted
	s.notes = append(s.notes, o.notes...)
}

func percent(a, b int) float64 {
	if b == 0 {
		return 100
	}
	return 100 * float64(a) / float64(b)
}

var braces = regexp.MustCompile(`\{[^}]*\}`)

func plainKey(method, path string) string {
	return strings.ToUpper(method) + " " + braces.ReplaceAllString(path, "{}")
}

type published struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct {
				Example any `yaml:"example"`
			} `yaml:"content"`
		} `yaml:"responses"`
	} `yaml:"paths"`
}

// compare holds what was found against the truth.
func compare(t testing.TB, found *API, truth []byte) (s score) {
	var p published
	if err := yaml.Unmarshal(truth, &p); err != nil {
		t.Fatal(err)
	}
	k := newChecker(t, found)
	have := map[string]*Operation{}
	for _, o := range found.Operations {
		have[plainKey(o.Method, o.Key())] = o
	}
	s.found = len(have)
	for _, path := range slices.Sorted(maps.Keys(p.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(p.Paths[path])) {
			s.truth++
			key := plainKey(method, path)
			o := have[key]
			if o == nil {
				s.notes = append(s.notes, "not found: "+key)
				continue
			}
			s.right++
			delete(have, key)
			for status, r := range p.Paths[path][method].Responses {
				for kind, m := range r.Content {
					text, err := json.Marshal(m.Example)
					if err != nil {
						t.Fatal(err)
					}
					s.samples++
					if err := k.accepts(string(text), "paths", o.Key(), method, "responses", status, "content", kind, "schema"); err != nil {
						s.notes = append(s.notes, fmt.Sprintf("%s %s: %s: %v", key, status, text, err))
						continue
					}
					s.accepted++
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		s.notes = append(s.notes, "is none: "+key)
	}
	s.wrong = len(have)
	return s
}

func corpusScore(t testing.TB) (all score) {
	for _, c := range api.Cases() {
		all.add(compare(t, Infer(c.Capture(t), Options{}), c.Truth()))
	}
	return all
}

// TestCorpus: every operation is found, at least 98 % of the templates are right, and 95 % of the published answers accepted.
func TestCorpus(t *testing.T) {
	s := corpusScore(t)
	for _, n := range s.notes {
		t.Log(n)
	}
	t.Logf("operations %d of %d, templates right %.1f %%, published answers accepted %.1f %% of %d", s.right, s.truth, percent(s.found-s.wrong, s.found), percent(s.accepted, s.samples), s.samples)
	if s.right < s.truth || percent(s.found-s.wrong, s.found) < 98 || percent(s.accepted, s.samples) < 95 {
		t.Error("not good enough")
	}
}

// TestCorpusSamples: each document is valid, and accepts all that it was made of; neither the order of what was heard nor another run changes it.
func TestCorpusSamples(t *testing.T) {
	for _, c := range api.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			heard := c.Capture(t)
			found := Infer(heard, Options{})
			checkDocument(t, found)
			if n := checkSamples(t, found); n == 0 {
				t.Error("nothing was checked")
			}
			var first bytes.Buffer
			if err := found.WriteYAML(&first); err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(5) {
				other := &capture.Capture{Page: heard.Page, Exchanges: slices.Clone(heard.Exchanges)}
				rand.New(rand.NewPCG(seed, 0)).Shuffle(len(other.Exchanges), func(i, j int) {
					other.Exchanges[i], other.Exchanges[j] = other.Exchanges[j], other.Exchanges[i]
				})
				var b bytes.Buffer
				if err := Infer(other, Options{}).WriteYAML(&b); err != nil {
					t.Fatal(err)
				}
				if b.String() != first.String() {
					t.Fatalf("in another order:\n%s", cmp.Diff(strings.Split(first.String(), "\n"), strings.Split(b.String(), "\n")))
				}
			}
		})
	}
}

// BenchmarkCorpus prints how much of the published APIs is found.
func BenchmarkCorpus(b *testing.B) {
	var s score
	for b.Loop() {
		s = corpusScore(b)
	}
	b.ReportMetric(percent(s.right, s.truth), "%operations")
	b.ReportMetric(percent(s.found-s.wrong, s.found), "%templates")
	b.ReportMetric(percent(s.accepted, s.samples), "%answers")
}
