package merge

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seine/capture/openapi/document"
)

// first is a document as it is written; more is that of a later capture: an operation more, a status more, a member more, a type wider.
const first = `openapi: "3.1.0"
info:
  title: shop.example
  version: "1"
  description: What a page was heard to ask for.
  x-seine-generator: seine 1
servers:
  - url: "https://shop.example"
paths:
  /users:
    get:
      operationId: getUsers
      summary: GET /users
      parameters:
        - name: page
          in: query
          required: true
          schema:
            type: integer
          x-seine-seen: 3
        - name: sort
          in: query
          schema:
            type: string
            enum:
              - name
              - age
          x-seine-seen: 2
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                type: object
                properties:
                  items:
                    type: array
                    items:
                      $ref: "#/components/schemas/User"
                required:
                  - items
      security:
        - bearer: []
      x-seine-confidence: 0.9
      x-seine-count: 3
      x-seine-samples:
        - "1"
        - "2"
  /users/{userId}:
    get:
      operationId: getUsersByUserId
      summary: GET /users/{userId}
      parameters:
        - name: userId
          in: path
          required: true
          schema:
            type: integer
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                $ref: "#/components/schemas/User"
      x-seine-count: 2
components:
  schemas:
    User:
      type: object
      properties:
        id:
          type: integer
        name:
          type: string
          examples:
            - Ann
      required:
        - id
        - name
  securitySchemes:
    bearer:
      type: http
      scheme: bearer
`

var more = strings.NewReplacer(
	"x-seine-count: 3", "x-seine-count: 7",
	"        name:\n          type: string\n", "        mail:\n          type: string\n          format: email\n        name:\n          type: string\n",
	"        id:\n          type: integer\n", "        id:\n          type: string\n",
	"components:\n", `  /users/{userId}/orders:
    get:
      operationId: getUsersByUserIdOrders
      parameters:
        - name: userId
          in: path
          required: true
          schema:
            type: integer
      responses:
        "200":
          description: OK
components:
`,
	"      security:\n", "        \"404\":\n          description: Not Found\n      security:\n",
).Replace(first)

