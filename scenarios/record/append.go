package record

import (
	"bytes"
	"reflect"
	"slices"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/recorder"
)

// and is the text with further steps behind its own. What stands there stays as it is, byte for byte, where that can be; else the file is
// written anew.
func (t Text) and(more scenarios.UserFlow, comments map[int]string, asRecorder bool) ([]byte, error) {
	whole := t.Flow
	whole.Steps = slices.Concat(t.Flow.Steps, more.Steps)
	whole.Inputs = slices.Concat(t.Flow.Inputs, more.Inputs)
	if asRecorder {
		return recorder.Marshal(whole, defaults(whole))
	}
	if len(more.Steps) == 0 {
		return t.Data, nil
	}
	if data, ok := t.behind(more, comments, whole); ok {
		return data, nil
	}
	moved := map[int]string{}
	for i, c := range comments {
		moved[i+len(t.Flow.Steps)] = c
	}
	return file.MarshalNoted(whole, moved)
}

// behind adds the text of the steps at the end, if that is where they belong.
func (t Text) behind(more scenarios.UserFlow, comments map[int]string, whole scenarios.UserFlow) ([]byte, bool) {
	if len(more.Inputs) > 0 {
		return nil, false
	}
	text, err := file.MarshalNoted(scenarios.UserFlow{Steps: more.Steps}, comments)
	if err != nil {
		return nil, false
	}
	_, list, ok := bytes.Cut(text, []byte("steps:\n"))
	if !ok {
		return nil, false
	}
	data := slices.Concat(bytes.TrimRight(t.Data, "\n"), []byte("\n\n"), list)
	doc, err := file.Parse("recording.yaml", data)
	if err != nil {
		return nil, false
	}
	again, err1 := file.Marshal(doc.Flow)
	want, err2 := file.Marshal(whole)
	return data, err1 == nil && err2 == nil && reflect.DeepEqual(again, want)
}
