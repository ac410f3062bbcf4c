package ttml

import (
	"encoding/xml"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"seine/assemble/subs"
)

// clock is what the parameters of a document (TTML2 §7.2) say of its times. Rates are fractions: 30000/1001 has no end.
type clock struct {
	known      bool
	smpte      bool
	drop       string
	frames     int64    // ttp:frameRate
	frame      *big.Rat // frames a second, with the multiplier
	sub        int64    // ttp:subFrameRate
	tick       *big.Rat // ticks a second
	dropBefore int64    // frame numbers that are left out each minute but the tenth
}

// attribute is the value of the first attribute of a local name, or "".
func attribute(list []xml.Attr, name string) string {
	for i := range list {
		if list[i].Name.Local == name {
			return strings.TrimSpace(list[i].Value)
		}
	}
	return ""
}

func newClock(list []xml.Attr) (clock, error) {
	c := clock{known: true, drop: attribute(list, "dropMode")}
	switch base := attribute(list, "timeBase"); {
	case base == "" || base == "media":
	case base == "smpte" && attribute(list, "markerMode") != "discontinuous":
		c.smpte = true
	default:
		return c, fmt.Errorf("%w: timeBase %.20q, markerMode %.20q", ErrClock, base, attribute(list, "markerMode"))
	}
	var err error
	if c.frames, err = parameter(list, "frameRate", 30); err != nil {
		return c, err
	}
	if c.sub, err = parameter(list, "subFrameRate", 1); err != nil {
		return c, err
	}
	if c.frame, err = multiplied(c.frames, attribute(list, "frameRateMultiplier")); err != nil {
		return c, err
	}
	tick, err := parameter(list, "tickRate", 0)
	if err != nil {
		return c, err
	}
	switch {
	case tick > 0:
		c.tick = big.NewRat(tick, 1)
	case attribute(list, "frameRate") != "": // TTML2 §7.2.11
		c.tick = new(big.Rat).Mul(c.frame, big.NewRat(c.sub, 1))
	default:
		c.tick = big.NewRat(1, 1)
	}
	switch c.drop {
	case "", "nonDrop":
	case "dropNTSC":
		c.dropBefore = 2
	case "dropPAL":
		c.dropBefore = 4
	default:
		return c, fmt.Errorf("%w: dropMode %.20q", ErrClock, c.drop)
	}
	return c, nil
}

// maxRate bounds frame and tick rates.
const maxRate = 10_000_000_000

