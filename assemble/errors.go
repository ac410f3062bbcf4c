package assemble

import (
	"errors"
	"io/fs"
	"net/http"
	"syscall"

	"seine/assemble/decrypt"
	"seine/assemble/fetch"
	"seine/assemble/hls"
	"seine/assemble/journal"
	"seine/assemble/local"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// Errors of Run and Inspect, for decisions. Others come through as they are: those of the context and *fetch.Error.
var (
	// ErrDRM: the media is protected; nothing of it was fetched.
	ErrDRM = manifest.ErrDRM
	// ErrUnsupported: a kind of media that this version does not put together.
	ErrUnsupported = manifest.ErrUnsupported
	// ErrLive: the playlist still grows, and the job does not say how to record it.
	ErrLive = errors.New("a live stream")
	// ErrChoice: the wanted quality or language is not there.
	ErrChoice = plan.ErrChoice
	// ErrNotPlaylist: the address answers with something else.
	ErrNotPlaylist = hls.ErrNotPlaylist
	// ErrMalformed: the playlist breaks its format, a limit, or names an address that is not http.
	ErrMalformed = errors.New("unusable playlist")
	// ErrNothing: a playlist without media, or media without a track.
	ErrNothing = errors.New("there is nothing to download")
	// ErrExists: the output is there already.
	ErrExists = errors.New("the output exists already")
	// ErrBusy: another run is writing the same output.
	ErrBusy = journal.ErrBusy
	// ErrChanged: the unfinished file is of another film or choice.
	ErrChanged = journal.ErrChanged
	// ErrIncomplete: segments are missing; the unfinished file is kept and the next run goes on with it.
	ErrIncomplete = errors.New("the film is incomplete")
	// ErrOutput: the disk is full, or the file cannot be written.
	ErrOutput = errors.New("the file cannot be written")
	// ErrContent: a segment is no media.
	ErrContent = errors.New("not media")
	// ErrKey: a key is not one, or does not fit.
	ErrKey = decrypt.ErrKey
	// ErrWrongKey: segments do not decrypt to media.
	ErrWrongKey = decrypt.ErrWrongKey
)

// What hints tell apart, too.
var (
	errGap  = errors.New("the playlist says that it does not exist (EXT-X-GAP)")
	errName = errors.New("no name for a file")
)

var hints = []struct {
	err  error
	hint string
}{
	{hls.ErrBase, "say where the playlist comes from with --base URL"},
	{ErrDRM, "protected films cannot be downloaded"},
	{ErrLive, "record it with `seine get` or `seine grab`"},
	{ErrChoice, "list the choices with --list"},
	{ErrBusy, "wait for the other run, or choose another name with -o"},
	{ErrExists, "choose another name with -o, or replace it with --force"},
	{ErrChanged, "finish it with the same choice as before, choose another name with -o, or discard it with --force"},
	{ErrWrongKey, "the page may transform the key in its own script; this is not supported"},
	{ErrKey, "the key may need the cookies of the page: try `seine grab` with the address of the page"},
	{errName, "name a file with -o"},
	{fs.ErrPermission, "choose a folder that you may write to"},
	{syscall.ENOTDIR, "what should be a folder is a file: choose another place with -o"},
	{fs.ErrNotExist, "make the folder first, or choose another one with -o"},
	{ErrOutput, "see that the disk has room and run the same command again: it goes on where it stopped"},
	{hls.ErrFile, "there is nothing to choose: `seine get` fetches it as it is"},
	{ErrNotPlaylist, "the address may have expired or need the page's cookies: try `seine grab` with the address of the page"},
	{errGap, "--allow-gaps makes the film without the missing parts"},
	{ErrUnsupported, "another quality may work: list the choices with --list"},
}

// Hint advises on an error of Run in one line, or returns "".
func Hint(err error) string {
	if errors.Is(err, local.ErrMissing) || errors.Is(err, local.ErrOutside) {
		return "a playlist in a file may name the files beside it; if they are on a site, say where it comes from with --base URL"
	}
	if lacks := (*incompleteError)(nil); errors.As(err, &lacks) && (lacks.repair || lacks.renew == nil && !errors.Is(err, errGap)) {
		return lacks.hint()
	}
	var status *fetch.StatusError
	if errors.As(err, &status) {
		switch status.Code {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusGone, http.StatusNotFound:
			return "the address may have expired or need the page's cookies: `seine grab` with the address of the page gets new ones"
		}
	}
	for _, h := range hints {
		if errors.Is(err, h.err) {
			return h.hint
		}
	}
	return ""
}

// marked is an error that is also another one, without its words.
type marked struct {
	error
	mark error
}

func (m marked) Unwrap() []error { return []error{m.error, m.mark} }

// permanentError is not worth another try.
type permanentError struct{ error }

func (e permanentError) Unwrap() error   { return e.error }
func (e permanentError) Permanent() bool { return true }
