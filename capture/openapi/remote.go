package openapi

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"seine/capture/openapi/lexical"
	"seine/capture/openapi/schema"
)

var (
	graphNamed   = regexp.MustCompile(`(?:^|[\s}])(query|mutation|subscription)\s+([_A-Za-z][_0-9A-Za-z]*)`)
	graphQuery   = regexp.MustCompile(`^[\s,\x{feff}]*(?:#[^\n]*\n[\s,]*)*(?:query|mutation|subscription|fragment|\{)`)
	graphKind    = regexp.MustCompile(`(?:^|[\s}])(query|mutation|subscription)\b`)
	graphField   = regexp.MustCompile(`\{\s*(?:[_A-Za-z][_0-9A-Za-z]*\s*:\s*)?([_A-Za-z][_0-9A-Za-z]*)`)
	graphComment = regexp.MustCompile(`#[^\n]*`)
)

// graphQL tells the operations of a request as GraphQL over HTTP has it: in JSON, by GET, in batches, and persisted ones by their hash.
func graphQL(c *call, sent *schema.Value) ([]sub, bool) {
	if sent == nil || sent.Kind != schema.Object && sent.Kind != schema.Array {
		v := objectOf(pairs(c.query))
		key := graphKey(&v)
		return []sub{{key, -1}}, key != ""
	}
	if sent.Kind == schema.Object {
		key := graphKey(sent)
		return []sub{{key, -1}}, key != ""
	}
	return batchOf(sent, graphKey)
}

// batchOf asks for the key of each element; all must have one.
func batchOf(list *schema.Value, key func(*schema.Value) string) ([]sub, bool) {
	const most = 1000
	var subs []sub
	for i := range list.Items {
		k := key(&list.Items[i])
		if k == "" || i == most {
			return nil, false
		}
		subs = append(subs, sub{k, i})
	}
	return subs, len(subs) > 0
}

// graphKey names the operation, "" for what is no GraphQL.
func graphKey(v *schema.Value) string {
	query, name := v.Str("query"), v.Str("operationName")
	hash := persistedHash(v)
	if hash == "" && !graphQuery.MatchString(query) || !strings.Contains(query, "{") && query != "" {
		return ""
	}
	if name != "" {
		return name
	}
	query = graphComment.ReplaceAllString(query, "")
	if m := graphNamed.FindStringSubmatch(query); m != nil {
		return m[2]
	}
	if hash != "" {
		return "sha256:" + hash[:min(len(hash), 12)]
	}
	if m := graphField.FindStringSubmatch(query); m != nil {
		return m[1]
	}
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(query), " ")))
	return "sha256:" + hex.EncodeToString(sum[:6])
}

// persistedHash is that of Apollo's automatic persisted queries, or another client's id.
func persistedHash(v *schema.Value) string {
	x := v.Get("extensions")
	if x != nil && x.Kind == schema.String { // by GET
		if parsed, err := schema.Parse([]byte(x.Text)); err == nil {
			x = &parsed
		}
	}
	if x != nil && x.Kind == schema.Object {
		if p := x.Get("persistedQuery"); p != nil {
			return p.Str("sha256Hash")
		}
	}
	if v.Get("variables") != nil {
		return cmp.Or(v.Str("queryId"), v.Str("documentId"), v.Str("doc_id"), v.Str("queryHash"))
	}
	return ""
}

// graphOperation is what kind of operation the text asks for.
func graphOperation(query string) string {
	if m := graphKind.FindStringSubmatch(graphComment.ReplaceAllString(query, "")); m != nil {
		return m[1]
	}
	return "query"
}

// jsonRPC tells the methods of a request (JSON-RPC 2.0, and 1.0 by its members).
func jsonRPC(sent *schema.Value) ([]sub, bool) {
	switch {
	case sent == nil:
		return nil, false
	case sent.Kind == schema.Array:
		return batchOf(sent, rpcMethod)
	}
	key := rpcMethod(sent)
	return []sub{{key, -1}}, key != ""
}

func rpcMethod(v *schema.Value) string {
	if v.Kind != schema.Object {
		return ""
	}
	params := v.Get("params")
	if v.Get("jsonrpc") != nil || v.Get("id") != nil && params != nil && (params.Kind == schema.Array || params.Kind == schema.Object) {
		return v.Str("method")
	}
	return ""
}

// actionNames are parameters whose value may say what is to be done.
var actionNames = []string{"action", "op", "operation", "method", "cmd", "command", "do", "act", "func", "function", "task"}

func actionOf(query []pair, sent *schema.Value) pair {
	for _, name := range actionNames {
		for _, p := range query {
			if p.name == name && isAction(p.value) {
				return p
			}
		}
		if sent != nil && sent.Kind == schema.Object {
			if v := sent.Str(name); isAction(v) {
				return pair{name, v}
			}
		}
	}
	return pair{}
}

// isAction: what is to be done has a name, made of words.
func isAction(s string) bool {
	k := lexical.Of(s)
	return len(s) < 100 && (k == lexical.Word || k == lexical.Slug || k == lexical.Locale)
}
