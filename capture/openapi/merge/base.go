package merge

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"strings"

	"seine/capture/openapi/document"
)

// baseKey is where the document as seine last wrote it is kept.
const baseKey = "x-seine-base"

// pack makes one line of a document: JSON, gzip, base64. The same document gives the same line.
func pack(doc document.Object) string {
	var text, packed bytes.Buffer
	_ = document.WriteJSON(&text, doc) // a Buffer takes all
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = z.Write(text.Bytes())
	_ = z.Close()
	return base64.RawStdEncoding.EncodeToString(packed.Bytes())
}

// unpack is nil for what cannot be read: then all counts as changed by hand.
func unpack(v any) document.Object {
	packed, _ := v.(string)
	z, err := gzip.NewReader(base64.NewDecoder(base64.RawStdEncoding, strings.NewReader(strings.Join(strings.Fields(packed), ""))))
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(z, document.MaxBytes+1))
	if err != nil {
		return nil
	}
	doc, err := document.Parse(text)
	if err != nil {
		return nil
	}
	return doc
}
