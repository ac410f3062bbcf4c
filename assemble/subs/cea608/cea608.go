// Package cea608 decodes closed captions of line 21 (ANSI/CTA-608-E, 47 CFR §15.119): the four caption channels, in all three ways of
// showing text. Text channels and extended data services (XDS) are passed over.
package cea608

import (
	"fmt"
	"strings"
	"time"

	"seine/assemble/subs"
)

// Channel is one of CC1 … CC4.
type Channel int

// The caption channels: two in each field.
const (
	CC1 Channel = iota + 1
	CC2
	CC3
	CC4
)

// String returns CC1 … CC4.
func (c Channel) String() string { return fmt.Sprintf("CC%d", int(c)) }

// Channels are all of them.
func Channels() []Channel { return []Channel{CC1, CC2, CC3, CC4} }

// Decoder turns pairs of bytes into cues. Its zero value is ready; it is for one goroutine.
type Decoder struct {
	fields [2]field
}

// field is one of the two, with its channels.
type field struct {
	current  int // channel that codes and characters are for, 0 or 1
	last     [2]byte
	xds      bool
	channels [2]channel
}

// Pair takes two bytes of field 1 or 2, parity bits included, shown at a time. Times do not fall.
func (d *Decoder) Pair(number int, a, b byte, at time.Duration) {
	if number < 1 || number > 2 {
		return
	}
	f := &d.fields[number-1]
	if !odd(a) {
		f.last = [2]byte{}
		return
	}
	if !odd(b) {
		b = 0xff // a character that is damaged
	}
	a, b = a&0x7f, b&0x7f
	switch {
	case a == 0 && b == 0:
	case a >= 0x01 && a <= 0x0f:
		f.xds = a != 0x0f && number == 2
		f.last = [2]byte{}
	case a >= 0x10 && a <= 0x1f:
		f.control(a, b, at)
	case !f.xds && a >= 0x20:
		f.last = [2]byte{}
		c := &f.channels[f.current]
		c.character(a, at)
		c.character(b, at)
	}
}

func odd(b byte) bool {
	b ^= b >> 4
	b ^= b >> 2
	b ^= b >> 1
	return b&1 == 1
}

// control takes a control code. Codes are sent twice, so that one may be lost: the second of two does nothing.
func (f *field) control(a, b byte, at time.Duration) {
	f.xds = false
	if f.last == [2]byte{a, b} {
		f.last = [2]byte{}
		return
	}
	f.last = [2]byte{a, b}
	f.current = int(a >> 3 & 1)
	c := &f.channels[f.current]
	switch a &^= 8; {
	case a == 0x11 && b >= 0x20 && b <= 0x2f:
		c.midRow(b, at)
	case a == 0x11 && b >= 0x30 && b <= 0x3f:
		c.put(special[b-0x30], at)
	case (a == 0x12 || a == 0x13) && b >= 0x20 && b <= 0x3f:
		c.extended(extendeds[a-0x12][b-0x20], at)
	case (a == 0x14 || a == 0x15) && b >= 0x20 && b <= 0x2f:
		c.command(b, at)
	case a == 0x17 && b >= 0x21 && b <= 0x23:
		c.column = min(c.column+int(b-0x20), columns-1)
	case b >= 0x40 && b <= 0x7f:
		c.address(a, b)
	}
}

// Cues ends what is shown at a time, and returns all that a channel has shown, in order.
func (d *Decoder) Cues(n Channel, at time.Duration) []subs.Cue {
	if n < CC1 || n > CC4 {
		return nil
	}
	c := &d.fields[(n-1)/2].channels[(n-1)%2]
	c.show(at)
	return c.cues
}

const (
	rows    = 15
	columns = 32
)

// cell is one place of the screen; its character is 0 where nothing is.
type cell struct {
	char  rune
	style subs.Style
}

type screen [rows][columns]cell

type mode int

const (
	none mode = iota
	popOn
	paintOn
	rollUp
	text // not captions
)

// channel is one caption channel.
type channel struct {
	mode        mode
	depth       int // rows that roll
	front, back screen
	row, column int // the row is from 0
	style       subs.Style
	since       time.Duration // when the front was begun to be shown
	cues        []subs.Cue
	begun       bool
}

// command is a miscellaneous control code.
func (c *channel) command(b byte, at time.Duration) {
	switch b {
	case 0x20: // RCL
		c.mode = popOn
	case 0x21: // BS
		c.backspace()
	case 0x24: // DER
		c.erase(c.column)
	case 0x25, 0x26, 0x27: // RU2 … RU4
		c.roll(int(b-0x25)+2, at)
	case 0x29: // RDC
		if c.mode != paintOn {
			c.style = 0
		}
		c.mode = paintOn
	case 0x2a, 0x2b: // TR, RTD
		c.mode = text
	case 0x2c: // EDM
		c.show(at)
		c.front = screen{}
	case 0x2d: // CR
		c.carriage(at)
	case 0x2e: // ENM
		c.back = screen{}
	case 0x2f: // EOC
		c.show(at)
		c.mode = popOn
		c.front, c.back = c.back, c.front
		c.since, c.begun = at, true
	}
}

