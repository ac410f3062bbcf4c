package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"seine/capture/session"
	"seine/scenarios"
	"seine/scenarios/program"
)

// login is who one is, as the login flow found out.
type login struct {
	cookies []session.Cookie
	storage []session.Storage
}

// stored takes what a page has stored, in the place of what its origins had before.
func (l *login) stored(list []session.Storage) {
	for _, s := range list {
		l.storage = append(slices.DeleteFunc(l.storage, func(o session.Storage) bool { return o.Origin == s.Origin }), s)
	}
}

// ErrLogin: the login flow failed, or its check does after it.
var ErrLogin = errors.New("logging in failed")

// logIn brings the session's cookies, and runs its login where the check fails.
func (r *runner) logIn(ctx context.Context) error {
	if r.p.Flow.Session == nil {
		return nil
	}
	scope := r.inputs.scope(0)
	s, err := r.p.Session(ctx, scope)
	if err != nil {
		return err
	}
	if s.Cookies != "" {
		if err := r.cookieFile(s.Cookies); err != nil {
			return err
		}
	}
	if s.Login == nil {
		return nil
	}
	a := r.actor(-1)
	defer func() { _ = a.close() }()
	check := func() error {
		if len(s.Login.Check) == 0 {
			return errors.New("there is no check")
		}
		return a.steps(ctx, s.Login.Check, scope)
	}
	if check() == nil {
		return nil
	}
	if err := r.loginSteps(ctx, a, s.Login.Steps, scope); err != nil {
		return fmt.Errorf("%w: %w", ErrLogin, err)
	}
	if len(s.Login.Check) > 0 {
		if err := check(); err != nil {
			return fmt.Errorf("%w: its check still does not succeed: %w", ErrLogin, err)
		}
	}
	if a.stage.page == nil {
		return nil
	}
	storage, err := a.stage.page.Storage(ctx)
	if err != nil {
		return err
	}
	r.login.stored(storage)
	r.login.cookies, err = a.stage.page.Cookies(ctx)
	return err
}

// loginSteps runs them, and looks behind each what was stored: the way may lead over pages of several origins.
func (r *runner) loginSteps(ctx context.Context, a *actor, list []scenarios.Step, scope map[string]any) error {
	for _, s := range list {
		if err := a.steps(ctx, []scenarios.Step{s}, scope); err != nil {
			return err
		}
		if a.stage.page == nil {
			continue
		}
		if storage, err := a.stage.page.Storage(ctx); err == nil { // else it is on its way elsewhere
			r.login.stored(storage)
		}
	}
	return nil
}

func (r *runner) cookieFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	list, err := session.ReadCookies(f)
	r.o.Session.Cookies = append(r.o.Session.Cookies, list...)
	return err
}

// folder makes one in the output folder and gives its path.
func (r *runner) folder(name string) (string, error) {
	if err := r.root.MkdirAll(name, 0o777); err != nil {
		return "", err
	}
	return filepath.Join(r.o.Dir, filepath.FromSlash(name)), nil
}

func (r *runner) wrote(run int, name string) {
	r.mu.Lock()
	r.report.Files++
	r.mu.Unlock()
	r.told.tell(Wrote{run, name})
}

func (r *runner) skipped(f Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Skipped = append(r.report.Skipped, f)
}

// needsPage reports whether a run may need one.
func needsPage(p *program.Program) bool {
	found := false
	p.Walk(func(s scenarios.Step) {
		switch s := s.(type) {
		case scenarios.Each, scenarios.Call, scenarios.Request, scenarios.Write, scenarios.Download:
		case scenarios.Extract:
			found = found || s.From == nil
		case scenarios.Assert:
			found = found || s.Selectors != nil || s.URL != "" || s.Title != ""
		case scenarios.If:
			found = found || s.Selectors != nil
		default:
			found = true
		}
	})
	return found
}
