// Package engine runs checked scenarios: once, or for each of their inputs, many at once, with what they give in the order of the inputs.
// What needs no page, it does by itself; for the rest it is given a Stage, which package replay has.
package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"seine/capture/session"
	"seine/scenarios"
	"seine/scenarios/program"
)

// Stage opens pages.
type Stage interface {
	// Open gives a run a page with cookies, storage and cache of its own, once a step needs one.
	Open(ctx context.Context, place Place) (Page, error)
}

// Place is where a run has its page.
type Place struct {
	Dir     string           // output folder, for files that steps write
	Cookies []session.Cookie // of the login
}

// Page is the page of one run, used by one goroutine.
type Page interface {
	// Do runs a step that works on the page, and gives the value that it names, if any. Paginate goes on to the next page, or piece, and
	// gives whether there is one.
	Do(ctx context.Context, s scenarios.Step) (any, error)
	// Document is the HTML and address of a document of the page as it is now.
	Document(ctx context.Context, at scenarios.Place) (html, url string, err error)
	// There reports whether an element is there, now.
	There(ctx context.Context, at scenarios.Place, list []scenarios.Selector) (bool, error)
	// Cookies are those of the page's context.
	Cookies(ctx context.Context) ([]session.Cookie, error)
	// Keep writes what shows how the page is, to a folder: screenshot, DOM, HAR, console.
	Keep(ctx context.Context, dir string) error
	Close() error
}

// Options say how a scenario is run.
type Options struct {
	Given   map[string]string // inputs as a person typed them
	Table   string            // a CSV or JSON lines file: one run for each row, its columns are inputs; "": none
	Dir     string            // output folder; it is made
	Stage   Stage             // nil: steps that need a page fail
	Session session.Config    // what the user allows and brings along
	AllowJS bool
	Workers int         // runs or items at once; 0: the scenario's own
	Tabs    int         // pages at once; 0: the scenario's own, or as many as pay off
	Fresh   bool        // forget what an earlier run, which was not finished, has done
	Observe func(Event) // told what happens, by one goroutine at a time; nil: nobody
	Witness Witness     // sees each step; nil: nobody does
}

// Witness sees the steps of all runs, each by the goroutine that runs it.
type Witness interface {
	// Step is called before a step. What it returns, behind it.
	Step(w Witnessed) (done func(page Page, err error))
}

// Witnessed is a step that is about to be run, as it stands in the file.
type Witnessed struct {
	Run   int
	What  string // the run: page=7
	Depth int    // of steps that it is within
	Step  scenarios.Step
	Page  Page // nil: the run has none open
}

// Errors of running.
var (
	// ErrNoPage: a step needs a page, and there is no browser.
	ErrNoPage = errors.New("this step needs a browser")
	// ErrJavaScript: a step runs JavaScript of the file, which must be allowed.
	ErrJavaScript = errors.New("this step runs JavaScript of the scenario: allow that with --allow-js")
	// ErrAssert: what an assert step says is not so.
	ErrAssert = errors.New("it is not so")
	// ErrStatus: a server answered with another status than was wanted.
	ErrStatus = errors.New("the server answered")
	// ErrType: a value of another kind than the step needs.
	ErrType = errors.New("wrong kind of value")
)

// Report is what came of it.
type Report struct {
	Runs    int       // as many as the inputs ask for
	Done    int       // those that came to their end, in this run or an earlier one
	Resumed int       // of those, in an earlier one
	Failed  []Failure // in the order of the inputs
	Skipped []Failure // items of an each that were left out, as it says
	Rows    int       // written to the scenario's outputs
	Files   int       // written or fetched
}

// Failure is a run or item that failed.
type Failure struct {
	Run  int // from 0
	What string
	Err  error
	Kept string // folder with the page as it was; "": there was none
}

// runner is one Run.
type runner struct {
	o       Options
	p       *program.Program
	root    *os.Root
	pace    *Pace
	inputs  inputs
	journal *journal
	tabs    *tabs
	told    teller
	login   login
	hints   hints
	files   deliveries

	mu     sync.Mutex // of what follows
	report Report
}

// Run runs the scenario. Its error says that nothing could be run, or that ctx ended; of single runs the Report tells.
func Run(ctx context.Context, p *program.Program, o Options) (Report, error) {
	r := &runner{o: o, p: p, told: teller{observe: o.Observe}}
	if err := r.prepare(ctx); err != nil {
		return Report{}, err
	}
	defer func() { _ = r.root.Close() }()
	report, err := r.all(ctx)
	if e := r.journal.close(err == nil && len(report.Failed) == 0); err == nil {
		err = e
	}
	return report, err
}

func (r *runner) prepare(ctx context.Context) (err error) {
	if r.inputs, err = readInputs(r.p, r.o.Given, r.o.Table); err != nil {
		return err
	}
	if err := os.MkdirAll(r.o.Dir, 0o777); err != nil {
		return fmt.Errorf("the output folder: %w", err)
	}
	if r.root, err = os.OpenRoot(r.o.Dir); err != nil {
		return fmt.Errorf("the output folder: %w", err)
	}
	r.pace = NewPace(r.p.Flow.Pool.Rate)
	r.tabs = newTabs(max(r.o.Tabs, 0))
	if r.o.Tabs <= 0 {
		r.tabs = newTabs(r.p.Flow.Pool.Tabs)
	}
	if r.o.Session.Start == "" {
		r.o.Session.Start = r.inputs.address(r.p)
	}
	if r.journal, err = openJournal(r.root, journalName, r.key(), r.o.Fresh); err != nil {
		_ = r.root.Close()
	}
	return err
}

// retries of a run that failed.
func (r *runner) retries() int {
	if n := r.p.Flow.Pool.Retries; n != nil {
		return *n
	}
	return 2
}