// roll begins rolling with so many rows.
func (c *channel) roll(depth int, at time.Duration) {
	if c.mode != rollUp {
		c.show(at)
		c.front, c.back = screen{}, screen{}
		c.row, c.column, c.style = rows-1, 0, 0
	}
	c.mode, c.depth = rollUp, depth
}

// carriage moves all rows up by one.
func (c *channel) carriage(at time.Duration) {
	if c.mode != rollUp {
		return
	}
	c.show(at)
	top := max(c.row-c.depth+1, 0)
	for r := range c.front {
		switch {
		case r < top || r > c.row:
			c.front[r] = [columns]cell{}
		case r < c.row:
			c.front[r] = c.front[r+1]
		default:
			c.front[r] = [columns]cell{}
		}
	}
	c.column, c.style = 0, 0
}

// target is the screen that is written to, nil for none.
func (c *channel) target() *screen {
	switch c.mode {
	case popOn:
		return &c.back
	case paintOn, rollUp:
		return &c.front
	}
	return nil
}

func (c *channel) put(r rune, at time.Duration) {
	s := c.target()
	if s == nil {
		return
	}
	if c.mode != popOn && !c.begun {
		c.since, c.begun = at, true
	}
	s[c.row][c.column] = cell{r, c.style}
	c.column = min(c.column+1, columns-1)
}

func (c *channel) backspace() {
	if s := c.target(); s != nil && c.column > 0 {
		c.column--
		s[c.row][c.column] = cell{}
	}
}

// erase empties the row from a column on.
func (c *channel) erase(from int) {
	if s := c.target(); s != nil {
		for i := from; i < columns; i++ {
			s[c.row][i] = cell{}
		}
	}
}

// extended takes the place of the character before, which stands for it where it is not known.
func (c *channel) extended(r rune, at time.Duration) {
	c.backspace()
	c.put(r, at)
}

func (c *channel) character(b byte, at time.Duration) {
	switch {
	case b < 0x20:
	default:
		c.put(basic(b), at)
	}
}

// midRow changes the style, and takes a place.
func (c *channel) midRow(b byte, at time.Duration) {
	c.style = styleOf(b & 0x0f)
	c.put(' ', at)
}

// styleOf reads the attributes of a mid-row code, or of a row address without indent.
func styleOf(b byte) (s subs.Style) {
	if b&1 != 0 {
		s |= subs.Underline
	}
	if b>>1 == 7 {
		s |= subs.Italic
	}
	return s
}

// addresses are the rows of preamble codes, from 0, by the first byte and the bit 0x20 of the second.
var addresses = [8][2]int{{10, 10}, {0, 1}, {2, 3}, {11, 12}, {13, 14}, {4, 5}, {6, 7}, {8, 9}}

// address is a preamble address code.
func (c *channel) address(a, b byte) {
	row := addresses[a&7][b>>5&1]
	if c.mode == rollUp && row != c.row {
		c.move(row)
	}
	c.row, c.column = row, 0
	if b&0x10 != 0 {
		c.column = int(b>>1&7) * 4
		c.style = styleOf(b & 1)
		return
	}
	c.style = styleOf(b & 0x0f)
}

// move takes the rows that roll to another base row.
func (c *channel) move(row int) {
	var s screen
	for i := range c.depth {
		if from, to := c.row-i, row-i; from >= 0 && to >= 0 {
			s[to] = c.front[from]
		}
	}
	c.front = s
}

// show makes a cue of what the screen has shown up to now.
func (c *channel) show(at time.Duration) {
	runs := c.front.runs()
	if len(runs) > 0 && at > c.since && len(c.cues) < subs.MaxCues {
		c.cues = append(c.cues, subs.Cue{Start: c.since, End: at, Runs: runs, Settings: c.front.settings()})
	}
	c.since, c.begun = at, c.mode == rollUp && c.depth > 1 && len(runs) > 0
}

// runs is the text of the screen.
func (s *screen) runs() (list []subs.Run) {
	for r := range s {
		var line []subs.Run
		for _, x := range s[r] {
			if x.char == 0 {
				x = cell{char: ' '}
			}
			line = append(line, subs.Run{Text: string(x.char), Style: x.style})
		}
		line = append(line, subs.Run{Text: "\n"})
		list = append(list, line...)
	}
	return subs.Tidy(list)
}

// settings say where the text is, when that is in the upper half: row 1 is at a tenth of the picture.
func (s *screen) settings() string {
	for r := range s {
		for _, x := range s[r] {
			if x.char == 0 || x.char == ' ' {
				continue
			}
			if r < rows/2 {
				return fmt.Sprintf("line:%.4g%%", 10+float64(r)*80/rows)
			}
			return ""
		}
	}
	return ""
}

// basic is the character set of §3 (47 CFR §15.119(g)): ASCII, with some letters in place of marks.
func basic(b byte) rune {
	if i := strings.IndexByte("\x27\x2a\x5c\x5e\x5f\x60\x7b\x7c\x7d\x7e\x7f", b); i >= 0 {
		return []rune("’áéíóúç÷Ññ█")[i]
	}
	return rune(b)
}

var (
	special   = []rune("®°½¿™¢£♪à\u00a0èâêîôû")
	extendeds = [2][]rune{
		[]rune("ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»"),
		[]rune("ÃãÍÌìÒòÕõ{}\\^_¦~ÄäÖöß¥¤|ÅåØø┌┐└┘"),
	}
)
