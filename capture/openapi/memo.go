package openapi

import (
	"seine/capture/openapi/schema"
	"seine/capture/redact"
)

// names answers what is asked of the same few names again and again.
type names struct {
	secret, usual, auth, session, follows, key func(string) bool
	reader                                     *schema.Reader
}

func newNames() *names {
	return &names{
		secret: memo(redact.IsSecretName), usual: memo(usual.MatchString), auth: memo(authHeader), session: memo(sessionCookie),
		follows: memo(follower.MatchString), key: memo(apiKeyParam.MatchString),
		reader: &schema.Reader{},
	}
}

// memo remembers the answers to so many questions as pages ask; hostile ones ask more.
func memo(f func(string) bool) func(string) bool {
	const most = 10_000
	known := map[string]bool{}
	return func(s string) bool {
		is, ok := known[s]
		if !ok {
			if is = f(s); len(known) < most {
				known[s] = is
			}
		}
		return is
	}
}
