package replay

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
)

// behaviour is one thing that a person does to make a film start.
type behaviour interface {
	// name is that of its attempts.
	name() string
	// script is a JavaScript function of the kit (see js/kit.js), which offers the reasons to act that a document gives.
	script() string
	// act does it, once, for the reason r.
	act(ctx context.Context, v *visit, r reason) error
}

// reason is what a behaviour's script offered.
type reason struct {
	Kind   string  `json:"kind"`
	What   string  `json:"what"`
	Score  float64 `json:"score"`  // among those of its kind
	Before int     `json:"before"` // how often this was done already
	At     string  `json:"at"`     // how, where a behaviour knows several ways
	frame  frame
	index  int // of the element in __found
}

// habit is a behaviour and its place in a visit.
type habit struct {
	behaviour
	most    int  // how often it is done in one visit
	playing bool // done while something plays that may be no more than a part of the film
}

// habits are in the order in which a person would do them: what stands before the player first, then the player's own buttons, then
// what looks like one, and at last what no person does.
var habits = []habit{
	{behaviour: clicking{"consent", consentJS}, most: 5},
	{behaviour: ageGate{}, most: 3},
	{behaviour: overlay{}, most: 4},
	{behaviour: clicking{"embed", embedJS}, most: 3},
	{behaviour: clicking{"play button", playButtonJS}, most: 6},
	{behaviour: scrolling{}, most: 4},
	{behaviour: clicking{"player", playerJS}, most: 3},
	{behaviour: clicking{"poster", posterJS}, most: 3},
	{behaviour: scrollingDown{}, most: 1},
	{behaviour: mutedStart{}, most: 2},
	{behaviour: seeking{}, most: mostSeeks, playing: true},
}

// each is how many reasons of one behaviour a document may give at once.
const each = 4

var (
	//go:embed js/kit.js
	kitJS string
	//go:embed words.json
	wordsJSON string
	//go:embed marks.json
	marksJSON string
	//go:embed js/behaviours/consent.js
	consentJS string
	//go:embed js/behaviours/embed.js
	embedJS string
	//go:embed js/behaviours/playbutton.js
	playButtonJS string
	//go:embed js/behaviours/player.js
	playerJS string
	//go:embed js/behaviours/poster.js
	posterJS string
)

// surveyJS asks a document for all reasons to act.
var surveyJS = survey(habits)

func survey(list []habit) string {
	var b strings.Builder
	fmt.Fprintf(&b, "(() => {\nconst kit = %s(%s, %s);\nif (innerWidth < 60 || innerHeight < 40) return kit.finish(%d);\n", expression(kitJS), wordsJSON, marksJSON, each)
	for _, h := range list {
		fmt.Fprintf(&b, "(%s)(kit);\n", expression(h.script()))
	}
	fmt.Fprintf(&b, "return kit.finish(%d);\n})()", each)
	return b.String()
}

// expression is a script without the comments before it.
func expression(script string) string {
	for strings.HasPrefix(script, "//") {
		_, script, _ = strings.Cut(script, "\n")
	}
	return strings.TrimSpace(script)
}
