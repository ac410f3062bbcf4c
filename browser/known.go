package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// known is what browsers said of their version, kept in a file: to ask one takes a tenth of its start. A browser that has changed is asked
// again.
type known struct {
	file string
	All  map[string]knownBrowser // by path
}

type knownBrowser struct {
	Size          int64
	Changed       time.Time
	Name, Version string
}

// maxKnown bounds the file; beyond it, it begins anew.
const maxKnown = 32

func readKnown(dir string) *known {
	k := &known{file: filepath.Join(dir, "versions.json"), All: map[string]knownBrowser{}}
	if text, err := os.ReadFile(k.file); err == nil {
		_ = json.Unmarshal(text, &k.All) // what cannot be read is not known
	}
	return k
}

// tell fills in what is known of a candidate.
func (k *known) tell(c *Candidate) bool {
	b, ok := k.All[c.Path]
	info, err := os.Stat(c.Path)
	if !ok || err != nil || info.Size() != b.Size || !info.ModTime().Equal(b.Changed) || b.Version == "" {
		return false
	}
	c.Name, c.Version = b.Name, b.Version
	return true
}

// learn keeps what a candidate said. That it could not be kept is of no consequence.
func (k *known) learn(c *Candidate) {
	info, err := os.Stat(c.Path)
	if err != nil || !c.Usable() {
		return
	}
	if len(k.All) >= maxKnown {
		clear(k.All)
	}
	k.All[c.Path] = knownBrowser{Size: info.Size(), Changed: info.ModTime(), Name: c.Name, Version: c.Version}
	text, err := json.Marshal(k.All)
	if err != nil || os.MkdirAll(filepath.Dir(k.file), 0o700) != nil {
		return
	}
	temp, err := os.CreateTemp(filepath.Dir(k.file), ".versions-*")
	if err != nil {
		return
	}
	_, err = temp.Write(text)
	if e := temp.Close(); err != nil || e != nil || os.Rename(temp.Name(), k.file) != nil {
		_ = os.Remove(temp.Name())
	}
}
