package capture

import (
	"net/http"
	"time"
)

type downloadWillBegin struct {
	FrameID           string `json:"frameId"`
	GUID              string `json:"guid"`
	URL               string `json:"url"`
	SuggestedFilename string `json:"suggestedFilename"`
}

// downloadWillBegin tells of a file that Chrome would have kept, and that the browser was told to refuse. What a server declared to be a
// file (Content-Disposition, RFC 6266) is known as the document of a frame by then; of a link with the attribute download this event is
// the only sign.
func (r *Recorder) downloadWillBegin(s Session, ev *downloadWillBegin) {
	for i := len(r.list) - 1; i >= 0; i-- {
		x := r.list[i]
		if x.Type != "Document" || x.FrameID != ev.FrameID || x.Request.URL != ev.URL || x.download {
			continue
		}
		x.download, x.File = true, ev.SuggestedFilename
		if x.Body.Reason == ReasonAborted || !x.Done {
			x.Body.Reason = ReasonDownload
		}
		return
	}
	x := r.begin(s, &requestWillBeSent{
		RequestID: "download " + ev.GUID, Type: "Other", FrameID: ev.FrameID, Request: wireRequest{URL: ev.URL, Method: http.MethodGet},
	})
	x.Target = r.targetOf(ev.FrameID, x.Target)
	x.download, x.File = true, ev.SuggestedFilename
	r.end(x, time.Now())
	x.Body = Body{Reason: ReasonDownload}
}

// targetOf is the target of a frame: its own, or that of the page that it lives in, by what it asked for before.
func (r *Recorder) targetOf(frame string, otherwise Target) Target {
	for _, s := range r.sessions {
		if string(s.TargetID()) == frame {
			return Target{ID: frame, Kind: s.Kind(), URL: s.URL()}
		}
	}
	for _, x := range r.list {
		if x.FrameID == frame && x.Target.Kind != otherwise.Kind {
			return x.Target
		}
	}
	return otherwise
}
