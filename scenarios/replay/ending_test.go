package replay_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"seine/capture/session"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
)

// TestLastStepIsSent: what the last step has the page send comes to its end before the page is closed, as a request or as a beacon; a stream that
// has no end holds nothing up.
func TestLastStepIsSent(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	for name, script := range map[string]string{
		"a request": `fetch("/save", {method: "POST", body: "x"})`,
		"a beacon":  `navigator.sendBeacon("/save", "x")`,
		"a form":    `document.body.innerHTML = "<form method=post action=/save></form>"; document.forms[0].submit()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := make(chan bool, 10)
			mux := http.NewServeMux()
			mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprintf(w, `<!doctype html><link rel="icon" href="data:,"><button onclick='%s'>Save</button><script>new EventSource("/news")</script>`, script)
			})
			mux.HandleFunc("GET /news", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			})
			mux.HandleFunc("POST /save", func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // after which the server hears of the other side's end
				select {
				case <-time.After(400 * time.Millisecond):
					whole <- true
				case <-r.Context().Done():
					whole <- false
				}
			})
			srv := httptest.NewServer(mux)
			defer srv.Close()
			p, err := program.Load("test.yaml", program.Options{Read: func(string) ([]byte, error) {
				return []byte("steps:\n  - navigate: " + srv.URL + "\n  - click: text/Save\n"), nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			report, err := engine.Run(t.Context(), p, engine.Options{Dir: t.TempDir(), Stage: engine.StageOf[*replay.Page](st), Fresh: true, Session: session.Config{}})
			if err != nil || len(report.Failed) > 0 {
				t.Fatal(err, report.Failed)
			}
			select {
			case ok := <-whole:
				if !ok {
					t.Error("it was cut off")
				}
			case <-time.After(10 * time.Second):
				t.Error("it was never sent")
			}
		})
	}
}
