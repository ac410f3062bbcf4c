package mp4

import "strings"

// terminology maps ISO 639-1 to ISO 639-2/T, which is what mdhd holds, for the languages that sound tracks come in.
var terminology = map[string]string{
	"ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng",
	"es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin", "fr": "fra", "gl": "glg", "he": "heb", "hi": "hin",
	"hr": "hrv", "hu": "hun", "id": "ind", "is": "isl", "it": "ita", "ja": "jpn", "ko": "kor", "lt": "lit", "lv": "lav",
	"ms": "msa", "nb": "nob", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk",
	"sl": "slv", "sr": "srp", "sv": "swe", "ta": "tam", "te": "tel", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie",
	"zh": "zho",
}

// packed returns the language of mdhd: three letters of five bits (§8.4.2.3).
func packed(language string) uint16 {
	code := ISO639(language)
	return uint16(code[0]-0x60)<<10 | uint16(code[1]-0x60)<<5 | uint16(code[2]-0x60)
}

// ISO639 is the ISO 639-2/T code of a language in BCP 47, "und" when there is none.
func ISO639(language string) string {
	code, _, _ := strings.Cut(strings.ToLower(language), "-")
	if long, ok := terminology[code]; ok {
		code = long
	}
	if len(code) != 3 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") != "" {
		code = "und"
	}
	return code
}
