package assemble_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"seine/assemble"
	"seine/assemble/plan"
	"seine/testdata/media"
)

// A film is fetched from its playlist, with any *http.Client, and becomes an mp4. (A client that keeps secrets at home and stays out of
// private networks is in package seine/capture/session.)
func ExampleRun() {
	site := httptest.NewServer(http.FileServerFS(media.FS))
	defer site.Close()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	verdict, err := assemble.Run(context.Background(), assemble.Job{
		URL:    site.URL + "/film/master.m3u8",
		Client: site.Client(),
		Output: filepath.Join(dir, "film.mp4"),
		Choice: plan.Choice{Quality: "360p"},
	})
	if err != nil {
		fmt.Println(err, "-", assemble.Hint(err))
		return
	}
	fmt.Println(filepath.Base(verdict.Path), verdict.Duration.Round(time.Second), verdict.Segments, "segments")
	for _, t := range verdict.Tracks {
		fmt.Println(t.Kind, t.Codec, t.Segments, "of", t.SegmentsPlanned)
	}
	// Output:
	// film.mp4 24s 12 segments
	// video avc1.64001e 12 of 12
	// audio mp4a.40.2 12 of 12
}

// What there is to choose from is known without fetching any media.
func ExampleInspect() {
	site := httptest.NewServer(http.FileServerFS(media.FS))
	defer site.Close()

	in, err := assemble.Inspect(context.Background(), assemble.Job{URL: site.URL + "/film/master.m3u8", Client: site.Client()})
	if err != nil {
		fmt.Println(err, "-", assemble.Hint(err))
		return
	}
	for _, v := range in.Presentation.Variants {
		fmt.Printf("%d×%d %s\n", v.Width, v.Height, v.Codecs)
	}
	fmt.Println(len(in.Plan.Parts), "parts,", in.Plan.Duration)
	// Output:
	// 640×360 avc1.64001e,mp4a.40.2
	// 320×180 avc1.4d400c,mp4a.40.2
	// 12 parts, 24s
}
