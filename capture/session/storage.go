package session

// Storage is what the pages of an origin have stored in the browser (HTML §12.2): their localStorage, and the sessionStorage of one tab.
type Storage struct {
	Origin  string // as https://example.com:8443
	Local   map[string]string
	Session map[string]string
}
