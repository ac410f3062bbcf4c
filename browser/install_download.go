package browser

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	officialIndex = "https://googlechromelabs.github.io/chrome-for-testing/last-known-good-versions-with-downloads.json"
	officialHost  = "storage.googleapis.com"

	maxIndex   = 4 << 20 // bytes; the index has about 10 KiB
	maxArchive = 1 << 30 // bytes; Chrome's has about 170 MiB

	partialPrefix = ".partial-"
)

// index is what Chrome for Testing publishes.
type index struct {
	Channels map[string]struct {
		Version   string                    `json:"version"`
		Downloads map[string][]downloadItem `json:"downloads"`
	} `json:"channels"`
}

type downloadItem struct{ Platform, URL string }

// planDownload asks the index for the stable Chrome of this platform.
func (i Installer) planDownload(ctx context.Context) Way {
	w := Way{Name: "download", Dir: i.dir()}
	platform, problem := platformName(runtime.GOOS, runtime.GOARCH)
	if problem != "" {
		w.Blocked = problem
		return w
	}
	item, version, err := i.stable(ctx, platform)
	if err != nil {
		w.Blocked = err.Error()
		return w
	}
	w.URL, w.Version = item, version
	w.Note = "it is a browser without automatic updates, of some 400 MB"
	return w
}

// platformName is Chrome for Testing's word for a platform, or why it serves none.
func platformName(goos, goarch string) (name, problem string) {
	name, ok := map[string]string{
		"linux/amd64": "linux64", "darwin/arm64": "mac-arm64", "darwin/amd64": "mac-x64",
		"windows/amd64": "win64", "windows/arm64": "win64", "windows/386": "win32",
	}[goos+"/"+goarch]
	switch {
	case !ok:
		return "", "Chrome for Testing has nothing for " + goos + "/" + goarch
	case goos == "linux" && exists("/etc/alpine-release"):
		return "", "Chrome for Testing does not run with Alpine's C library"
	}
	return name, ""
}

func (i Installer) stable(ctx context.Context, platform string) (address, version string, err error) {
	res, err := i.get(ctx, i.index())
	if err != nil {
		return "", "", fmt.Errorf("the index of Chrome for Testing: %w", err)
	}
	defer res.Body.Close()
	var x index
	if err := json.NewDecoder(io.LimitReader(res.Body, maxIndex)).Decode(&x); err != nil {
		return "", "", fmt.Errorf("%w: its index cannot be read: %w", ErrUntrusted, err)
	}
	channel := x.Channels["Stable"]
	if versionNumber.FindString(channel.Version) != channel.Version || channel.Version == "" {
		return "", "", fmt.Errorf("%w: its index names the version %q", ErrUntrusted, channel.Version)
	}
	for _, d := range channel.Downloads[i.product()] {
		if d.Platform == platform {
			return d.URL, channel.Version, i.checkAddress(d.URL)
		}
	}
	return "", "", fmt.Errorf("%w: its index has no %s for %s", ErrUntrusted, i.product(), platform)
}

func (i Installer) product() string {
	if i.Shell {
		return "chrome-headless-shell"
	}
	return "chrome"
}

func (i Installer) index() string {
	if i.Index == "" {
		return officialIndex
	}
	return i.Index
}

// checkAddress lets archives come from Google's bucket only; an index of the caller's own may serve them itself.
func (i Installer) checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	if u.Scheme == "https" && u.Host == officialHost {
		return nil
	}
	if own, err := url.Parse(i.Index); err == nil && i.Index != "" && u.Scheme == own.Scheme && u.Host == own.Host {
		return nil
	}
	return fmt.Errorf("%w: %s is not on https://%s", ErrUntrusted, address, officialHost)
}

func (i Installer) get(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := i.client().Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("%s answered %s", address, res.Status)
	}
	return res, nil
}

func (i Installer) client() *http.Client {
	if i.Client != nil {
		return i.Client
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, DisableKeepAlives: true,
			TLSHandshakeTimeout: 15 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { // neither address redirects
			return fmt.Errorf("%w: it redirects", ErrUntrusted)
		},
	}
}

