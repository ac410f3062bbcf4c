package program

// BindValues is Bind for values that another file gives.
func (p *Program) BindValues(given map[string]any) (map[string]any, error) {
	texts := make(map[string]string, len(given))
	for name := range given {
		texts[name] = ""
	}
	if err := p.known(texts); err != nil {
		return nil, err
	}
	values := map[string]any{}
	for _, in := range p.Flow.Inputs {
		v, ok := given[in.Name]
		var err error
		if !ok || v == nil {
			v, err = valueOf(in, nil)
		} else if v, err = Convert(in, v); err != nil {
			err = &InputError{Name: in.Name, What: err.Error()}
		}
		if err != nil {
			return nil, err
		}
		values[in.Name] = v
	}
	return values, nil
}
