package merge

import (
	"seine/capture/openapi/document"
)

// widened is the document that accepts what both do. What is told of the capture itself is that of the later one.
func widened(known, heard document.Object) document.Object {
	return each(known, heard, func(key string, k, h any) any {
		switch key {
		case "paths":
			return each(object(k), object(h), pathItem)
		case "components":
			return each(object(k), object(h), func(kind string, k, h any) any {
				if kind == "schemas" {
					return each(object(k), object(h), func(_ string, k, h any) any { return schema(object(k), object(h)) })
				}
				return each(object(k), object(h), latest)
			})
		case "servers":
			return union(array(k), array(h))
		}
		return h
	})
}

func latest(_ string, _, h any) any { return h }

// each joins the members of both; both decides where both have one.
func each(known, heard document.Object, both func(key string, k, h any) any) document.Object {
	out := make(document.Object, 0, len(heard))
	for _, m := range heard {
		if k := get(known, m.Key); !isAbsent(k) {
			m.Value = both(m.Key, k, m.Value)
		}
		out = append(out, m)
	}
	before := ""
	for _, m := range known {
		if isAbsent(get(heard, m.Key)) {
			out = insert(out, before, m)
		}
		before = m.Key
	}
	return out
}

func union(a, b document.Array) document.Array {
	out := append(document.Array{}, a...)
	for _, v := range b {
		if !has(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func pathItem(_ string, k, h any) any {
	return each(object(k), object(h), func(key string, k, h any) any {
		if ko, ok := k.(document.Object); ok && object(h) != nil {
			return operation(ko, object(h))
		}
		return h
	})
}

func operation(k, h document.Object) document.Object {
	out := each(k, h, func(key string, k, h any) any {
		switch key {
		case "operationId":
			return k // others may have been given to others meanwhile
		case "parameters":
			return parameters(array(k), array(h))
		case "requestBody":
			return body(object(k), object(h))
		case "responses":
			return each(object(k), object(h), func(_ string, k, h any) any { return body(object(k), object(h)) })
		case "security":
			return union(array(k), array(h))
		case "x-seine-messages":
			return each(object(k), object(h), func(key string, k, h any) any {
				if key != "sent" && key != "received" {
					return h
				}
				return schema(object(k), object(h))
			})
		case "x-seine-events":
			return union(array(k), array(h))
		}
		return h
	})
	// What one capture sent no body for needs none.
	for i, m := range out {
		if m.Key == "requestBody" && (isAbsent(get(k, m.Key)) || isAbsent(get(h, m.Key))) {
			out[i].Value = without(object(m.Value), "required")
		}
	}
	return out
}

// parameters joins them by place and name. Of a path all are required; of the rest those that both have so.
func parameters(k, h document.Array) document.Array {
	out := document.Array{}
	add := func(v any, other any) {
		p := object(v)
		if o, ok := other.(document.Object); ok {
			p = each(o, p, func(key string, k, h any) any {
				if key == "schema" {
					return schema(object(k), object(h))
				}
				return h
			})
			if o.Get("required") != true || object(v).Get("required") != true {
				p = without(p, "required")
			}
		} else if p.Get("in") != "path" {
			p = without(p, "required")
		}
		out = append(out, p)
	}
	for _, v := range k {
		if other := find(h, identity(v)); !isAbsent(other) {
			add(other, v)
		} else {
			add(v, nil)
		}
	}
	for _, v := range h {
		if isAbsent(find(k, identity(v))) {
			add(v, nil)
		}
	}
	return out
}

// body joins request bodies and responses.
func body(k, h document.Object) document.Object {
	out := each(k, h, func(key string, k, h any) any {
		if key == "content" {
			return each(object(k), object(h), func(_ string, k, h any) any {
				return each(object(k), object(h), func(key string, k, h any) any {
					if key == "schema" {
						return schema(object(k), object(h))
					}
					return h
				})
			})
		}
		return h
	})
	if k.Get("required") != true || h.Get("required") != true {
		out = without(out, "required")
	}
	return out
}
