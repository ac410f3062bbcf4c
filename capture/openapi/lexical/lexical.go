// Package lexical tells what a piece of text looks like by its characters alone: a number, a UUID, a date, a word. Path segments, parameters,
// keys of maps and strings in answers are all told by it.
package lexical

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Kind is what a text looks like.
type Kind string

// The kinds. Of a text that could be several, the first of them counts.
const (
	Empty    Kind = "empty"
	Integer  Kind = "integer"
	Decimal  Kind = "decimal"
	Version  Kind = "version" // v1, v2.1, 1.0.3
	Date     Kind = "date"    // RFC 3339 full-date
	DateTime Kind = "date-time"
	UUID     Kind = "uuid"     // RFC 9562, any version
	ULID     Kind = "ulid"     // Crockford's Base32, 48 bits of time first
	ObjectID Kind = "objectid" // of MongoDB: 24 hexadecimal digits
	Hash     Kind = "hash"     // hexadecimal, as long as a digest, or 8 and more with digits and letters
	Email    Kind = "email"
	Random   Kind = "random"  // letters and digits as no word has them
	Coded    Kind = "coded"   // a prefix and a number: ord_1234, SKU-0042, A1234
	Locale   Kind = "locale"  // en, en-US
	Encoded  Kind = "encoded" // percent-encoded, or with characters of no word
	Slug     Kind = "slug"    // words-with-hyphens
	Word     Kind = "word"
)

// Strong kinds are values on sight: nobody names a fixed thing so.
func (k Kind) Strong() bool {
	switch k {
	case Integer, Decimal, Date, DateTime, UUID, ULID, ObjectID, Hash, Email, Random, Coded:
		return true
	}
	return false
}

