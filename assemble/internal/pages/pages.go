// Package pages gives memory that the garbage collector does not know of: large, used again and again, it would only have it wait longer
// before it collects, for as much garbage as there is memory in use.
package pages

// Take returns n zeros, in whole pages where the system has them: memory is theirs once they are touched. Whoever has taken them
// gives them back; own is false when the garbage collector will do that.
func Take(n int) (mem []byte, own bool) {
	if mem := take(n); mem != nil {
		return mem, true
	}
	return make([]byte, n), false
}

// Give ends memory that was taken as own, whole as it was. Nobody may look at it any more.
func Give(mem []byte) { give(mem) }
