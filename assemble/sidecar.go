package assemble

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"seine/assemble/filename"
	"seine/assemble/subs/srt"
	"seine/assemble/subs/webvtt"
)

// sidecar is a file beside the film that is written and has no name yet.
type sidecar struct{ temporary, name string }

// freeSidecars says before anything is fetched that a file has the name of one to be written. An unfinished film is no news: it
// may have written it.
func (r *run) freeSidecars() error {
	if r.out.replace || r.job.EmbedSubs || r.out.there(".part.journal") {
		return nil
	}
	var list []titles
	for i := r.plan.Films(); i < len(r.plan.Streams); i++ {
		list = append(list, r.titled(i))
	}
	for _, tag := range tags(list) {
		name := r.sidecarName(tag)
		if _, err := r.out.root.Lstat(name); err == nil {
			return fmt.Errorf("%w: %s", ErrExists, filepath.Join(filepath.Dir(r.out.path), name))
		}
	}
	return nil
}

// sidecarName is that of the subtitles with a tag.
func (r *run) sidecarName(tag string) string {
	stem := strings.TrimSuffix(r.out.name(), filepath.Ext(r.out.name()))
	end := "." + cmp.Or(r.job.SubsFormat, SRT)
	if tag != "" {
		end = "." + tag + end
	}
	return filename.Cut(stem, maxName-len(end)) + end
}

// maxName is what file systems allow, in bytes.
const maxName = 255

// writeSidecars writes the files of subtitles, under names of their own until the film gets its.
func (r *run) writeSidecars(list []titles) error {
	format := cmp.Or(r.job.SubsFormat, SRT)
	for i, tag := range tags(list) {
		t := &list[i]
		if t.Cues == 0 {
			continue
		}
		text := srt.Write(t.cues)
		if format == VTT {
			text = webvtt.Write(t.cues)
		}
		name := r.sidecarName(tag)
		if err := r.writeSidecar(name, text); err != nil {
			return err
		}
		t.Path, t.Format = filepath.Join(filepath.Dir(r.job.Output), name), format
		r.verdict.Subtitles = append(r.verdict.Subtitles, t.Subtitles)
	}
	return nil
}

// writeSidecar writes one of them. One that is there already, of a run that was killed before the film had its name, is as good.
func (r *run) writeSidecar(name string, text []byte) error {
	o := r.out
	if !o.replace {
		switch same, err := o.holds(name, text); {
		case err != nil:
			return err
		case same:
			return nil
		}
	}
	temporary := o.base + ".part.subs" + fmt.Sprint(len(r.sidecars)+1)
	f, err := o.openRegular(temporary, 0o600)
	if err != nil {
		return err
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.Write(text)
	}
	if err := errors.Join(err, f.Chmod(o.mode), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	r.sidecars = append(r.sidecars, sidecar{temporary, name})
	return nil
}

// holds reports whether a file has just these contents; false for none. Another file of this name is ErrExists.
func (o *output) holds(name string, text []byte) (bool, error) {
	info, err := o.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	exists := fmt.Errorf("%w: %s", ErrExists, filepath.Join(filepath.Dir(o.path), name))
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(text)) {
		return false, exists
	}
	f, err := o.root.Open(name)
	if err != nil {
		return false, exists
	}
	defer f.Close()
	if b, err := io.ReadAll(io.LimitReader(f, info.Size())); err != nil || !bytes.Equal(b, text) {
		return false, exists
	}
	return true, nil
}

// commitSidecars gives the files their names, just before the film gets its own.
func (r *run) commitSidecars() error {
	for _, s := range r.sidecars {
		if err := r.out.root.Rename(s.temporary, s.name); err != nil {
			return fmt.Errorf("%w: %w", ErrOutput, err)
		}
	}
	r.sidecars = nil
	return nil
}

// dropSidecars removes those that have no name.
func (r *run) dropSidecars() {
	for _, s := range r.sidecars {
		if err := r.out.root.Remove(s.temporary); err != nil && !errors.Is(err, os.ErrNotExist) {
			r.log.Warn("cleaning up", "err", err)
		}
	}
}