func parse(t testing.TB, text string) document.Object {
	t.Helper()
	o, err := document.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return o
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func into(t fataler, old string, heard document.Object) *Result {
	t.Helper()
	res, err := Into([]byte(old), heard, false)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// without is the text but for the packed one.
func visible(text []byte) string {
	before, _, _ := strings.Cut(string(text), baseKey+":")
	return before
}

func TestAgain(t *testing.T) {
	once := into(t, "", parse(t, first))
	if visible(once.Text) != first {
		t.Fatal(cmp.Diff(first, visible(once.Text)))
	}
	twice := into(t, string(once.Text), parse(t, first))
	if string(twice.Text) != string(once.Text) || twice.Edits != 0 || len(twice.Conflicts) != 0 {
		t.Errorf("the same again is not the same: %+v\n%s", twice.Conflicts, cmp.Diff(visible(once.Text), visible(twice.Text)))
	}
	wider := into(t, string(once.Text), parse(t, more))
	for _, want := range []string{"/users/{userId}/orders", `"404"`, "format: email", "x-seine-count: 7", "- integer\n            - string"} {
		if !strings.Contains(visible(wider.Text), want) {
			t.Errorf("%s was heard, and is not there:\n%s", want, visible(wider.Text))
		}
	}
	if wider.CommentsLost || len(wider.Conflicts) > 0 {
		t.Errorf("%+v", wider.Conflicts)
	}
	back := into(t, string(wider.Text), parse(t, first)) // a capture that hears less takes nothing away
	if !strings.Contains(visible(back.Text), "/users/{userId}/orders") || !strings.Contains(visible(back.Text), "- string") {
		t.Error(visible(back.Text))
	}
}

// TestEdits: what a person may do to the text, and what of it must be there after a later capture.
func TestEdits(t *testing.T) {
	once := string(into(t, "", parse(t, first)).Text)
	for name, c := range map[string]struct {
		from, to  string
		keeps     []string
		lacks     []string
		conflicts int
	}{
		"title":               {"title: shop.example", "title: The shop", []string{"title: The shop"}, nil, 0},
		"summary":             {"summary: GET /users\n", "summary: All users, page by page\n", []string{"All users, page by page"}, nil, 0},
		"id":                  {"operationId: getUsers\n", "operationId: listUsers\n", []string{"operationId: listUsers\n"}, []string{"operationId: getUsers\n"}, 0},
		"comment":             {"  /users:\n", "  # The list.\n  /users: # of all\n", []string{"  # The list.\n  /users: # of all\n"}, nil, 0},
		"comment at a scalar": {"x-seine-count: 3", "x-seine-count: 3 # so far", []string{" # so far\n"}, nil, 0},
		"comment in a list":   {"              - name\n              - age", "              - name # of the family\n              - age", []string{"- name # of the family"}, nil, 0},
		"blank lines":         {"paths:\n", "\n\npaths:\n", []string{"\n\n\npaths:\n"}, nil, 0},
		"quotes":              {"type: http", "type: 'http'", []string{"type: 'http'"}, nil, 0},
		"description":         {"      operationId: getUsers\n", "      operationId: getUsers\n      description: |\n        # Users\n        One by one.\n", []string{"      description: |\n        # Users\n        One by one.\n"}, nil, 0},
		"removed operation":   {first[strings.Index(first, "  /users:"):strings.Index(first, "  /users/{userId}:")], "", nil, []string{"  /users:\n", "getUsers\n"}, 0},
		"tighter type":        {"            - Ann\n", "            - Ann\n          minLength: 1\n", []string{"minLength: 1"}, nil, 0},
		"example":             {"            - Ann\n", "            - Ann\n            - Bob\n", []string{"- Ann", "- Bob"}, nil, 0},
		"enum":                {"              - age\n", "              - age\n              - mail\n", []string{"- mail"}, nil, 0},
		"type that changes":   {"        id:\n          type: integer\n", "        id:\n          type: number\n", []string{"        id:\n          type: number\n"}, nil, 1},
		"flow":                {"        - bearer: []\n", "        - {bearer: []} # all\n", []string{"{bearer: []} # all"}, nil, 0},
		"removed member":      {"x-seine-confidence: 0.9\n      ", "", nil, []string{"0.9"}, 0},
		"renamed parameter":   {"userId", "user", []string{"/users/{user}/orders", "- name: user\n", "/users/{user}:"}, []string{"- name: userId", "{userId}"}, 0},
		"renamed schema":      {"User", "Person", []string{"Person:", "format: email"}, []string{"  User:", "schemas/User"}, 0},
		"no longer required":  {"        - id\n", "", []string{"        - name\n"}, []string{"        - id\n"}, 0},
		"parameter removed":   {first[strings.Index(first, "        - name: sort"):strings.Index(first, "      responses:")], "", []string{"name: page"}, []string{"name: sort"}, 0},
		"flow mapping":        {"      scheme: bearer\n", "      scheme: bearer\n      x-mine: {a: 1, b: [2]}\n", []string{"x-mine: {a: 1, b: [2]}"}, nil, 0},
		"order":               {first[strings.Index(first, "  /users:"):strings.Index(first, "components:")], first[strings.Index(first, "  /users/{userId}:"):strings.Index(first, "components:")] + first[strings.Index(first, "  /users:"):strings.Index(first, "  /users/{userId}:")], []string{"paths:\n  /users/{userId}:\n"}, nil, 0},
		"sequence outdented":  {"        - bearer: []\n", "      - bearer: []\n", []string{"\n      - bearer: []\n"}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(once, c.from, c.to, 1)
			if strings.HasPrefix(name, "renamed") {
				text = strings.ReplaceAll(strings.Split(once, baseKey)[0], c.from, c.to) + baseKey + strings.Split(once, baseKey)[1]
				text = strings.ReplaceAll(strings.ReplaceAll(text, "getPersons", "getUsers"), "getUsersByPersonId", "getUsersByUserId")
			}
			if text == once {
				t.Fatal("no edit")
			}
			for round, heard := range []string{first, more, more, first} {
				res := into(t, text, parse(t, heard))
				text = string(res.Text)
				for _, k := range c.keeps {
					if round > 0 && !strings.Contains(visible(res.Text), k) || round == 0 && !strings.Contains(heard+visible(res.Text), k) && strings.Contains(c.to, k) {
						t.Fatalf("round %d: %q is gone:\n%s", round, k, visible(res.Text))
					}
				}
				for _, l := range c.lacks {
					if strings.Contains(visible(res.Text), l) {
						t.Fatalf("round %d: %q is back:\n%s", round, l, visible(res.Text))
					}
				}
				if res.CommentsLost {
					t.Fatalf("round %d: the text was not kept", round)
				}
				if round == 1 && len(res.Conflicts) != c.conflicts || round != 1 && len(res.Conflicts) != 0 {
					t.Errorf("round %d: conflicts %+v", round, res.Conflicts)
				}
				if round == 1 && (!strings.Contains(visible(res.Text), `"404"`) && name != "removed operation" || !strings.Contains(visible(res.Text), "/orders")) {
					t.Errorf("what was heard is not there:\n%s", visible(res.Text))
				}
			}
		})
	}
}

// TestAnyEdit: any comment, any change of a text and any order survives, in one file together.
func TestAnyEdit(t *testing.T) {
	once := string(into(t, "", parse(t, first)).Text)
	rapid.Check(t, func(t *rapid.T) {
		lines := strings.SplitAfter(strings.Split(once, baseKey)[0], "\n")
		var marks []string
		for i := range rapid.IntRange(1, 6).Draw(t, "edits") {
			at := rapid.IntRange(1, len(lines)-2).Draw(t, "line")
			mark := fmt.Sprintf("mark%d", i)
			l := lines[at]
			indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
			switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
			case kind == 0:
				lines[at] = indent + "# " + mark + "\n" + l
			case kind == 1 && !strings.Contains(l, "#"):
				lines[at] = strings.TrimSuffix(l, "\n") + " # " + mark + "\n"
			case kind == 2 && (strings.Contains(l, "summary: ") || strings.Contains(l, "title: ") || strings.Contains(l, "description: ")) && !strings.Contains(l, "mark"):
				lines[at] = l[:strings.Index(l, ": ")] + ": " + `"` + mark + `: # it's"` + "\n"
			case kind == 3 && strings.Contains(l, "operationId: ") && !strings.Contains(l, "mark"):
				lines[at] = indent + "description: >-\n" + indent + "  " + mark + "\n\n" + indent + "  # no comment\n" + l
			default:
				continue
			}
			marks = append(marks, mark)
		}
		text := strings.Join(lines, "") + baseKey + strings.Split(once, baseKey)[1]
		for _, heard := range []string{first, more, first} {
			o, err := document.Parse([]byte(heard))
			if err != nil {
				t.Fatal(err)
			}
			res := into(t, text, o)
			if res.CommentsLost {
				t.Fatalf("the text was not kept:\n%s", text)
			}
			for _, m := range marks {
				if !bytes.Contains(res.Text, []byte(m)) {
					t.Fatalf("%s is gone:\n%s\n%s", m, visible([]byte(text)), visible(res.Text))
				}
			}
			text = string(res.Text)
		}
	})
}

