package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// lines reads a quality such as "720p".
func lines(quality string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(quality)), "p"))
	return n, err == nil && n > 0
}

// Instead says what was taken where the wanted number of lines is not there, "" where it is or none was wanted. The streams are those
// that Select, or Direct, gave for the choice.
func Instead(streams []Stream, c Choice) string {
	want, ok := lines(c.Quality)
	if !ok || c.AudioOnly || len(streams) == 0 {
		return ""
	}
	v := streams[0].Variant
	switch {
	case v == nil:
		return fmt.Sprintf("the address is that of one playlist: there is no quality to choose, and no telling whether it is %dp", want)
	case v.Height == want:
		return ""
	case v.Height == 0:
		return fmt.Sprintf("the playlist does not say how many lines its pictures have: the best was taken for %dp", want)
	case v.Height < want:
		return fmt.Sprintf("there is no %dp: %dp was taken, the best below", want, v.Height)
	}
	return fmt.Sprintf("there is no %dp, nor anything below: %dp was taken, the lowest there is", want, v.Height)
}
