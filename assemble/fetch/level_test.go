package fetch

import (
	"math/rand/v2"
	"testing"
	"time"
)

// server is a model of one: what it does to requests in a short time.
type server struct {
	size float64 // of a body
	// delay is until the first byte, with n requests under way.
	delay func(n int) time.Duration
	// speed is what all together get, in bytes per second.
	speed func(n int) float64
	// most is how many it takes at once at a time; 0 for any number. It refuses others with 429.
	most func(at time.Duration) int
	// chance of a refusal without reason.
	chance float64
}

// asked is one request in a simulation.
type asked struct {
	began    time.Time
	delay    time.Duration
	left     float64
	said     float64
	answered bool
}

// simulation drives a level against a server, in steps of two milliseconds.
type simulation struct {
	server server
	level  level
	random *rand.Rand
	begin  time.Time
	now    time.Time
	list   []*asked

	refusals int
	history  []int
}

const tick = 2 * time.Millisecond

func simulate(s server, d time.Duration) *simulation {
	begin := time.Unix(1, 0)
	m := &simulation{server: s, level: newLevel(0), random: rand.New(rand.NewPCG(1, 2)), begin: begin, now: begin}
	m.run(d)
	return m
}

func (m *simulation) run(d time.Duration) {
	for end := m.now.Add(d); m.now.Before(end); m.now = m.now.Add(tick) {
		m.start()
		m.step()
		m.history = append(m.history, m.level.limit)
	}
}

func (m *simulation) start() {
	for len(m.list) < m.level.limit {
		if m.server.most != nil && len(m.list) >= m.server.most(m.now.Sub(m.begin)) || m.random.Float64() < m.server.chance {
			m.refusals++
			before := m.level.limit
			m.level.refused(m.now, m.now, len(m.list)+1)
			if m.level.limit >= before {
				return // the rest of the step; it waits before it asks again
			}
			continue
		}
		size := m.server.size * (0.7 + 0.6*m.random.Float64())
		m.list = append(m.list, &asked{began: m.now, delay: m.server.delay(len(m.list) + 1), left: size})
	}
}

func (m *simulation) step() {
	share := m.server.speed(len(m.list)) / float64(len(m.list)) * tick.Seconds() * (0.8 + 0.4*m.random.Float64())
	busy := len(m.list) >= m.level.limit
	rest := m.list[:0]
	for _, a := range m.list {
		if m.now.Sub(a.began) < a.delay {
			rest = append(rest, a)
			continue
		}
		if !a.answered {
			a.answered = true
			m.level.answered(m.now, a.began)
		}
		a.left -= share
		a.said += share
		if a.left <= 0 {
			m.level.received(m.now, int(a.said), true, busy)
			continue
		}
		if a.said > newsBytes {
			m.level.received(m.now, int(a.said), false, busy)
			a.said = 0
		}
		rest = append(rest, a)
	}
	m.list = rest
}

// mean is the level between two times.
func (m *simulation) mean(from, to time.Duration) float64 {
	sum := 0
	list := m.history[from/tick : min(int(to/tick), len(m.history))]
	for _, n := range list {
		sum += n
	}
	return float64(sum) / float64(len(list))
}

func constant(d time.Duration) func(int) time.Duration {
	return func(int) time.Duration { return d }
}

func each(speed float64) func(int) float64 { return func(n int) float64 { return speed * float64(n) } }

func shared(speed float64) func(int) float64 { return func(int) float64 { return speed } }

const megabyte = 1e6

