package folder

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"seine/capture"
	"seine/capture/har"
)

// Bounds of what is read out of a folder, in bytes but for the counts.
const (
	maxManifest = 1 << 20
	maxPlayers  = 4 << 20
	maxIndex    = 16 << 20
	maxLine     = 256 << 10
	maxLines    = 100_000
	maxMade     = 64 << 20  // one of them
	maxMadeAll  = 256 << 20 // all of them, which are in memory
)

// Opened is a capture folder. Bodies are read from it when they are asked for: until Close.
type Opened struct {
	Manifest Manifest
	Capture  *capture.Capture
	root     *os.Root
	bodies   map[string]capture.Body // by file name: a HAR may name one a million times
}

// Is says whether dir looks like a capture folder.
func Is(dir string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer root.Close()
	_, err = readManifest(root)
	return err == nil || errors.Is(err, ErrVersion)
}

// Open reads the capture folder dir, which anybody may have made. Bodies whose files are missing, or are no files in the folder, get
// capture.ReasonLost. Errors wrap ErrNotCapture, ErrVersion or ErrDamaged.
func Open(dir string) (o *Opened, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCapture, err)
	}
	defer func() {
		if err != nil {
			_ = root.Close()
		}
	}()
	o = &Opened{root: root, bodies: map[string]capture.Body{}}
	if o.Manifest, err = readManifest(root); err != nil {
		return nil, err
	}
	if err := o.read(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return o, nil
}

// Close lets the folder go.
func (o *Opened) Close() error { return o.root.Close() }

func (o *Opened) read() error {
	f, err := regular(o.root, harName)
	if err != nil {
		return err
	}
	defer f.Close()
	if o.Capture, err = har.ReadFiles(f, o.body); err != nil {
		return fmt.Errorf("%s: %w", harName, err)
	}
	o.bodies = nil
	if err := o.players(); err != nil {
		return err
	}
	if err := o.console(); err != nil {
		return err
	}
	return o.made()
}

func readManifest(root *os.Root) (Manifest, error) {
	var m Manifest
	data, err := bounded(root, manifestName, maxManifest)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrNotCapture, err)
	}
	if err := json.Unmarshal(data, &m); err != nil || m.Format != Format {
		return m, fmt.Errorf("%w: its %s is of another kind", ErrNotCapture, manifestName)
	}
	switch {
	case m.Version > Version:
		return m, fmt.Errorf("%w: %d, and this program knows %d", ErrVersion, m.Version, Version)
	case m.Version < 1:
		return m, fmt.Errorf("%w: version %d", ErrNotCapture, m.Version)
	}
	m.ConsoleCut = max(m.ConsoleCut, 0)
	return m, nil
}

// body is what a reference in the HAR stands for.
func (o *Opened) body(name string) capture.Body {
	if !fileName.MatchString(name) {
		return capture.Body{Reason: capture.ReasonLost}
	}
	b, known := o.bodies[name]
	if !known {
		b = o.bodyIn(name)
		o.bodies[name] = b
	}
	return b
}

func (o *Opened) bodyIn(name string) capture.Body {
	lost := capture.Body{Reason: capture.ReasonLost}
	f, err := regular(o.root, name)
	if err != nil {
		return lost
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return lost
	}
	head := make([]byte, min(info.Size(), 4096))
	if _, err := io.ReadFull(f, head); err != nil {
		return lost
	}
	return capture.BodyFrom(info.Size(), head, func() (io.ReadCloser, error) { return regular(o.root, name) })
}

// regular opens a plain file: no link, no pipe that never answers, no device.
func regular(root *os.Root, name string) (*os.File, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file", name)
	}
	return root.Open(name)
}

func bounded(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := regular(root, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, err
}

// optional is bounded of a file that need not be there.
func optional(root *os.Root, name string, limit int64, v any) error {
	data, err := bounded(root, name, limit)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (o *Opened) players() error {
	return optional(o.root, playersName, maxPlayers, &o.Capture.Players)
}

func (o *Opened) console() error {
	o.Capture.ConsoleCut = o.Manifest.ConsoleCut
	f, err := regular(o.root, consoleName)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, maxLine)
	for s.Scan() {
		if len(o.Capture.Console) == maxLines {
			o.Capture.ConsoleCut++
			continue
		}
		var m capture.ConsoleMessage
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			return fmt.Errorf("%s: %w", consoleName, err)
		}
		o.Capture.Console = append(o.Capture.Console, m)
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%s: %w", consoleName, err)
	}
	return nil
}

func (o *Opened) made() error {
	var index []made
	if err := optional(o.root, madeIndex, maxIndex, &index); err != nil {
		return err
	}
	left := int64(maxMadeAll)
	for _, j := range index {
		m := &capture.Made{How: j.How, URL: j.URL, ContentType: j.ContentType, FrameID: j.FrameID, Frame: j.Frame, Target: j.Target, Time: j.Time, Size: max(j.Size, 0)}
		if fileName.MatchString(j.File) {
			if data, err := bounded(o.root, j.File, min(maxMade, left)); err == nil {
				m.Data = data
				left -= int64(len(data))
			}
		}
		o.Capture.Made = append(o.Capture.Made, m)
	}
	return nil
}
