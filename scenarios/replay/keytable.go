package replay

import (
	"fmt"
	"strings"
)

// key is one of a US keyboard, as KeyboardEvent names it (UI Events: KeyboardEvent key and code values).
type key struct {
	name     string // of key
	code     string
	virtual  int64 // Windows virtual key code
	text     string
	location int64 // 0 standard, 1 left, 2 right, 3 numeric keypad
}

// modifiers are bits of Input.dispatchKeyEvent.
var modifiers = map[string]int64{"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}

// keyTable has keys by name and by code.
var keyTable = makeKeys()

// special keys: name, code (where it is another), virtual key code, text.
const specialKeys = `Enter - 13 \r|Tab - 9|Backspace - 8|Delete - 46|Escape - 27|Insert - 45|Home - 36|End - 35|PageUp - 33|PageDown - 34
ArrowLeft - 37|ArrowUp - 38|ArrowRight - 39|ArrowDown - 40|CapsLock - 20|NumLock - 144|ScrollLock - 145|Pause - 19|PrintScreen - 44
ContextMenu - 93|Help - 47|Clear - 12|Cancel - 3|Select - 41|AudioVolumeMute - 173|AudioVolumeDown - 174|AudioVolumeUp - 175
MediaTrackNext - 176|MediaTrackPrevious - 177|MediaStop - 178|MediaPlayPause - 179|Convert - 28|NonConvert - 29|ModeChange - 31`

// Keys with two signs: without and with Shift, code, virtual key code.
const signs = "`~ Backquote 192|-_ Minus 189|=+ Equal 187|[{ BracketLeft 219|]} BracketRight 221|\\| Backslash 220|;: Semicolon 186|'\" Quote 222|,< Comma 188|.> Period 190|/? Slash 191|" +
	"0) Digit0 48|1! Digit1 49|2@ Digit2 50|3# Digit3 51|4$ Digit4 52|5% Digit5 53|6^ Digit6 54|7& Digit7 55|8* Digit8 56|9( Digit9 57"

func makeKeys() map[string]key {
	all := map[string]key{}
	add := func(names []string, k key) {
		for _, n := range names {
			if _, known := all[n]; !known {
				all[n] = k
			}
		}
	}
	for _, line := range strings.FieldsFunc(specialKeys, func(r rune) bool { return r == '|' || r == '\n' }) {
		k := key{}
		code, text := "", ""
		_, _ = fmt.Sscan(line, &k.name, &code, &k.virtual, &text)
		k.code, k.text = k.name, strings.ReplaceAll(text, `\r`, "\r")
		add([]string{k.name}, k)
	}
	addSigns(add)
	for c := 'a'; c <= 'z'; c++ {
		upper := strings.ToUpper(string(c))
		add([]string{string(c), "Key" + upper}, key{string(c), "Key" + upper, int64(c - 'a' + 'A'), string(c), 0})
		add([]string{upper}, key{upper, "Key" + upper, int64(c - 'a' + 'A'), upper, 0})
	}
	for i := int64(1); i <= 24; i++ {
		name := fmt.Sprintf("F%d", i)
		add([]string{name}, key{name, name, 111 + i, "", 0})
	}
	add([]string{" ", "Space"}, key{" ", "Space", 32, " ", 0})
	addModifiers(add)
	addKeypad(add)
	return all
}

func addSigns(add func([]string, key)) {
	rest := signs
	for rest != "" {
		plain, shifted := rest[:1], rest[1:2]
		line, after, _ := strings.Cut(rest[3:], "|")
		k := key{name: plain, text: plain}
		_, _ = fmt.Sscan(line, &k.code, &k.virtual)
		add([]string{plain, k.code}, k)
		k.name, k.text = shifted, shifted
		add([]string{shifted}, k)
		rest = after
	}
}

func addModifiers(add func([]string, key)) {
	for name, virtual := range map[string]int64{"Shift": 16, "Control": 17, "Alt": 18, "Meta": 91} {
		add([]string{name, name + "Left"}, key{name, name + "Left", virtual, "", 1})
		add([]string{name + "Right"}, key{name, name + "Right", virtual, "", 2})
	}
}

func addKeypad(add func([]string, key)) {
	for i := int64(0); i <= 9; i++ {
		digit := fmt.Sprint(i)
		add([]string{"Numpad" + digit}, key{digit, "Numpad" + digit, 96 + i, digit, 3})
	}
	for i, k := range []key{{name: "*", code: "NumpadMultiply"}, {name: "+", code: "NumpadAdd"}, {}, {name: "-", code: "NumpadSubtract"}, {name: ".", code: "NumpadDecimal"}, {name: "/", code: "NumpadDivide"}} {
		if k.name != "" {
			k.virtual, k.text, k.location = 106+int64(i), k.name, 3
			add([]string{k.code}, k)
		}
	}
	add([]string{"NumpadEnter"}, key{"Enter", "NumpadEnter", 13, "\r", 3})
}