func parameter(list []xml.Attr, name string, usual int64) (int64, error) {
	s := attribute(list, name)
	if s == "" {
		return usual, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > maxRate {
		return 0, fmt.Errorf("%w: %s %.40q", ErrClock, name, s)
	}
	return n, nil
}

// multiplied applies frameRateMultiplier: "1000 1001", or "1000:1001" as drafts had it.
func multiplied(rate int64, s string) (*big.Rat, error) {
	out := big.NewRat(rate, 1)
	if s == "" {
		return out, nil
	}
	parts := strings.Fields(strings.ReplaceAll(s, ":", " "))
	if len(parts) == 1 {
		parts = append(parts, "1")
	}
	if len(parts) == 2 {
		a, err := strconv.ParseInt(parts[0], 10, 64)
		b, err2 := strconv.ParseInt(parts[1], 10, 64)
		if err == nil && err2 == nil && a > 0 && b > 0 && a <= maxRate && b <= maxRate {
			return out.Mul(out, big.NewRat(a, b)), nil
		}
	}
	return nil, fmt.Errorf("%w: frameRateMultiplier %.40q", ErrClock, s)
}

// parse reads a time expression (TTML2 §12.3.1).
func (c *clock) parse(s string) (time.Duration, bool) {
	if s = strings.TrimSpace(s); s == "" || len(s) > 40 {
		return 0, false
	}
	var r *big.Rat
	if strings.Contains(s, ":") {
		r = c.clockTime(s)
	} else {
		r = c.offsetTime(s)
	}
	if r == nil {
		return 0, false
	}
	return nanoseconds(r)
}

func nanoseconds(seconds *big.Rat) (time.Duration, bool) {
	n := new(big.Rat).Mul(seconds, big.NewRat(int64(time.Second), 1))
	half := n.Add(n, big.NewRat(1, 2))
	q := new(big.Int).Quo(half.Num(), half.Denom())
	if !q.IsInt64() || q.Int64() >= int64(subs.MaxTime) || q.Sign() < 0 {
		return 0, false
	}
	return time.Duration(q.Int64()), true
}

// offsetTime is a number and a metric: h, m, s, ms, f or t.
func (c *clock) offsetTime(s string) *big.Rat {
	i := strings.LastIndexAny(s, "0123456789.") + 1
	n, ok := decimal(s[:i])
	if !ok {
		return nil
	}
	switch s[i:] {
	case "h":
		return n.Mul(n, big.NewRat(3600, 1))
	case "m":
		return n.Mul(n, big.NewRat(60, 1))
	case "s":
		return n
	case "ms":
		return n.Mul(n, big.NewRat(1, 1000))
	case "f":
		return n.Quo(n, c.frame)
	case "t":
		return n.Quo(n, c.tick)
	}
	return nil
}

// clockTime is hours:minutes:seconds, with a fraction or with frames behind.
func (c *clock) clockTime(s string) *big.Rat {
	parts := strings.Split(s, ":")
	if len(parts) < 3 || len(parts) > 4 {
		return nil
	}
	hours, a := decimal(parts[0])
	minutes, b := decimal(parts[1])
	seconds, d := decimal(parts[2])
	if !a || !b || !d || !hours.IsInt() || !minutes.IsInt() || minutes.Cmp(big.NewRat(60, 1)) >= 0 || seconds.Cmp(big.NewRat(61, 1)) >= 0 {
		return nil
	}
	whole := hours.Mul(hours, big.NewRat(3600, 1))
	whole.Add(whole, minutes.Mul(minutes, big.NewRat(60, 1)))
	whole.Add(whole, seconds)
	frames := new(big.Rat)
	if len(parts) == 4 {
		if frames = c.frameCount(parts[3]); frames == nil || !seconds.IsInt() {
			return nil
		}
	}
	if c.smpte {
		return c.marker(whole, frames)
	}
	return whole.Add(whole, frames.Quo(frames, c.frame))
}

// frameCount is frames, or frames.subframes.
func (c *clock) frameCount(s string) *big.Rat {
	a, b, has := strings.Cut(s, ".")
	n, err := strconv.ParseInt(a, 10, 32)
	if err != nil || n < 0 || n >= c.frames {
		return nil
	}
	out := big.NewRat(n, 1)
	if has {
		k, err := strconv.ParseInt(b, 10, 32)
		if err != nil || k < 0 || k >= c.sub {
			return nil
		}
		out.Add(out, big.NewRat(k, c.sub))
	}
	return out
}

// marker counts frames from 0 (SMPTE ST 12-1): each second has as many as the rate says in whole numbers, and some that are left out.
func (c *clock) marker(whole, frames *big.Rat) *big.Rat {
	count := new(big.Rat).Mul(whole, big.NewRat(c.frames, 1))
	count.Add(count, frames)
	if c.dropBefore > 0 {
		minutes, _ := new(big.Rat).Quo(whole, big.NewRat(60, 1)).Float64()
		m := int64(math.Floor(minutes + 1e-9))
		skipped := c.dropBefore * (m - m/10)
		if c.drop == "dropPAL" { // each second minute, but not the twentieth
			skipped = c.dropBefore * (m/2 - m/20)
		}
		count.Sub(count, big.NewRat(skipped, 1))
	}
	return count.Quo(count, c.frame)
}

// decimal reads digits, with a fraction or not.
func decimal(s string) (*big.Rat, bool) {
	if s == "" || len(s) > 30 || strings.Trim(s, "0123456789.") != "" || strings.Count(s, ".") > 1 || s[0] == '.' {
		return nil, false
	}
	return new(big.Rat).SetString(strings.TrimSuffix(s, "."))
}
