package replay

// lasting is an error that comes again each time: trying once more is in vain.
type lasting string

func (e lasting) Error() string { return string(e) }

// Permanent says so to whoever tries steps again.
func (e lasting) Permanent() bool { return true }
