package filename

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

func TestFromDisposition(t *testing.T) {
	for header, want := range map[string]string{
		`attachment; filename="a b.txt"`:                           "a b.txt",
		`attachment; filename=plain.txt`:                           "plain.txt",
		`inline; filename="a.txt"; filename*=UTF-8''%e2%82%ac.txt`: "€.txt",
		`attachment; filename*=iso-8859-1'en'%A3%20rates.txt`:      "£ rates.txt",
		`attachment; filename="a\"b\\c.txt"`:                       `c.txt`,
		`attachment; filename="../../etc/passwd"`:                  "passwd",
		`attachment; filename="C:\\x\\y.txt"`:                      "y.txt",
		`attachment; filename=a b.txt`:                             "a b.txt",
		`attachment; filename="a.txt`:                              "a.txt",
		`attachment; filename="a.txt"; filename="b.txt"`:           "a.txt",
		`attachment; filename=%E4%BD%A0.txt`:                       "你.txt",
		`attachment; filename*=utf-7''x; filename=y.txt`:           "y.txt",
		`attachment; filename=".."`:                                "",
		`attachment; filename="x/"`:                                "",
		`attachment; filename*=UTF-8''..%2F..%2Fx.txt`:             "x.txt",
		`attachment`: "",
		``:           "",
		`;;;===`:     "",
	} {
		if got := FromDisposition(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\n"
	for name, c := range map[string]struct {
		h    Hints
		want string
	}{
		"the address":                  {Hints{Typed: "http://h/a/b.jpg?x=1", URL: "http://h/a/b.jpg?x=1"}, "b.jpg"},
		"where it led to":              {Hints{Typed: "http://h/get?id=1", URL: "http://c/film.mkv"}, "film.mkv"},
		"decoded":                      {Hints{URL: "http://h/%E4%BD%A0%20%2e.jpg"}, "你.jpg"},
		"a folder in it":               {Hints{URL: "http://h/..%2f..%2fetc%2fx.txt"}, "x.txt"},
		"none":                         {Hints{URL: "http://h.example/"}, "h.example"},
		"none, but a content":          {Hints{URL: "http://h.example/", Head: []byte(png)}, "h.example.png"},
		"of the content":               {Hints{URL: "http://h/photo", Head: []byte(png), Type: "text/plain"}, "photo.png"},
		"of the type":                  {Hints{URL: "http://h/data", Head: []byte("{}"), Type: "application/json; charset=utf-8"}, "data.json"},
		"a program that was asked for": {Hints{Typed: "http://h/setup.EXE", URL: "http://c/x.exe"}, "x.exe"},
		"a program that was not":       {Hints{Typed: "http://h/x.jpg", URL: "http://c/x.exe", Head: []byte(png)}, "x.exe.png"},
		"by disposition":               {Hints{Typed: "http://h/x.jpg", URL: "http://h/x.jpg", Disposition: `attachment; filename="x.scr"`}, "x.scr.bin"},
		"what acts by being seen":      {Hints{Typed: "http://h/x.desktop", URL: "http://h/x.desktop"}, "x.desktop.bin"},
		"a dotfile":                    {Hints{Typed: "http://h/.bashrc", URL: "http://h/.bashrc"}, "bashrc"},
		"nothing but dots":             {Hints{URL: "http://h/...", Head: []byte(png)}, "h.png"},
		"a device":                     {Hints{URL: "http://h/nul.txt"}, "_nul.txt"},
		"bidirectional":                {Hints{URL: "http://h/x%e2%80%aegpj.mp4"}, "xgpj.mp4"},
		"a stream":                     {Hints{URL: "http://h/x.txt:y.zip"}, "x.txt_y.zip"},
		"a dot and a blank":            {Hints{URL: "http://h/x.jpg.%20."}, "x.jpg"},
		"an archive":                   {Hints{URL: "http://h/x.tar.gz"}, "x.tar.gz"},
		"no extension, but a dot":      {Hints{URL: "http://h/Vol.%20one%20and%20more"}, "Vol. one and more"},
	} {
		if got := Plain(c.h); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// FuzzPlain: whatever a server says, the name is one element, and nothing that a terminal or a desktop obeys.
func FuzzPlain(f *testing.F) {
	f.Add(`attachment; filename="../../x.lnk"`, "http://h/a")
	f.Add(`attachment; filename*=UTF-8''%e2%80%ae%00`, "http://h/"+strings.Repeat("a", 5000)+".jpg")
	f.Add("", "http://h/%00%1b%2e%2e/con.")
	f.Fuzz(func(t *testing.T, disposition, address string) {
		got := Plain(Hints{Typed: "http://h/x", URL: address, Disposition: disposition})
		ext := strings.ToLower(filepath.Ext(got))
		bad := func(r rune) bool {
			return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/\:*?"<>|`, r)
		}
		if got == "" || !filepath.IsLocal(got) || strings.ContainsFunc(got, bad) || strings.HasPrefix(got, ".") || len(got) > MaxBytes+24 {
			t.Errorf("%q", got)
		}
		if shown[ext] {
			t.Errorf("%q has a bad extension", got)
		}
	})
}
