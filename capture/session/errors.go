package session

import (
	"errors"
	"fmt"
	"net/netip"
)

// Sentinels of Do. All but plain network errors have a method Permanent() bool that returns true: asking again is in vain.
var (
	// ErrPrivate: an address more private than what the user asked for.
	ErrPrivate = errors.New("refused to reach a more private address")
	// ErrLocalhost: a name server puts localhost elsewhere.
	ErrLocalhost = errors.New("a name of this machine leads to another one")
	// ErrScheme: neither http nor https.
	ErrScheme = errors.New("only http and https are allowed")
	// ErrRedirects: too many, or one that leads nowhere.
	ErrRedirects = errors.New("bad redirect")
	// ErrEncoding: a compressed body that is not read.
	ErrEncoding = errors.New("refused content encoding")
	// ErrBody: a body that cannot be read a second time, where a redirect asks for it.
	ErrBody = errors.New("the body cannot be sent")
	// ErrProxy: the proxy cannot be reached, or refuses.
	ErrProxy = errors.New("the proxy does not work")
	// ErrConfig: a configuration that would give secrets away.
	ErrConfig = errors.New("unsafe session")
)

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent is true.
func (p permanent) Permanent() bool { return true }

// AddressError is ErrPrivate with what was about to happen.
type AddressError struct {
	Host    string
	Address netip.Addr
	// Space of the address, and Allowed for this session.
	Space, Allowed Space
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("%v: %q is %v (%v), the session began in the %v network",
		ErrPrivate, e.Host, e.Address, e.Space, e.Allowed)
}

// Is makes the error ErrPrivate.
func (e *AddressError) Is(target error) bool { return target == ErrPrivate }

// Permanent is true.
func (e *AddressError) Permanent() bool { return true }
