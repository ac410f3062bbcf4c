package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// profile is a folder of the user's that one Chrome at a time keeps its cookies and storage in.
type profile struct {
	dir  string
	lock *flock.Flock // on DIR/seine.lock
}

// openProfile makes the folder where there is none, readable for its owner only.
func openProfile(dir string) (*profile, error) {
	dir, err := filepath.Abs(dir) // Chrome has a folder of its own
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("the folder of the profile: %w", err)
	}
	p := &profile{dir: dir, lock: flock.New(filepath.Join(dir, "seine.lock"), flock.SetPermissions(0o600))}
	switch ok, err := p.lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("locking the profile %s: %w", dir, err)
	case !ok:
		return nil, fmt.Errorf("%w: %s", ErrProfile, dir)
	}
	return p, nil
}

// prefer writes Chrome's settings. They let sites of other origins keep cookies, as they may in a Chrome with a window: new headless
// blocks them (cookie_controls_mode 0 is "never block", in the off-the-record contexts of our tabs too). Languages, if not empty, are
// those that sites are asked for, such as "de-AT,de".
func (r *runFolder) prefer(languages string) error {
	prefs := map[string]any{
		"profile":                    map[string]any{"cookie_controls_mode": 0, "block_third_party_cookies": false},
		"credentials_enable_service": false,
	}
	if languages != "" {
		prefs["intl"] = map[string]any{"accept_languages": languages, "selected_languages": languages}
	}
	return r.set(filepath.Join("Default", "Preferences"), prefs)
}

// prompt says whether Chrome asks a person for a password (RFC 9110 §11). If not, it takes the request for one for the answer that it
// is; else it would hold it for good where nobody sees its window.
func (r *runFolder) prompt(yes bool) error {
	schemes := ""
	if yes {
		schemes = "basic,digest,ntlm,negotiate" // Chrome's own
	}
	return r.set("Local State", map[string]any{"auth": map[string]any{"schemes": schemes}})
}

// set changes settings in a file of Chrome's, and leaves all others.
func (r *runFolder) set(name string, settings map[string]any) error {
	name = filepath.Join(r.profile(), name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	all := map[string]any{}
	switch text, err := os.ReadFile(name); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case json.Unmarshal(text, &all) != nil:
		all = map[string]any{} // Chrome itself begins anew then
	}
	merge(all, settings)
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o600)
}

// merge puts the settings of from into those of into.
func merge(into, from map[string]any) {
	for name, value := range maps.All(from) {
		group, ok := value.(map[string]any)
		old, was := into[name].(map[string]any)
		if ok && was {
			merge(old, group)
			continue
		}
		into[name] = value
	}
}
