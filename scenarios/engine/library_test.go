package engine_test

import (
	"encoding/csv"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"seine/scenarios/engine"
	"seine/scenarios/library"
	"seine/scenarios/program"
	"seine/testdata/sites"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ready(t *testing.T, name string) *program.Program {
	t.Helper()
	p, err := program.Load(name+".yaml", program.Options{Read: library.Files.ReadFile})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func serve(t *testing.T, o sites.Options) (*sites.Site, string) {
	t.Helper()
	s := sites.New(o)
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return s, srv.URL
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestMarket: 199 pages of a table are one CSV, in order, its cells without slashes.
func TestMarket(t *testing.T) {
	_, base := serve(t, sites.Options{})
	dir := t.TempDir()
	own := t.TempDir()
	for name, given := range map[string]map[string]string{"market": {"base": base + "/market"}, "pricelist": {"address": base + "/market/prices?page={page}"}} {
		report, err := engine.Run(t.Context(), ready(t, name), engine.Options{Given: given, Dir: map[string]string{"market": dir, "pricelist": own}[name]})
		if err != nil || len(report.Failed) > 0 {
			t.Fatal(err, report.Failed)
		}
	}
	if d := cmp.Diff(read(t, filepath.Join(dir, "prices.csv")), read(t, filepath.Join(own, "prices.csv"))); d != "" {
		t.Errorf("with an address of one's own: %s", d)
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(dir, "prices.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"No", "Product", "Low", "High", "Average", "Unit", "Date"}}
	for page := range sites.MarketPages {
		for line := range sites.MarketPerPage {
			row := sites.MarketRow(page+1, line)
			for i := range row {
				row[i] = strings.NewReplacer("/", "", `\`, "").Replace(row[i])
			}
			want = append(want, row)
		}
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
}

// TestNovel: each chapter is a file of a name that every system takes, and all are one book, in order; the lost one is told.
func TestNovel(t *testing.T) {
	_, base := serve(t, sites.Options{})
	dir := t.TempDir()
	report, err := engine.Run(t.Context(), ready(t, "novel"), engine.Options{Given: map[string]string{"base": base + "/novel"}, Dir: dir})
	if err != nil || len(report.Failed) > 0 {
		t.Fatal(err, report.Failed)
	}
	own := t.TempDir()
	again, err := engine.Run(t.Context(), ready(t, "book"), engine.Options{Dir: own, Given: map[string]string{
		"catalogue": base + "/novel/api/catalogue?book=1", "chapter": base + `/novel/api/chapter?data={"book":1,"chapter":{id}}`,
	}})
	if err != nil || len(again.Failed) > 0 || len(again.Skipped) != 1 {
		t.Fatal(err, again)
	}
	if d := cmp.Diff(read(t, filepath.Join(dir, "book.txt")), read(t, filepath.Join(own, "book.txt"))); d != "" {
		t.Errorf("with addresses of one's own: %s", d)
	}
	if len(report.Skipped) != 1 || !strings.Contains(report.Skipped[0].Err.Error(), "404") {
		t.Errorf("left out: %+v", report.Skipped)
	}
	var want []string
	book := ""
	for i := range sites.NovelChapters {
		if i == sites.NovelLost {
			continue
		}
		if book != "" {
			book += "\n"
		}
		book += sites.NovelTitle(i) + "\n\n" + sites.NovelText(i) + "\n"
		want = append(want, fmt.Sprintf("%04d", i+1))
	}
	if d := cmp.Diff(book, read(t, filepath.Join(dir, "book.txt"))); d != "" {
		t.Error(d)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "chapters"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name()[:4])
		if strings.ContainsAny(e.Name(), `/\:?<>|"*`+"\u202e") {
			t.Errorf("%q is no name for every system", e.Name())
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if all, _ := filepath.Glob(filepath.Join(dir, "*")); len(all) != 2 {
		t.Errorf("the folder has %v", all)
	}
}

// TestImages: files are fetched together, with their names, and not once more when they are there.
func TestImages(t *testing.T) {
	site, base := serve(t, sites.Options{})
	dir := t.TempDir()
	for round := range 2 {
		before := len(site.Log())
		report, err := engine.Run(t.Context(), ready(t, "images"), engine.Options{Given: map[string]string{"base": base + "/images"}, Dir: dir})
		if err != nil || len(report.Failed) > 0 {
			t.Fatal(err, report.Failed)
		}
		for i := range sites.ImageFiles {
			name := fmt.Sprintf("picture-%02d.png", i)
			if got := read(t, filepath.Join(dir, "images", name)); got != string(sites.ImageBytes(name)) {
				t.Errorf("%s is another one", name)
			}
		}
		unchanged := 0
		for _, r := range site.Log()[before:] {
			if r.Status == 304 {
				unchanged++
			}
		}
		if want := round * sites.ImageFiles; unchanged != want {
			t.Errorf("round %d: %d files were not sent again, want %d", round, unchanged, want)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(dir, "images.csv")))).ReadAll()
	if err != nil || len(rows) != sites.ImageFiles+1 || rows[1][1] != "images/picture-00.png" {
		t.Errorf("%v, %d rows, %v", err, len(rows), rows[1])
	}
}
