package dash

import (
	"net/url"
	"strings"

	"seine/assemble/internal/address"
)

// bases are the addresses that others are relative to: the first, and alternatives to it (§5.6).
type bases []*address.Resolver

func newBases(u *url.URL) bases { return bases{address.New(u)} }

// enter resolves the BaseURL elements of one level; without any, all stays as it is.
func (b bases) enter(list []baseURL) (bases, error) {
	if len(list) == 0 {
		return b, nil
	}
	var out bases
	for i := range list {
		for _, from := range b {
			if len(out) == maxBases {
				return out, nil
			}
			u, err := from.Parse(strings.TrimSpace(list[i].Address))
			if err != nil {
				return nil, err
			}
			out = append(out, address.New(u))
		}
	}
	return out, nil
}

// media is an address below the base of a number; "" is the base itself.
func (b bases) media(i int, ref string) (string, error) {
	if ref == "" {
		return b[i].Base().String(), nil
	}
	return b[i].Media(ref)
}
