package shape

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"sync"

	"seine/scenarios"
)

// comments are those of the model's types ("Click") and fields ("Click.Button").
var comments = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	files, _ := scenarios.Sources.ReadDir(".")
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		source, _ := scenarios.Sources.ReadFile(f.Name())
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), source, parser.ParseComments)
		if err != nil {
			panic(err) // it was compiled into this program
		}
		for _, d := range tree.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				collect(m, g)
			}
		}
	}
	return m
})

func collect(m map[string]string, g *ast.GenDecl) {
	for _, s := range g.Specs {
		t := s.(*ast.TypeSpec)
		m[t.Name.Name] = text(g.Doc)
		body, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range body.Fields.List {
			for _, n := range f.Names {
				m[t.Name.Name+"."+n.Name] = text(f.Doc)
			}
		}
	}
}

// text is a comment as one paragraph.
func text(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }

// Doc is what the comment on the type says, without the type's name in front.
func Doc(t reflect.Type) string {
	s := strings.TrimPrefix(comments()[t.Name()], t.Name()+" ")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Doc is what the comment on the field says.
func (f Field) Doc() string { return comments()[f.Owner.Name()+"."+f.GoName] }
