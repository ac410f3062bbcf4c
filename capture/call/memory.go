package call

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// Memory is a file that says of each operation of a server which headers matter, and whether only a browser is answered. It holds no values.
type Memory struct {
	mu     sync.Mutex
	dir    string
	loaded map[string]map[string]*known // by server, then by method and path
}

// known is what is remembered of an operation.
type known struct {
	Tried   bool     `json:"tried,omitempty"` // Headers are all that matter
	Headers []string `json:"headers,omitempty"`
	InPage  bool     `json:"in_page,omitempty"`
}

// NewMemory keeps its files in a folder, which is made when there is something to keep. They have mode 0600.
func NewMemory(dir string) *Memory {
	return &Memory{dir: dir, loaded: map[string]map[string]*known{}}
}

const maxMemory = 4 << 20

func (m *Memory) file(server string) string {
	sum := sha256.Sum256([]byte(server))
	return filepath.Join(m.dir, hex.EncodeToString(sum[:12])+".json")
}

// of is what is known of an operation; called with the lock held. What cannot be read is not known.
func (m *Memory) of(o *Operation) *known {
	all := m.loaded[o.Server]
	if all == nil {
		all = map[string]*known{}
		if info, err := os.Stat(m.file(o.Server)); err == nil && info.Size() <= maxMemory {
			if text, err := os.ReadFile(m.file(o.Server)); err == nil {
				_ = json.Unmarshal(text, &all) // what is broken is found out anew
			}
		}
		m.loaded[o.Server] = all
	}
	return all[o.Method+" "+o.Key]
}

func (m *Memory) headers(o *Operation) ([]string, bool) {
	if m == nil {
		return nil, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.of(o)
	if k == nil || !k.Tried {
		return nil, false
	}
	return k.Headers, true
}

func (m *Memory) inPage(o *Operation) bool {
	if m == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.of(o)
	return k != nil && k.InPage
}

// learn changes what is known, and writes it in one step. That it cannot be written spoils no call.
func (m *Memory) learn(o *Operation, change func(*known)) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.of(o)
	if k == nil {
		k = &known{}
		if m.loaded[o.Server] == nil {
			m.loaded[o.Server] = map[string]*known{}
		}
		m.loaded[o.Server][o.Method+" "+o.Key] = k
	}
	change(k)
	_ = m.write(o.Server)
}

func (m *Memory) write(server string) error {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return err
	}
	text, err := json.MarshalIndent(m.loaded[server], "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(m.dir, ".calls-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), m.file(server))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