// TestServers: what was heard elsewhere is not said to be here.
func TestServers(t *testing.T) {
	once := string(into(t, "", parse(t, first)).Text)
	elsewhere := strings.ReplaceAll(more, "https://shop.example", "https://other.example")
	for range 2 {
		res := into(t, once, parse(t, elsewhere))
		once = string(res.Text)
		for _, key := range []string{"/users#server=https%3A%2F%2Fother.example", "/users/{userId}#server=https%3A%2F%2Fother.example", "/users/{userId}/orders"} {
			item := object(object(res.Document.Get("paths")).Get(key))
			if list := array(item.Get("servers")); len(list) != 1 || object(list[0]).Get("url") != "https://other.example" {
				t.Errorf("%s: %v", key, list)
			}
		}
		if list := array(res.Document.Get("servers")); len(list) != 1 || object(list[0]).Get("url") != "https://shop.example" || len(object(res.Document.Get("paths"))) != 5 || res.CommentsLost {
			t.Errorf("%v\n%s", list, visible(res.Text))
		}
	}
	res := into(t, once, parse(t, first)) // and back
	if string(res.Text) != once && len(object(res.Document.Get("paths"))) != 5 {
		t.Error(visible(res.Text))
	}
}

// TestWindows: lines end as they did.
func TestWindows(t *testing.T) {
	once := string(into(t, "", parse(t, first)).Text)
	edited := strings.ReplaceAll(strings.Replace(once, "title: shop.example", "title: Mine # mine", 1), "\n", "\r\n")
	res := into(t, edited, parse(t, more))
	if res.CommentsLost || !bytes.Contains(res.Text, []byte("title: Mine # mine\r\n")) || bytes.Count(res.Text, []byte("\n")) != bytes.Count(res.Text, []byte("\r\n")) {
		t.Error(string(res.Text))
	}
}

