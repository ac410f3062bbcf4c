package record

import (
	"fmt"
	"strings"
	"testing"

	"seine/scenarios/file"
	"seine/scenarios/recorder"
)

// FuzzFold: whatever a page has the script say, there is no panic, and the file that is made of it can be read, as a scenario and as a recording.
func FuzzFold(f *testing.F) {
	f.Add(`{"k":"down","t":1e12,"u":"http://a.test/","title":"A","el":{"r":1,"sel":[{"s":["#a"],"n":200}],"tag":"button"},"p":1,"hover":{"r":2,"tag":"li"}}
{"k":"click","t":1000000000100,"p":1,"detail":1}
{"k":"click","t":1000000000200,"p":1,"detail":2}
{"k":"dblclick","t":1000000000200,"p":1,"detail":2}`)
	f.Add(`{"k":"input","el":{"r":1,"sel":[],"tag":"input","secret":true,"called":"${x}"},"v":"y"}
{"k":"key","key":"+","mods":"CS","el":{"r":1},"edits":true}
{"k":"change","kind":"select","el":{"r":3,"tag":"select"},"options":[]}
{"k":"change","kind":"file","el":{"r":4},"files":["../x\n"]}
{"k":"drag","p":9,"el":{"r":5},"to":{"r":6,"placed":true},"dx":1e308}
{"k":"scroll","y":-1}
{"k":"contextmenu","b":2,"el":{"r":7,"group":"a\nb# c: \u2028"},"title":"t\r- click: x"}
{"k":"auxclick","b":1,"el":{"r":8}}`)
	f.Fuzz(func(t *testing.T, text string) {
		fold, d := NewFolder("http://a.test/"), &document{name: "d", elements: map[int]*Element{}, presses: map[int]*Element{}}
		for line := range strings.SplitSeq(text, "\n") {
			m, ok := readMessage(line)
			if !ok {
				continue
			}
			e := m.event()
			e.Element, e.To, e.Hover = d.element(m.Element), d.element(m.To), d.element(m.Hover)
			if m.Press > 0 {
				e.Press = Press{"d", m.Press}
			}
			fold.Add(e)
		}
		_ = fmt.Sprint(fold.Lines())
		for _, o := range []FlowOptions{{Title: "x"}, {Title: "x", Parametrise: true}, {Title: "x", Plain: true}} {
			flow, comments := fold.Flow(o)
			data, err := Marshal(flow, comments, o.Plain)
			if err != nil {
				continue // a number that no file can hold
			}
			if o.Plain {
				_, err = recorder.Parse("x.json", data)
			} else {
				_, err = file.Parse("x.yaml", data)
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
		}
	})
}
