package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGenerated holds generated code and its source together.
func TestGenerated(t *testing.T) {
	cmd := exec.Command("go", "run", "./internal/gen", "-check")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestSource reads every Go file for what the house forbids: init functions,
// skipped tests, sleeping tests.
func TestSource(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: init functions have hidden effects", path)
			}
		}
		if strings.HasSuffix(path, "_test.go") {
			forbidCalls(t, path, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func forbidCalls(t *testing.T, path string, file *ast.File) {
	bubble := strings.Contains(importsOf(file), "testing/synctest")
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, _ := sel.X.(*ast.Ident)
		switch {
		case x != nil && x.Name == "t" && strings.HasPrefix(sel.Sel.Name, "Skip"):
			t.Errorf("%s: no test is skipped", path)
		case x != nil && x.Name == "time" && sel.Sel.Name == "Sleep" && !bubble && !strings.Contains(path, "/test/"):
			t.Errorf("%s: tests wait for signals, they do not sleep", path)
		}
		return true
	})
}

func importsOf(f *ast.File) string {
	var b strings.Builder
	for _, i := range f.Imports {
		b.WriteString(i.Path.Value)
	}
	return b.String()
}