// The level of each kind of server is found, and kept.
func TestLevelIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		server    server
		from      time.Duration // when it must have been found
		low, high float64
	}{
		"each connection limited, large bodies": {server{size: 5 * megabyte, delay: constant(50 * time.Millisecond), speed: each(2 * megabyte)}, 5 * time.Second, 15.5, 16},
		"each connection limited, long way":     {server{size: 5 * megabyte, delay: constant(300 * time.Millisecond), speed: each(megabyte)}, 15 * time.Second, 15.5, 16},
		"latency alone, small bodies":           {server{size: 1e5, delay: constant(50 * time.Millisecond), speed: each(100 * megabyte)}, 5 * time.Second, 15.5, 16},
		"tiny bodies":                           {server{size: 2000, delay: constant(20 * time.Millisecond), speed: each(100 * megabyte)}, 5 * time.Second, 15.5, 16},
		"a shared line":                         {server{size: 5 * megabyte, delay: constant(20 * time.Millisecond), speed: shared(10 * megabyte)}, 0, 6, 7},
		"a shared line, small bodies":           {server{size: 1e5, delay: constant(5 * time.Millisecond), speed: shared(10 * megabyte)}, 0, 6, 7.5},
		"a fast line":                           {server{size: 5 * megabyte, delay: constant(time.Millisecond), speed: shared(1000 * megabyte)}, 0, 6, 7},
		"a line for ten": {server{size: 5 * megabyte, delay: constant(20 * time.Millisecond), speed: func(n int) float64 {
			return 2 * megabyte * float64(min(n, 10))
		}}, 5 * time.Second, 9.5, 13},
	} {
		t.Run(name, func(t *testing.T) {
			m := simulate(c.server, time.Minute)
			if got := m.mean(c.from, time.Minute); got < c.low || got > c.high {
				t.Errorf("%.1f at once, want %v to %v", got, c.low, c.high)
			}
			if m.refusals > 0 {
				t.Errorf("%d refusals", m.refusals)
			}
		})
	}
}

// A server that takes eight at once is asked for eight, and refuses seldom.
func TestLevelBelowRefusals(t *testing.T) {
	s := server{
		size: megabyte, delay: constant(20 * time.Millisecond), speed: each(2 * megabyte),
		most: func(time.Duration) int { return 8 },
	}
	m := simulate(s, 5*time.Minute)
	if got := m.mean(30*time.Second, 5*time.Minute); got < 7 || got > 8.3 || m.refusals > 100 {
		t.Errorf("%.1f at once, %d refusals", got, m.refusals)
	}
}

// A server whose patience shrinks is asked less, down to one at a time, and more again when it has recovered.
func TestLevelRecovers(t *testing.T) {
	for _, few := range []int{1, 4} {
		s := server{
			size: megabyte, delay: constant(20 * time.Millisecond), speed: each(2 * megabyte),
			most: func(at time.Duration) int {
				if at > 20*time.Second && at < 60*time.Second {
					return few
				}
				return 100
			},
		}
		m := simulate(s, 5*time.Minute)
		if before := m.mean(10*time.Second, 20*time.Second); before < 15 {
			t.Errorf("%.1f at once before", before)
		}
		if during := m.mean(30*time.Second, 60*time.Second); during > float64(few)+1 {
			t.Errorf("%.1f at once while it takes %d", during, few)
		}
		if after := m.mean(4*time.Minute, 5*time.Minute); after < 15 {
			t.Errorf("%.1f at once after", after)
		}
	}
}

// A refusal in a hundred is chance, and does not bring the level down for good.
func TestLevelBearsChance(t *testing.T) {
	s := server{size: megabyte, delay: constant(20 * time.Millisecond), speed: each(2 * megabyte), chance: 0.01}
	if got := simulate(s, 2*time.Minute).mean(30*time.Second, 2*time.Minute); got < 7 {
		t.Errorf("%.1f at once", got)
	}
}

// A server with a line of its own, which answers the later the more there are; and one that has become slow for another
// reason, from which fewer requests would bring less.
func TestLevelAndLatency(t *testing.T) {
	queue := server{size: 3e5, speed: each(10 * megabyte), delay: func(n int) time.Duration {
		if n > 4 {
			return time.Duration(n-4) * 400 * time.Millisecond
		}
		return 30 * time.Millisecond
	}}
	if got := simulate(queue, 2*time.Minute).mean(20*time.Second, 2*time.Minute); got > 5 {
		t.Errorf("%.1f at once where four are served", got)
	}
	m := simulate(server{size: 3e5, speed: each(10 * megabyte), delay: constant(30 * time.Millisecond)}, 10*time.Second)
	m.server.delay = constant(time.Second)
	m.run(2 * time.Minute)
	if got := m.mean(40*time.Second, 2*time.Minute); got < 14 {
		t.Errorf("%.1f at once where fewer are not faster", got)
	}
}

// A level that the user has set is that, whatever happens.
func TestLevelFixed(t *testing.T) {
	l := newLevel(40)
	now := time.Unix(1, 0)
	for i := range 10000 {
		now = now.Add(time.Millisecond)
		l.answered(now, now.Add(-time.Duration(i)*time.Millisecond))
		l.refused(now, now, 1)
		l.received(now, 1<<20, true, true)
	}
	if l.limit != 40 {
		t.Errorf("%d", l.limit)
	}
}
