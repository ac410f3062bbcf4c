// Package curl reads a curl command as browsers copy it (DevTools, Network, "Copy as cURL"), for bash and for cmd.exe: the
// address and what was sent along. It runs nothing.
package curl

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// MaxBytes bounds a command.
const MaxBytes = 256 << 10

var (
	// ErrSyntax: it is no curl command that can be read; the text says why.
	ErrSyntax = errors.New("the curl command cannot be used")

	errQuote = errors.New("a quote is not closed: paste all of the command")
)

// Request is what the command asks for.
type Request struct {
	URL string
	// Header holds what belongs to the address's own origin. UserAgent, Referer and Cookie (as the header has it) are not in it.
	Header                     http.Header
	UserAgent, Referer, Cookie string
	// User is "name:password" or empty.
	User string
}

// option is what is done about an option of curl.
type option struct {
	long, short string
	value       bool
	set         func(r *Request, value string) error
}

// Options that say what is sent; those that concern what curl itself does with the answer; and those that are refused.
var options = []option{
	{"url", "", true, (*Request).address},
	{"header", "H", true, (*Request).header},
	{"cookie", "b", true, (*Request).cookie},
	{"user-agent", "A", true, func(r *Request, v string) error { r.UserAgent = v; return nil }},
	{"referer", "e", true, func(r *Request, v string) error { r.Referer, _, _ = strings.Cut(v, ";auto"); return nil }},
	{"user", "u", true, func(r *Request, v string) error { r.User = v; return nil }},
	{"request", "X", true, method},
	{"output", "o", true, nil},
	{"max-time", "m", true, nil},
	{"connect-timeout", "", true, nil},
	{"retry", "", true, nil},
	{"write-out", "w", true, nil},
	{"cookie-jar", "c", true, nil},
	{"dump-header", "D", true, nil},
	{"compressed", "", false, nil},
	{"location", "L", false, nil},
	{"silent", "s", false, nil},
	{"show-error", "S", false, nil},
	{"include", "i", false, nil},
	{"verbose", "v", false, nil},
	{"globoff", "g", false, nil},
	{"fail", "f", false, nil},
	{"remote-name", "O", false, nil},
	{"progress-bar", "#", false, nil},
	{"http1.1", "", false, nil},
	{"http2", "", false, nil},
	{"http3", "", false, nil},
	{"path-as-is", "", false, nil},
	{"no-buffer", "N", false, nil},
	{"insecure", "k", false, refuse("the certificate of a server is always checked: leave out --insecure (-k)")},
	{"location-trusted", "", false, refuse("secrets never go to other hosts: leave out --location-trusted")},
	{"head", "I", false, refuse("it asks for headers only (--head)")},
	{"data", "d", true, posts},
	{"data-raw", "", true, posts},
	{"data-binary", "", true, posts},
	{"data-urlencode", "", true, posts},
	{"data-ascii", "", true, posts},
	{"json", "", true, posts},
	{"form", "F", true, posts},
	{"upload-file", "T", true, posts},
	{"proxy", "x", true, refuse("set the proxy by the environment (HTTPS_PROXY) and leave out --proxy (-x)")},
	{"range", "r", true, refuse("it asks for a part only (--range)")},
}

func refuse(why string) func(*Request, string) error {
	return func(*Request, string) error { return errors.New(why) }
}

func posts(*Request, string) error {
	return errors.New("it sends data (POST); copy the request of the playlist, which is a GET")
}

func method(_ *Request, v string) error {
	if !strings.EqualFold(v, http.MethodGet) {
		return fmt.Errorf("it sends %.20q; copy the request of the playlist, which is a GET", v)
	}
	return nil
}

// Parse reads a command. Errors wrap ErrSyntax.
func Parse(command string) (*Request, error) {
	if len(command) > MaxBytes {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrSyntax, MaxBytes)
	}
	list, err := words(command)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if len(list) == 0 || list[0] != "curl" && list[0] != "curl.exe" {
		return nil, fmt.Errorf("%w: it does not begin with curl", ErrSyntax)
	}
	r := &Request{Header: http.Header{}}
	if err := r.read(list[1:]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if r.URL == "" {
		return nil, fmt.Errorf("%w: it has no address", ErrSyntax)
	}
	return r, nil
}

func (r *Request) read(list []string) error {
	for len(list) > 0 {
		word := list[0]
		list = list[1:]
		var err error
		switch {
		case word == "--":
		case strings.HasPrefix(word, "--"):
			list, err = r.long(word[2:], list)
		case strings.HasPrefix(word, "-") && len(word) > 1:
			list, err = r.short(word[1:], list)
		default:
			err = r.address(word)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Request) long(name string, list []string) ([]string, error) {
	i := slices.IndexFunc(options, func(o option) bool { return o.long == name })
	if i < 0 {
		return nil, fmt.Errorf("its option --%.40s is not known here", name)
	}
	return r.apply(&options[i], "--"+name, nil, list)
}

// short reads options of one letter, several in a row or with the value attached: -sSL, -XGET.
func (r *Request) short(letters string, list []string) (_ []string, err error) {
	for n := 0; n < len(letters); n++ {
		name := letters[n : n+1]
		i := slices.IndexFunc(options, func(o option) bool { return o.short == name })
		if i < 0 {
			return nil, fmt.Errorf("its option -%s is not known here", name)
		}
		var attached *string
		if rest := letters[n+1:]; options[i].value && rest != "" {
			attached = &rest
		}
		if list, err = r.apply(&options[i], "-"+name, attached, list); err != nil || attached != nil {
			return list, err
		}
	}
	return list, nil
}

func (r *Request) apply(o *option, name string, attached *string, list []string) ([]string, error) {
	value := ""
	switch {
	case !o.value:
	case attached != nil:
		value = *attached
	case len(list) == 0:
		return nil, fmt.Errorf("%s needs a value: paste all of the command", name)
	default:
		value, list = list[0], list[1:]
	}
	if o.set == nil {
		return list, nil
	}
	return list, o.set(r, value)
}

func (r *Request) address(v string) error {
	if r.URL != "" {
		return errors.New("it has more than one address")
	}
	r.URL = v
	return nil
}

// header takes "Name: value", and "Name;" for an empty one; "Name:" takes a header away, which is nothing to do here.
func (r *Request) header(v string) error {
	name, value, ok := strings.Cut(v, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case strings.HasPrefix(v, "@"):
		return errors.New("it reads headers from a file")
	case !ok || value == "" || name == "":
		return nil
	}
	switch http.CanonicalHeaderKey(name) {
	case "Cookie":
		return r.cookie(value)
	case "User-Agent":
		r.UserAgent = value
	case "Referer":
		r.Referer = value
	default:
		r.Header.Add(name, value)
	}
	return nil
}

func (r *Request) cookie(v string) error {
	if !strings.Contains(v, "=") {
		return errors.New("it reads cookies from a file (-b FILE); paste a command that holds them")
	}
	if r.Cookie != "" {
		r.Cookie += "; "
	}
	r.Cookie += v
	return nil
}
