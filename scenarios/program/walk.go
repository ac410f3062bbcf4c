package program

import "seine/scenarios"

// Walk shows every step of the program, those inside of others and in files that it calls too; not those of the login.
func (p *Program) Walk(see func(scenarios.Step)) { p.walk(p.Flow.Steps, see) }

func (p *Program) walk(list []scenarios.Step, see func(scenarios.Step)) {
	for _, s := range list {
		see(s)
		switch s := s.(type) {
		case scenarios.Each:
			p.walk(s.Steps, see)
		case scenarios.Paginate:
			p.walk(s.Steps, see)
		case scenarios.If:
			p.walk(s.Then, see)
			p.walk(s.Else, see)
		case scenarios.Call:
			if called := p.calls[s.File]; called != nil {
				called.Walk(see)
			}
		}
	}
}