// download fetches and unpacks beside the final place, which it takes by a rename: it is there whole, or not at all.
func (i Installer) download(ctx context.Context, w Way) (Candidate, error) {
	if err := i.checkAddress(w.URL); err != nil {
		return Candidate{}, err
	}
	if err := os.MkdirAll(i.dir(), 0o755); err != nil {
		return Candidate{}, err
	}
	lock := flock.New(filepath.Join(i.dir(), "install.lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return Candidate{}, fmt.Errorf("waiting for another installation: %w", err)
	}
	defer lock.Close()
	i.sweepPartial()
	stage, err := os.MkdirTemp(i.dir(), partialPrefix)
	if err != nil {
		return Candidate{}, err
	}
	defer os.RemoveAll(stage) //nolint:errcheck // the next installation sweeps it
	tree := filepath.Join(stage, "tree")
	if err := i.fetchAndUnpack(ctx, w, filepath.Join(stage, "archive.zip"), tree); err != nil {
		return Candidate{}, fmt.Errorf("installing Chrome for Testing %s: %w", w.Version, err)
	}
	return i.settle(ctx, w, tree)
}

func (i Installer) fetchAndUnpack(ctx context.Context, w Way, archive, tree string) error {
	if err := i.fetch(ctx, w, archive); err != nil {
		return err
	}
	if err := os.Mkdir(tree, 0o755); err != nil {
		return err
	}
	return unpack(ctx, archive, tree)
}

// settle moves the tree to its place and tries the browser in it.
func (i Installer) settle(ctx context.Context, w Way, tree string) (Candidate, error) {
	final := filepath.Join(i.dir(), i.product()+"-"+w.Version)
	if err := os.RemoveAll(final); err != nil {
		return Candidate{}, err
	}
	if err := os.Rename(tree, final); err != nil {
		return Candidate{}, err
	}
	for _, p := range executablesIn(final) {
		if c, ok := inspect(ctx, place{path: p, origin: FromCache}, nil, nil); ok {
			if !c.Usable() {
				return c, fmt.Errorf("%s was installed, but cannot be used: %s", c.Path, c.Problem)
			}
			return c, nil
		}
	}
	return Candidate{}, errors.Join(fmt.Errorf("%w: there is no browser in the archive", ErrUntrusted), os.RemoveAll(final))
}

// sweepPartial removes what killed installations left. The caller holds the lock.
func (i Installer) sweepPartial() {
	left, err := filepath.Glob(filepath.Join(i.dir(), partialPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range left {
		_ = os.RemoveAll(dir)
	}
}

// fetch downloads the archive; its size and, where the server tells it, its checksum must be right.
func (i Installer) fetch(ctx context.Context, w Way, file string) error {
	res, err := i.get(ctx, w.URL)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.ContentLength <= 0 || res.ContentLength > maxArchive {
		return fmt.Errorf("%w: an archive of %d bytes", ErrUntrusted, res.ContentLength)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	meter := &meter{tell: i.Progress, p: Progress{Total: res.ContentLength, What: i.product() + " " + w.Version}}
	n, err := io.Copy(io.MultiWriter(f, sum, meter), res.Body)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if n != res.ContentLength {
		return fmt.Errorf("%w: %d bytes came, %d were announced", ErrUntrusted, n, res.ContentLength)
	}
	return checkSum(res.Header, sum.Sum32())
}

// checkSum compares with Cloud Storage's x-goog-hash (crc32c, base64, big endian), when the server sent it.
func checkSum(h http.Header, got uint32) error {
	for _, line := range h.Values("X-Goog-Hash") {
		for part := range strings.SplitSeq(line, ",") {
			text, ok := strings.CutPrefix(strings.TrimSpace(part), "crc32c=")
			if !ok {
				continue
			}
			want, err := base64.StdEncoding.DecodeString(text)
			if err != nil || len(want) != 4 || binary.BigEndian.Uint32(want) != got {
				return fmt.Errorf("%w: the checksum of the archive is wrong", ErrUntrusted)
			}
		}
	}
	return nil
}

// meter counts bytes for Progress.
type meter struct {
	tell func(Progress)
	p    Progress
}

func (m *meter) Write(p []byte) (int, error) {
	m.p.Done += int64(len(p))
	if m.tell != nil {
		m.tell(m.p)
	}
	return len(p), nil
}
