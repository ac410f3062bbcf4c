package replay

import (
	"net/url"

	"seine/capture"
)

// advert is true for the document of a host that serves nothing else.
func (f frame) advert() bool {
	u, err := url.Parse(f.url)
	return err == nil && capture.Advertises(u.Hostname())
}
