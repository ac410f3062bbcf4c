package hls

import (
	"fmt"
	"strings"
	"testing"

	"seine/assemble/internal/hostile"
)

// hostilePlaylists are large in segments, keys, variables, dates and advertisements.
func hostilePlaylists() []hostile.Input {
	const end = "#EXTINF:1,\na\n"
	list := func(name, before, again string) hostile.Input {
		b := []byte(head + before + string(hostile.Fill(again)[:max(hostile.Size-len(before), hostile.Size/4)]))
		return hostile.Input{Name: name, Data: append(b, "\n"+end...)}
	}
	var keys, dates, variables strings.Builder
	for i := 0; keys.Len() < hostile.Size; i++ {
		fmt.Fprintf(&keys, "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"%d\"\n", i)
	}
	for i := 0; dates.Len() < hostile.Size; i++ {
		fmt.Fprintf(&dates, "#EXT-X-DATERANGE:ID=\"%d\",CLASS=\"c\",START-DATE=\"2020-02-03T04:05:06Z\",END-ON-NEXT=YES\n", i)
	}
	for i := range maxDefines {
		fmt.Fprintf(&variables, "#EXT-X-DEFINE:NAME=\"v%d\",VALUE=\"%s\"\n", i, strings.Repeat("x", 500))
	}
	all := hostile.Common()
	for i := range all {
		all[i].Data = append([]byte(head+end), all[i].Data...)
	}
	return append(all,
		list("segments", "", "#EXTINF:1,\na\n"),
		list("keys", "", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\na\n"),
		list("many formats of keys", keys.String(), end),
		list("date ranges", "#EXT-X-PROGRAM-DATE-TIME:2020-02-03T04:05:06Z\n"+dates.String(), end),
		list("advertisements", "", "#EXT-X-CUE-OUT:1\n#EXTINF:1,\na\n#EXT-X-CUE-IN\n"),
		list("one long variable", "#EXT-X-DEFINE:NAME=\"a\",VALUE=\""+strings.Repeat("x", 60_000)+"\"\n", "#EXTINF:1,\n{$a}\n"),
		hostile.Input{Name: "variables up to the limit", Data: []byte(head + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"" + strings.Repeat("x", 60_000) +
			"\"\n" + strings.Repeat("#EXTINF:1,\n{$a}\n", maxGrowth*900_000/60_000) + strings.Repeat("#\n", 450_000))},
		list("many variables", variables.String(), "#EXTINF:1,\n{$v1}{$v2}\n"),
		list("attributes", "#EXT-X-KEY:", "A=1,"),
		list("line ends", "", "\r"),
		list("comments", "", "#\n"),
		list("tags", "", "#EXT\n"),
		list("byte ranges", "", "#EXT-X-BYTERANGE:1@1\n#EXTINF:1,\na\n"),
		list("maps", "", "#EXT-X-MAP:URI=\"a\"\n#EXTINF:1,\na\n"),
		list("breaks", "", "#EXT-X-DISCONTINUITY\n#EXTINF:1,\na\n"),
		list("renditions", "", "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"n\",URI=\"x\"\n"),
		list("variants", "", "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n"),
	)
}

func TestHostileMemory(t *testing.T) {
	base := mustURL(t, "https://h.example/a/b?t=1")
	hostile.Memory(t, hostilePlaylists(), func(b []byte) { _, _ = Parse(b, base, nil) })
}

func BenchmarkHostile(b *testing.B) {
	base := mustURL(b, "https://h.example/a/b?t=1")
	hostile.Bench(b, hostilePlaylists(), func(text []byte) { _, _ = Parse(text, base, nil) })
}
