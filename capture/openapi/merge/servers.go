package merge

import (
	"net/url"
	"strings"

	"seine/capture/openapi/document"
)

// relocated says of each operation that was heard where it is, seen from a document whose servers may be others: what is elsewhere gets servers of its own,
// and, where the document has that path too, its server behind a number sign.
func relocated(heard, known document.Object) document.Object {
	main, own := array(known.Get("servers")), array(heard.Get("servers"))
	if len(main) == 0 || equal(main, own) {
		return heard
	}
	paths := document.Object{}
	for _, p := range object(heard.Get("paths")) {
		item := object(p.Value)
		at := array(item.Get("servers"))
		if at == nil {
			at = own
		}
		key := withoutServer(p.Key)
		item = without(item, "servers")
		if !meet(at, main) {
			item = append(document.Object{{Key: "servers", Value: at}}, item...)
			if there := object(known.Get("paths")).Get(key); there != nil && !meet(at, serversOf(object(there), main)) {
				key = withServer(key, at)
			}
		}
		if paths.Get(key) != nil {
			key = withServer(key, at)
		}
		paths = append(paths, document.Member{Key: key, Value: item})
	}
	out := put(heard, "paths", func(any) any { return paths })
	if !meet(own, main) {
		return put(out, "servers", func(any) any { return main })
	}
	return out
}

func serversOf(item document.Object, main document.Array) document.Array {
	if own := array(item.Get("servers")); own != nil {
		return own
	}
	return main
}

// meet says whether one server is in both.
func meet(a, b document.Array) bool {
	for _, x := range a {
		for _, y := range b {
			if object(x).Get("url") == object(y).Get("url") {
				return true
			}
		}
	}
	return false
}

func withoutServer(key string) string {
	for _, sep := range []string{"#server=", "&server="} {
		if at := strings.LastIndex(key, sep); at >= 0 {
			return key[:at]
		}
	}
	return key
}

func withServer(key string, at document.Array) string {
	sep := "#"
	if strings.Contains(key, "#") {
		sep = "&"
	}
	address := ""
	if len(at) > 0 {
		address, _ = object(at[0]).Get("url").(string)
	}
	return key + sep + "server=" + url.QueryEscape(address)
}