var (
	integer  = regexp.MustCompile(`^-?[0-9]+$`)
	decimal  = regexp.MustCompile(`^-?[0-9]+\.[0-9]+$`)
	version  = regexp.MustCompile(`^(?:[vV][0-9]+(?:[._-][0-9]+)*(?:(?:alpha|beta|rc)[0-9]*)?|[0-9]+\.[0-9]+\.[0-9]+)$`)
	uuid     = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?$`)
	ulid     = regexp.MustCompile(`^[0-7][0-9A-HJKMNP-TV-Z]{25}$`)
	hexText  = regexp.MustCompile(`^(?:[0-9a-f]+|[0-9A-F]+)$`)
	coded    = regexp.MustCompile(`^[A-Za-z]{1,12}(?:[_-][A-Za-z]{1,8})?[_-]?[0-9]{2,}$`)
	prefixed = regexp.MustCompile(`^[a-z]{2,8}(?:_[a-z]{2,8})?_([0-9A-Za-z]{8,})$`)
	locale   = regexp.MustCompile(`^[a-z]{2}(?:[-_](?:[A-Z]{2}|[a-z]{2}|[A-Z][a-z]{3}(?:[-_][A-Z]{2})?))?$`)
	slug     = regexp.MustCompile(`^[0-9A-Za-z]+(?:-[0-9A-Za-z]+)+$`)
	word     = regexp.MustCompile(`^[0-9A-Za-z_.~-]+$`)
)

// digests are the lengths in hexadecimal digits of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512.
var digests = map[int]bool{32: true, 40: true, 56: true, 64: true, 96: true, 128: true}

// Of tells the kind of a text, which is percent-decoded.
func Of(s string) Kind {
	switch {
	case s == "":
		return Empty
	case integer.MatchString(s):
		return Integer
	case uuid.MatchString(s):
		return UUID
	case ulid.MatchString(s) && strings.ContainsAny(s, "0123456789"):
		return ULID
	case isHex(s):
		if len(s) == 24 {
			return ObjectID
		}
		return Hash
	case decimal.MatchString(s):
		return Decimal
	case version.MatchString(s):
		return Version
	case IsDate(s):
		return Date
	case IsDateTime(s):
		return DateTime
	case IsEmail(s):
		return Email
	}
	return ofWords(s)
}

// ofWords tells apart what may have been written by a person.
func ofWords(s string) Kind {
	switch {
	case isLocale(s):
		return Locale
	case coded.MatchString(s) && !calendar.MatchString(s):
		return Coded
	case isPrefixed(s), isRandom(s):
		return Random
	case slug.MatchString(s):
		return Slug
	case word.MatchString(s):
		return Word
	}
	return Encoded
}

// calendar are words with a number that are names of fixed things: web2, oauth2, page2024, top10.
var calendar = regexp.MustCompile(`(?i)^(?:[a-z_-]*(?:19|20)[0-9]{2}|(?:oauth|web|top|mp|utf|iso|base|sha|md|ipv|x|s|ec|h|level|step|part|phase|covid)[_-]?[0-9]{1,3})$`)

// isHex wants digits and letters: "defaced" is a word, and 12345678 a number.
func isHex(s string) bool {
	if !hexText.MatchString(s) || len(s) < 8 {
		return false
	}
	digits := strings.IndexFunc(s, unicode.IsDigit) >= 0
	letters := strings.IndexFunc(s, unicode.IsLetter) >= 0
	return digits && letters || digests[len(s)] && digits
}

func isPrefixed(s string) bool {
	m := prefixed.FindStringSubmatch(s)
	return m != nil && strings.IndexFunc(m[1], unicode.IsDigit) >= 0
}

// isRandom counts the turns from one class of characters to another: words have few, for their length.
func isRandom(s string) bool {
	if len(s) < 8 || len(s) > 512 {
		return false
	}
	var turns, digits, upper, lower int
	last := 0
	for i := range len(s) {
		class := classOf(s[i])
		switch class {
		case 0:
			return false
		case 1:
			lower++
		case 2:
			upper++
		case 3:
			digits++
		}
		if last != 0 && class != last && (last != 2 || class != 1) { // a capital begins a word
			turns++
		}
		last = class
	}
	if strings.Count(s, "-")+strings.Count(s, "_") > len(s)/8 {
		return false
	}
	switch {
	case digits > 0 && lower > 0 && upper > 0:
		return turns*4 >= len(s)
	case digits > 1 && lower+upper > 0:
		return turns*3 >= len(s)-2
	}
	return false
}

func classOf(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return 1
	case c >= 'A' && c <= 'Z':
		return 2
	case c >= '0' && c <= '9':
		return 3
	case c == '-' || c == '_' || c == '=':
		return 4
	}
	return 0
}

// languages are those that sites are translated into: two letters are most often something else.
var languages = map[string]bool{}

func init() {
	for _, l := range strings.Fields("ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl no pl pt ro ru sk sl sr sv ta th tr uk ur vi zh") {
		languages[l] = true
	}
}

func isLocale(s string) bool { return locale.MatchString(s) && languages[s[:2]] }

// IsDate is RFC 3339's full-date.
func IsDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// IsDateTime is RFC 3339's date-time.
func IsDateTime(s string) bool {
	if len(s) < 20 || s[10] != 'T' {
		return false
	}
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil && !strings.Contains(s, ",")
}

// IsEmail is an address alone, with a domain that has a dot.
func IsEmail(s string) bool {
	if len(s) > 254 || !strings.Contains(s, "@") || strings.ContainsAny(s, " <>\"'\\()[],;") {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return mailDomain.MatchString(domain) && isASCII(s)
}

var mailDomain = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$`)

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 126 || r < 33 }) < 0
}

// IsURI is an absolute address of the web (RFC 3986).
func IsURI(s string) bool {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || !isASCII(s) || strings.ContainsAny(s, "\"<>\\^`{|} ") || rest == "" {
		return false
	}
	if scheme != "http" && scheme != "https" && scheme != "ws" && scheme != "wss" && scheme != "ftp" {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Host != ""
}

// IsIPv4 is a dotted address.
func IsIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

// Format is the JSON Schema format that a string has, "" for none of those that are told.
func Format(s string) string {
	switch {
	case len(s) < 6 || len(s) > 2048:
		return ""
	case uuid.MatchString(s) && s[0] != '{':
		return "uuid"
	case s[0] >= '0' && s[0] <= '9':
		switch {
		case IsDate(s):
			return "date"
		case IsDateTime(s):
			return "date-time"
		case IsIPv4(s):
			return "ipv4"
		}
	}
	switch {
	case IsURI(s):
		return "uri"
	case IsEmail(s):
		return "email"
	}
	return ""
}