// TestJSON: what was changed in JSON stays too, and so does its order.
func TestJSON(t *testing.T) {
	once, err := Into(nil, parse(t, first), true)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(once.Text), `"title": "shop.example",
    "version": "1"`, `"version": "1",
    "title": "Mine"`, 1)
	res, err := Into([]byte(text), parse(t, more), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\"version\": \"1\",\n    \"title\": \"Mine\"", `"/users/{userId}/orders"`} {
		if !strings.Contains(string(res.Text), want) {
			t.Errorf("no %s:\n%s", want, res.Text)
		}
	}
	if res.CommentsLost || res.Edits != 1 {
		t.Errorf("%+v", res.Edits)
	}
}

func TestNotOurs(t *testing.T) {
	for _, text := range []string{"hello", "a: 1", "[1]", "openapi: 3.1.0\npaths: &a {}\nb: *a"} {
		if _, err := Into([]byte(text), parse(t, first), false); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	old := into(t, first, parse(t, more)) // written before there was anything to compare with
	if !strings.Contains(visible(old.Text), "x-seine-count: 7") || len(old.Conflicts) != 1 || !strings.Contains(old.Conflicts[0].Where, "/id/type") {
		t.Errorf("%+v\n%s", old.Conflicts, visible(old.Text))
	}
	res := into(t, "openapi: 3.1.0 # mine\ninfo: {title: Mine, version: '2'}\npaths: {}\n", parse(t, first)) // nobody knows what was there before
	if !strings.Contains(string(res.Text), "openapi: 3.1.0 # mine") || !strings.Contains(string(res.Text), "getUsersByUserId") || !strings.Contains(string(res.Text), "Mine") {
		t.Error(string(res.Text))
	}
}

func FuzzInto(f *testing.F) {
	f.Add(first)
	f.Add(`{"openapi":"3.1.0","paths":{"/users":{"get":{"responses":{}}}},"x-seine-base":"H4sI"}`)
	f.Add("openapi: 3.1.0\npaths:\n  /users:\n    get:\n      parameters:\n      - {name: page, in: query}\n      - name: sort # x\n        in: query\n")
	heard, err := document.Parse([]byte(more))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		res, err := Into([]byte(text), heard, false)
		if err != nil {
			return
		}
		again, err := Into(res.Text, heard, false)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, res.Text)
		}
		if !equal(again.Document, res.Document) {
			t.Fatalf("the same again is not the same:\n%s\n%s", res.Text, again.Text)
		}
	})
}
