package openapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/openapi/curl"
	"seine/capture/openapi/goclient"
	"seine/capture/openapi/httpfile"
	"seine/capture/openapi/page"
	"seine/capture/openapi/postman"
	"seine/capture/openapi/spec"
	"seine/testdata/api"
)

// caseNamed is one of the corpus, as a document, with its server.
func caseNamed(t *testing.T, name string) (*spec.Spec, *httptest.Server) {
	t.Helper()
	cases := api.Cases()
	c := cases[slices.IndexFunc(cases, func(c api.Case) bool { return c.Name == name })]
	s := Infer(c.Capture(t), Options{Version: "test"}).Spec()
	mux := http.NewServeMux()
	c.Serve(mux)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	for _, o := range s.Operations {
		o.Servers = []string{srv.URL}
	}
	return s, srv
}

// TestGoCompiles: the clients of the whole corpus compile, and vet has nothing to say.
func TestGoCompiles(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module clients\n\ngo 1.26\n"), 0o600))
	for _, c := range api.Cases() {
		var b, again bytes.Buffer
		found := Infer(c.Capture(t), Options{})
		must(t, goclient.Write(&b, found.Spec(), c.Name))
		must(t, goclient.Write(&again, spec.Of(found.Document()), c.Name))
		if b.String() != again.String() {
			t.Errorf("%s: not the same twice", c.Name)
		}
		must(t, os.MkdirAll(filepath.Join(dir, c.Name), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, c.Name, "client.go"), b.Bytes(), 0o600))
	}
	vet := exec.CommandContext(t.Context(), "go", "vet", "./...")
	vet.Dir = dir
	if out, err := vet.CombinedOutput(); err != nil {
		t.Errorf("%v\n%.4000s", err, out)
	}
}

const caller = `package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"clients/shop"
)

func main() {
	ctx := context.Background()
	c := &shop.Client{Base: os.Args[1], Credentials: shop.Credentials{Bearer: "token"}}
	users, err := c.GetApiV1Users(ctx, shop.GetApiV1UsersParams{Page: 2})
	check(err)
	user, err := c.GetApiV1UsersByUserId(ctx, shop.GetApiV1UsersByUserIdParams{UserId: users.Items[0].Id})
	check(err)
	_ = json.NewEncoder(os.Stdout).Encode(user)
	_, err = c.GetApiV1UsersByUserId(ctx, shop.GetApiV1UsersByUserIdParams{UserId: 999})
	var wrong *shop.Error
	fmt.Println(errors.As(err, &wrong) && wrong.Status == 404)
	c.Credentials.Bearer = ""
	_, err = c.GetApiV1Users(ctx, shop.GetApiV1UsersParams{})
	fmt.Println(errors.As(err, &wrong) && wrong.Status == 401)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
`

// TestGoCalls: the client really calls.
func TestGoCalls(t *testing.T) {
	s, srv := caseNamed(t, "shop")
	dir := t.TempDir()
	var b bytes.Buffer
	must(t, goclient.Write(&b, s, "shop"))
	for name, text := range map[string]string{"go.mod": "module clients\n\ngo 1.26\n", "main.go": caller, "shop/client.go": b.String()} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	run := exec.CommandContext(t.Context(), "go", "run", ".", srv.URL)
	run.Dir = dir
	out, err := run.CombinedOutput()
	const want = `"id":5,`
	if err != nil || !strings.Contains(string(out), want) || !strings.HasSuffix(string(out), "true\ntrue\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestCurl: each command runs as it is printed, once its variables are set.
func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatalf("%v; `make test` installs it", err)
	}
	for _, name := range []string{"shop", "forge", "graph", "rpc", "odata", "forms", "jsonapi"} {
		s, _ := caseNamed(t, name)
		for _, o := range s.Operations {
			if !slices.ContainsFunc(o.Answers, spec.Answer.OK) {
				continue
			}
			r := s.Request(o)
			cmd := exec.CommandContext(t.Context(), "sh", "-c", curl.Command(o, r))
			cmd.Env = os.Environ()
			for _, v := range r.Variables() {
				cmd.Env = append(cmd.Env, v.Name+"=7")
			}
			if out, err := cmd.CombinedOutput(); err != nil && !strings.Contains(string(out), "forged") && !strings.Contains(string(out), "not_found") {
				t.Errorf("%s %s: %v\n%s\n%s", name, o.ID, err, curl.Command(o, r), out)
			}
			if len(r.Variables()) > 0 {
				bare := exec.CommandContext(t.Context(), "sh", "-c", curl.Command(o, r))
				bare.Env = []string{"PATH=" + os.Getenv("PATH")}
				if bare.Run() == nil {
					t.Errorf("%s %s: went ahead without %s", name, o.ID, r.Variables()[0].Name)
				}
			}
		}
	}
}

var (
	requestLine = regexp.MustCompile(`^([A-Z]+) (\S+)$`)
	fileVar     = regexp.MustCompile(`\{\{(\w+)\}\}`)
)

