package engine

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/gofrs/flock"
	"github.com/itchyny/gojq"
)

// journalName is in the output folder, with mode 0600: it holds what the steps gave.
const journalName = ".seine-run.jsonl"

// ErrBusy: somebody else runs a scenario into the same folder.
var ErrBusy = errors.New("another seine runs into this folder")

// delivery is a value on its way to a file that runs write to together, in their order.
type delivery struct {
	File    string   `json:"file"`
	Value   any      `json:"value"`
	Append  bool     `json:"append,omitempty"` // the file is gone on with, not made anew
	Format  string   `json:"format,omitempty"`
	Columns []string `json:"columns,omitempty"`
	Table   string   `json:"table,omitempty"`
	Hints   []string `json:"hints,omitempty"`
}

// entry is a line of the journal: the key of what is run, a run that is done, or an item of an each of a run that is not.
type entry struct {
	Key    string     `json:"key,omitempty"`
	Run    int        `json:"run"`
	Step   string     `json:"step,omitempty"`
	Item   int        `json:"item,omitempty"`
	Hash   string     `json:"hash,omitempty"`
	Value  any        `json:"value,omitempty"`
	Writes []delivery `json:"writes,omitempty"`
}

// journal knows what is done, so that it is not done again. It is a file of lines of JSON to which is only added; a line that was cut
// short by the end of the program is dropped.
type journal struct {
	mu     sync.Mutex
	root   *os.Root
	name   string
	lock   *flock.Flock
	f      *os.File
	end    int64
	places map[string]place // by what is done
}

type place struct{ at, length int64 }

// openJournal goes on with one of the same key, or begins anew.
func openJournal(root *os.Root, name, key string, fresh bool) (*journal, error) {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the journal of the run: %w", err)
	}
	j := &journal{root: root, name: name, f: f, places: map[string]place{}, lock: flock.New(f.Name())}
	if ok, err := j.lock.TryLock(); err != nil || !ok {
		_ = f.Close()
		return nil, errors.Join(ErrBusy, err)
	}
	if fresh || !j.load(key) {
		j.places, j.end = map[string]place{}, 0
	}
	if err := f.Truncate(j.end); err != nil {
		_ = j.close(false)
		return nil, err
	}
	if j.end == 0 {
		if err := j.add(entry{Key: key}); err != nil {
			_ = j.close(false)
			return nil, err
		}
	}
	return j, nil
}

// load reads what was done; false if it is of something else.
func (j *journal) load(key string) bool {
	in := bufio.NewReaderSize(j.f, 1<<20)
	for n := 0; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return n > 0
		}
		var e struct {
			Key  string `json:"key"`
			Run  int    `json:"run"`
			Step string `json:"step"`
			Item int    `json:"item"`
			Hash string `json:"hash"`
		}
		if json.Unmarshal(line, &e) != nil {
			return n > 0
		}
		if n == 0 {
			if e.Key != key {
				return false
			}
		} else {
			j.places[at(e.Run, e.Step, e.Item, e.Hash)] = place{j.end, int64(len(line))}
		}
		j.end += int64(len(line))
	}
}

func at(run int, step string, item int, hash string) string {
	return strings.Join([]string{strconv.Itoa(run), step, strconv.Itoa(item), hash}, "\x00")
}

func (j *journal) add(e entry) error {
	text, err := gojq.Marshal(e.plain())
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	n, err := j.f.WriteAt(append(text, '\n'), j.end)
	if err != nil {
		return fmt.Errorf("the journal of the run: %w", err)
	}
	if e.Key == "" {
		j.places[at(e.Run, e.Step, e.Item, e.Hash)] = place{j.end, int64(n)}
	}
	j.end += int64(n)
	return nil
}

// plain is the entry as jq's writer takes it, which keeps large numbers.
func (e entry) plain() map[string]any {
	out := map[string]any{"run": e.Run}
	if e.Key != "" {
		out["key"] = e.Key
	}
	if e.Step != "" {
		out["step"], out["item"], out["hash"], out["value"] = e.Step, e.Item, e.Hash, e.Value
	}
	var writes []any
	for _, d := range e.Writes {
		writes = append(writes, map[string]any{
			"file": d.File, "value": d.Value, "append": d.Append, "format": d.Format, "columns": anyList(d.Columns), "table": d.Table, "hints": anyList(d.Hints),
		})
	}
	if writes != nil {
		out["writes"] = writes
	}
	return out
}

func anyList(list []string) any {
	if list == nil {
		return nil
	}
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// find gives what is known of a run (step "") or item.
func (j *journal) find(run int, step string, item int, hash string) (entry, bool) {
	j.mu.Lock()
	where, ok := j.places[at(run, step, item, hash)]
	j.mu.Unlock()
	if !ok {
		return entry{}, false
	}
	line := make([]byte, where.length)
	if _, err := j.f.ReadAt(line, where.at); err != nil && !errors.Is(err, io.EOF) {
		return entry{}, false
	}
	v, err := parseJSON(bytes.TrimSpace(line))
	m, _ := v.(map[string]any)
	var e entry
	if err != nil || json.Unmarshal(line, &e) != nil {
		return entry{}, false
	}
	e.Value = m["value"] // with its numbers as they were
	writes, _ := m["writes"].([]any)
	for i := range e.Writes {
		if w, ok := writes[i].(map[string]any); ok {
			e.Writes[i].Value = w["value"]
		}
	}
	return e, true
}

// close removes the journal of what is finished.
func (j *journal) close(finished bool) error {
	err := j.f.Close()
	if finished {
		err = errors.Join(err, j.root.Remove(j.name))
	}
	return errors.Join(err, j.lock.Unlock())
}

// key tells whether it is the same scenario with the same inputs.
func (r *runner) key() string {
	h := sha256.New()
	r.p.Digest(h)
	text, err := gojq.Marshal(map[string]any{"common": r.inputs.common, "runs": len(r.inputs.runs)})
	if err == nil {
		_, _ = h.Write(text)
	}
	for _, run := range r.inputs.runs {
		if text, err := gojq.Marshal(map[string]any(run)); err == nil {
			_, _ = h.Write(text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hash tells an item from another one at the same place.
func hash(v any) string {
	text, err := gojq.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
