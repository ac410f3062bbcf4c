package har_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"seine/capture/har"
)

// FuzzReadWrite: whatever a file says, what is read of it can be asked for streams, and be written again.
func FuzzReadWrite(f *testing.F) {
	var b bytes.Buffer
	if err := har.Write(&b, visit(), har.Options{Secrets: true, MaxBody: 100}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"log":{"entries":[{"_seine":{"id":"1","hop":true,"received":-9},"request":{"url":"x"},"response":{"status":1,"content":{"size":-1e18,"_file":"../x"}}},{"_seine":{"id":"1"},"timings":{"dns":1e300}}],"_seine":{"made":[null],"notes":[{}]}}}`))
	f.Add([]byte(`{"log":{"entries":[{"_webSocketMessages":[{"time":1e300,"opcode":2,"data":"!"}],"request":{"url":"wss://x/"}}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := har.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, s := range c.Streams() {
			_ = s.Height()
		}
		_, _ = c.Count(), c.Calls()
		if err := har.Write(io.Discard, c, har.Options{}); err != nil {
			t.Error(err)
		}
	})
}

// TestSample reads a file in the form in which Chrome exports it today.
func TestSample(t *testing.T) {
	data, err := os.ReadFile("testdata/devtools.har")
	if err != nil {
		t.Fatal(err)
	}
	c, err := har.Read(bytes.NewReader(data))
	if err != nil || len(c.Exchanges) != 2 || len(c.Exchanges[1].Messages) != 2 {
		t.Fatalf("%+v, %v", c, err)
	}
	e := c.Exchanges[0]
	if e.Response.RemoteAddr != "192.0.2.1:443" || e.Response.Protocol != "h2" || e.Initiator.Type != "other" || e.Response.Timing.Wait != 10500000 || e.Response.Timing.DNS != -1 {
		t.Errorf("%+v %+v", e.Response, e.Initiator)
	}
	if m := c.Exchanges[1].Messages; !m[0].Sent || m[1].Sent || c.Exchanges[1].Type != "WebSocket" {
		t.Errorf("%+v", m)
	}
}
