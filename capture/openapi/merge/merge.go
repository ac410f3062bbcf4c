// Package merge writes a document into one that is there already. What a person changed in it stays; what was heard since is added; where both changed
// the same place, the person's stays and that is told.
//
// It is a three-way merge: what seine last wrote is kept in the document itself, packed, under x-seine-base, so that it goes wherever the document goes.
// Where that is missing, all that is there counts as the person's.
//
// What was heard only ever makes a document wider: operations, statuses and members that this capture lacks stay, types are joined, and what not every
// capture had is not required.
package merge

import (
	"bytes"
	"errors"
	"fmt"

	"seine/capture/openapi/document"
)

// ErrNotOpenAPI: the file that is there holds no document that could be merged with.
var ErrNotOpenAPI = errors.New("not an OpenAPI document")

// Result is what came of it.
type Result struct {
	Text         []byte
	Document     document.Object // without x-seine-base
	Conflicts    []Conflict
	Edits        int  // places that stay as a person made them
	CommentsLost bool // the text could not be kept as it was
}

// Conflict is a place that a person changed, and that is otherwise now.
type Conflict struct {
	Where string `json:"where"` // JSON pointer (RFC 6901)
	Yours string `json:"yours"` // in JSON, shortened
	Heard string `json:"heard"`
}

// Into merges what was heard into the text of a document; no text: there was none.
func Into(old []byte, heard document.Object, asJSON bool) (*Result, error) {
	if len(bytes.TrimSpace(old)) == 0 {
		return write(&Result{Document: heard}, heard, asJSON)
	}
	if bytes.Contains(old, []byte("\r\n")) { // of Windows: it is given back so
		res, err := Into(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), heard, asJSON)
		if err == nil {
			res.Text = bytes.ReplaceAll(res.Text, []byte("\n"), []byte("\r\n"))
		}
		return res, err
	}
	node, err := document.ParseNode(old)
	if err != nil {
		return nil, err
	}
	mine := node.Value().(document.Object)
	if _, ok := mine.Get("openapi").(string); !ok {
		return nil, fmt.Errorf("%w: it does not say which version of OpenAPI it is", ErrNotOpenAPI)
	}
	base := unpack(mine.Get(baseKey))
	mine = without(mine, baseKey)
	names := schemaNames(base, mine)
	base = renameSchemas(follow(base, mine), names)
	known := base
	if known == nil {
		known = mine
	}
	heard = renameSchemas(follow(relocated(heard, known), mine), names)
	wide := ownIDs(widened(known, heard), known)
	t := &three{}
	res := &Result{Document: repaired(t.objects(base, mine, wide, ""), wide), Conflicts: t.conflicts, Edits: t.edits}
	// What is kept has the names that inference gives: the next run's will have them too.
	wide = renameSchemas(wide, inverse(names))
	if asJSON || document.IsJSON(old) {
		return write(res, wide, asJSON)
	}
	full := append(res.Document[:len(res.Document):len(res.Document)], document.Member{Key: baseKey, Value: pack(wide)})
	if text, ok := patch(old, node, full); ok {
		res.Text = text
		return res, nil
	}
	res.CommentsLost = bytes.Contains(old, []byte("#"))
	return write(res, wide, false)
}

// write writes all anew.
func write(res *Result, base document.Object, asJSON bool) (*Result, error) {
	full := append(res.Document[:len(res.Document):len(res.Document)], document.Member{Key: baseKey, Value: pack(base)})
	var b bytes.Buffer
	err := document.WriteYAML(&b, full)
	if asJSON {
		b.Reset()
		err = document.WriteJSON(&b, full)
	}
	res.Text = b.Bytes()
	return res, err
}

func without(o document.Object, key string) document.Object {
	list := make(document.Object, 0, len(o))
	for _, m := range o {
		if m.Key != key {
			list = append(list, m)
		}
	}
	return list
}
