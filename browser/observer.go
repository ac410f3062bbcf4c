package browser

import jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"

// Observer hears everything that happens in one tab: its page, the pages that this opens, frames of other sites,
// dedicated, shared and service workers, nested ones too.
//
// The methods are called in order, from one goroutine per tab: an observer may call Chrome or block, and holds up only its own tab's news,
// which wait in memory and then on disk, see [EventsLost]. It must not call [Tab.Close] or [Browser.Close], which wait for it.
type Observer interface {
	// Attached is called while the target is paused, before its first line of script. What is sent with Session.Send
	// here (not awaited) is carried out before the target runs; to await Network.enable here would hang a service
	// worker for good. The package itself has sent Target.setAutoAttach, and Page.enable and Inspector.enable to pages
	// and frames; the target is resumed when Attached returns.
	Attached(s *Session)
	// Event hands on every event of the session with its raw parameters, unknown ones too. Events of the browser as a
	// whole come with the root session (Kind "browser"): Browser.downloadWillBegin, Browser.downloadProgress (downloads
	// are refused, the events tell what was offered) and Target.targetCrashed.
	Event(s *Session, method string, params jsonv2.Value)
	// Detached is called once for each attached session, at the latest before Tab.Close returns.
	Detached(s *Session)
}

type nobody struct{}

func (nobody) Attached(*Session)                    {}
func (nobody) Event(*Session, string, jsonv2.Value) {}
func (nobody) Detached(*Session)                    {}
