package replay

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"

	"seine/scenarios"
)

// ErrUpload: a file may not be uploaded, or is not there.
var ErrUpload error = lasting("the file cannot be uploaded")

// upload gives files to a field, or to the file chooser that an element opens.
func (p *Page) upload(ctx context.Context, s scenarios.Upload) error {
	files, err := allowed(p.stage.UploadRoot, s.Files)
	if err != nil {
		return err
	}
	// File fields are often hidden behind a button that looks better.
	at, err := p.ready(ctx, s.Place, s.Selectors, wants{Enabled: true, Control: true})
	if err != nil {
		return err
	}
	kind, err := tell[string](ctx, at.frame, "field()")
	if err != nil {
		return err
	}
	give := dom.SetFileInputFilesParams{Files: files}
	if kind == "file" {
		element, err := at.frame.run(ctx, "__steps.el", false)
		if err != nil {
			return err
		}
		give.ObjectID = runtime.RemoteObjectID(element.ObjectID)
	} else if give.BackendNodeID, err = p.chooser(ctx, s, at); err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, cdp.Session(at.frame.session), dom.SetFileInputFiles, give); err != nil {
		return fmt.Errorf("%w: %w", ErrUpload, err)
	}
	return nil
}

// chooser clicks an element that opens a file chooser, which nobody sees, and gives the field that it is for.
func (p *Page) chooser(ctx context.Context, s scenarios.Upload, at aim) (cdp.BackendNodeID, error) {
	opened, stop := at.frame.session.Subscribe("Page.fileChooserOpened")
	defer stop()
	intercept := func(ctx context.Context, on bool) error {
		return at.frame.session.Call(ctx, "Page.setInterceptFileChooserDialog", map[string]any{"enabled": on}, nil)
	}
	if err := intercept(ctx, true); err != nil {
		return 0, err
	}
	defer func() { _ = intercept(context.WithoutCancel(ctx), false) }()
	if err := p.click(ctx, scenarios.Click{Place: s.Place, Selectors: s.Selectors}); err != nil {
		return 0, err
	}
	select {
	case params := <-opened:
		var ev struct {
			BackendNodeID cdp.BackendNodeID `json:"backendNodeId"`
		}
		err := jsonv2.Unmarshal(params, &ev)
		return ev.BackendNodeID, err
	case <-ctx.Done():
		return 0, fmt.Errorf("%s: %w: it is no field for files, and clicking it opens no file chooser", writtenOut(s.Selectors), ErrUpload)
	}
}

// allowed gives the real paths of files under root. No link leads out of it.
func allowed(root string, names []string) ([]string, error) {
	if root == "" {
		return nil, fmt.Errorf("%w: no folder is allowed; --upload-root names one", ErrUpload)
	}
	folder, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("%w: the folder that is allowed: %w", ErrUpload, err)
	}
	defer folder.Close()
	base, err := filepath.Abs(root)
	if err == nil {
		base, err = filepath.EvalSymlinks(base)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUpload, err)
	}
	var list []string
	for _, name := range names {
		local := filepath.FromSlash(name)
		info, err := folder.Stat(local)
		if err != nil {
			return nil, fmt.Errorf("%w: %q under %s: %w", ErrUpload, name, root, err)
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%w: %q is no file", ErrUpload, name)
		}
		// Chrome opens the path by itself: it gets the one without links.
		real, err := filepath.EvalSymlinks(filepath.Join(base, local))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUpload, err)
		}
		if inside, err := filepath.Rel(base, real); err != nil || !filepath.IsLocal(inside) {
			return nil, fmt.Errorf("%w: %q lies outside of %s", ErrUpload, name, root)
		}
		list = append(list, real)
	}
	return list, nil
}
