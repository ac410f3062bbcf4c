package session

import (
	"net/netip"
	"strconv"
	"strings"

	"code.dny.dev/ssrf"
)

// Space is an IP address space as in Local Network Access §2.1: the smaller, the more private.
type Space int

// The spaces.
const (
	Loopback Space = iota
	Private
	Public
)

func (s Space) String() string {
	return [...]string{"loopback", "private", "public"}[s]
}

var (
	// special knows the IANA registries of special purpose addresses.
	special = ssrf.New(ssrf.WithAnyPort(), ssrf.WithAnyNetwork())

	thisNetwork = netip.MustParsePrefix("0.0.0.0/8")
	sixToFour   = netip.MustParsePrefix("2002::/16")
	// A gateway translates the last four bytes (RFC 6052). The second prefix is for networks of one's own (RFC 8215), which may put
	// the four bytes elsewhere: it is never public.
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	nat64Local = netip.MustParsePrefix("64:ff9b:1::/48")
)

// SpaceOf sorts an address. What is neither loopback nor allocated for the public counts as private. Addresses that carry
// an IPv4 address within are judged by that one.
func SpaceOf(a netip.Addr) Space {
	a = a.Unmap().WithZone("")
	switch {
	case a.IsLoopback(), a.IsUnspecified(), thisNetwork.Contains(a):
		return Loopback
	case sixToFour.Contains(a):
		b := a.As16()
		return min(Private, SpaceOf(netip.AddrFrom4([4]byte(b[2:6]))))
	case nat64.Contains(a):
		return SpaceOf(last4(a))
	case nat64Local.Contains(a):
		return min(Private, SpaceOf(last4(a)))
	}
	if special.SafeAddr(a) != nil {
		return Private
	}
	return Public
}

func last4(a netip.Addr) netip.Addr {
	b := a.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}

// literal reads the host of a URL that is an address itself, in all the forms that resolvers accept: also 0x7f.1,
// 2130706433 and 0177.0.0.1 (inet_aton), and the names of this machine (RFC 6761 §6.3).
func literal(host string) (netip.Addr, bool) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), true
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a, true
	}
	return aton(host)
}

// ownMachine is for hosts that name this machine and cannot mean another: 127.0.0.0/8, ::1, localhost and names below it.
func ownMachine(host string) bool {
	a, ok := literal(host)
	return ok && a.IsLoopback() && !a.Is4In6() && a.Zone() == ""
}

// aton reads one to four numbers; the last fills what is left.
func aton(host string) (netip.Addr, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var sum uint64
	for i, p := range parts {
		n, err := strconv.ParseUint(octal(p), 0, 64)
		room := 8
		if i == len(parts)-1 {
			room = 8 * (5 - len(parts))
		}
		if err != nil || strings.Contains(p, "_") || n >= 1<<room {
			return netip.Addr{}, false
		}
		sum = sum<<room | n
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}), true
}

// octal keeps Go's own prefixes 0b and 0o from being numbers.
func octal(s string) string {
	if len(s) > 1 && s[0] == '0' && (s[1] == 'b' || s[1] == 'o') {
		return "x"
	}
	return s
}

// HostSpace is the space of a host as it stands in an address, as far as that is known without asking anybody: a name may be anywhere.
func HostSpace(host string) Space {
	if ownMachine(host) {
		return Loopback
	}
	if a, ok := literal(host); ok {
		return SpaceOf(a)
	}
	return Public
}