// requestsOf reads a .http file as editors do, and gives its requests.
func requestsOf(t *testing.T, text string) (list []*http.Request) {
	vars := map[string]string{}
	for _, block := range strings.Split(text, "\n###") {
		lines := strings.Split(block, "\n")
		for _, l := range lines {
			if name, value, ok := strings.Cut(l, " = "); ok && strings.HasPrefix(name, "@") {
				vars[name[1:]] = strings.TrimSpace(value)
			}
		}
		fill := func(s string) string {
			return fileVar.ReplaceAllStringFunc(s, func(v string) string {
				if value, ok := vars[v[2:len(v)-2]]; !ok {
					t.Errorf("%s is not declared", v)
				} else if value != "" {
					return value
				}
				return "7"
			})
		}
		i := slices.IndexFunc(lines, func(l string) bool { return requestLine.MatchString(l) })
		if i < 0 {
			continue
		}
		m := requestLine.FindStringSubmatch(lines[i])
		end := i + 1
		for end < len(lines) && lines[end] != "" {
			end++
		}
		body := strings.TrimSpace(fill(strings.Join(lines[end:], "\n")))
		r, err := http.NewRequestWithContext(t.Context(), m[1], fill(m[2]), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines[i+1 : end] {
			name, value, _ := strings.Cut(l, ": ")
			r.Header.Add(name, fill(value))
		}
		list = append(list, r)
	}
	return list
}

func TestHTTPFile(t *testing.T) {
	for _, name := range []string{"shop", "forge", "graph", "jsonapi", "odata"} {
		s, _ := caseNamed(t, name)
		var b bytes.Buffer
		must(t, httpfile.Write(&b, s))
		list := requestsOf(t, b.String())
		if len(list) != len(s.Operations) {
			t.Errorf("%s: %d requests of %d\n%s", name, len(list), len(s.Operations), b.String())
		}
		for i, r := range list {
			res, err := http.DefaultClient.Do(r)
			must(t, err)
			text, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode >= 400 && slices.ContainsFunc(s.Operations[i].Answers, spec.Answer.OK) && !strings.Contains(string(text), "not_found") {
				t.Errorf("%s %s: %d %s\n%s", name, r.URL, res.StatusCode, text, b.String())
			}
		}
	}
}

// TestPostman: Postman's own reader finds the requests that there are.
func TestPostman(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "postman")
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(dir, "node_modules", "postman-collection")); err != nil || missing != nil {
		t.Fatal("Postman's reader (npm) is not there; `make test` installs it")
	}
	for _, c := range api.Cases() {
		s := Infer(c.Capture(t), Options{}).Spec()
		var b bytes.Buffer
		must(t, postman.Write(&b, s))
		file := filepath.Join(t.TempDir(), c.Name+".json")
		must(t, os.WriteFile(file, b.Bytes(), 0o600))
		out, err := exec.CommandContext(t.Context(), node, filepath.Join(dir, "read.js"), file).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.Name, err, out)
		}
		var read []struct{ Method, URL, Body string }
		must(t, json.Unmarshal(out, &read))
		var got, want []string
		for _, r := range read {
			got = append(got, r.Method+" "+r.URL+" "+r.Body)
		}
		for _, o := range s.Operations {
			r := s.Request(o)
			address := r.Server
			for _, p := range r.Path {
				address += filled(p)
			}
			for i, q := range r.Query {
				value := filled(q.Part)
				address += string("?&"[min(i, 1)]) + escapeQuery(q.Name) + "="
				if q.Value == nil {
					value = escapeQuery(value)
				}
				address += value
			}
			want = append(want, r.Method+" "+address+" "+r.Body)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", c.Name, diff)
		}
	}
}

func filled(p spec.Part) string {
	if p.Value != nil {
		return "{{" + p.Value.Name + "}}"
	}
	return p.Fixed
}

// TestPage: the page has all there is, and asks for nothing.
func TestPage(t *testing.T) {
	for _, c := range api.Cases() {
		s := Infer(c.Capture(t), Options{}).Spec()
		var b bytes.Buffer
		must(t, page.Write(&b, s))
		text := b.String()
		for _, o := range s.Operations {
			if !strings.Contains(text, `data-search="`) || strings.Count(text, ">"+escapeHTML(o.Key)+"<") < 2 {
				t.Errorf("%s: %s is not there", c.Name, o.Key)
			}
		}
		for _, bad := range []string{" src=", "@import", "url(", "<link", "http-equiv=\"refresh"} {
			if strings.Contains(text[:strings.Index(text, "<main")], bad) {
				t.Errorf("%s: %s is in the page", c.Name, bad)
			}
		}
		if !strings.Contains(text, "default-src &#39;none&#39;") {
			t.Error("no policy")
		}
	}
}

func escapeHTML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;", "+", "&#43;").Replace(s)
}

func escapeQuery(s string) string { return url.QueryEscape(s) }

// TestNoSecrets: none of the views says a secret.
func TestNoSecretsInViews(t *testing.T) {
	const secret = "s3cr3t-session-value-0001"
	c, _ := many(200)
	s := Infer(c, Options{}).Spec()
	var b bytes.Buffer
	for _, write := range []func() error{
		func() error { return page.Write(&b, s) }, func() error { return curl.Write(&b, s) }, func() error { return goclient.Write(&b, s, "x") },
		func() error { return httpfile.Write(&b, s) }, func() error { return postman.Write(&b, s) },
	} {
		must(t, write())
	}
	for _, bad := range []string{secret, "eyJhbGciOiJIUzI1NiJ9", "c2VjcmV0LXNpZ25hdHVyZQ"} {
		if i := strings.Index(b.String(), bad); i >= 0 {
			t.Errorf("%s: %.300s", bad, b.String()[max(0, i-150):])
		}
	}
	for _, good := range []string{`${TOKEN:?}`, "{{TOKEN}}"} {
		if !strings.Contains(b.String(), good) {
			t.Errorf("no %s", good)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
