package lexical

import "testing"

func TestOf(t *testing.T) {
	for want, list := range map[Kind][]string{
		Integer:  {"0", "7", "2024", "-3", "123456789012345678901234567890"},
		Decimal:  {"52.5", "-0.1"},
		Version:  {"v1", "V2", "v2.1", "v1beta1", "1.0.3"},
		Date:     {"2024-02-29"},
		DateTime: {"2024-02-29T10:00:00Z"},
		UUID:     {"018f3a7e-5c1e-7b6a-9c55-0123456789ab", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"},
		ULID:     {"01ARZ3NDEKTSV4RRFFQ69G5FAV"},
		ObjectID: {"507f1f77bcf86cd799439011"},
		Hash:     {"d41d8cd98f00b204e9800998ecf8427e", "3f2a9c1d"},
		Email:    {"a.b@example.com"},
		Random:   {"dQw4w9WgXcQ", "V1StGXR8_Z5jdHi6B-myT", "cus_NffrFeUfNV2Hib"},
		Coded:    {"ord_1234", "SKU-0042", "A1234"},
		Locale:   {"en", "en-US", "zh_TW", "zh-Hans-CN"},
		Slug:     {"hello-world", "spring-sale-2024", "forgot-password", "2024-02-30", "my-first-post"},
		Word:     {"users", "defaced", "me", "getUserProfileSettings", "api", "OAuthCallbackHandler", "oauth2", "data.json", "user_settings", "ab", "accessibility"},
		Encoded:  {"Jürgen", "a b", "a/b", "x:y", "a+b"},
		Empty:    {""},
	} {
		for _, s := range list {
			if got := Of(s); got != want {
				t.Errorf("%q is %s, not %s", s, want, got)
			}
		}
	}
}

func TestFormat(t *testing.T) {
	for s, want := range map[string]string{
		"2024-02-29": "date", "2024-02-30": "", "2024-02-29T10:00:00Z": "date-time", "2024-02-29T10:00:00.123+02:00": "date-time", "2024-02-29 10:00:00": "",
		"https://example.com/a?b=c": "uri", "/a/b": "", "http://": "", "https://a b": "", "a@b.example": "email", "a@b": "", "192.168.0.1": "ipv4", "1.2.3": "",
		"018f3a7e-5c1e-7b6a-9c55-0123456789ab": "uuid", "": "", "hello": "",
	} {
		if got := Format(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
