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

// HugeSize is how large pages are that Huge asks for, in bytes, where there are any: those of x86-64, and of 64-bit ARM with pages of 4 KiB.
const HugeSize = 2 << 20

// Huge tells the system that all of mem, which Take gave, will be used at once. Huge pages then spare it most of what faults, and reads and
// writes that go to memory directly, cost per page. What is touched takes a whole one.
func Huge(mem []byte) { huge(mem) }

// Give ends memory that was taken as own, whole as it was. Nobody may look at it any more.
func Give(mem []byte) { give(mem) }
