package archtest

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/cogtrail/cogtrail/"

// rule forbids packages below From to import packages below Not, unless the
// importer is below Except. A prefix ends at a path element.
type rule struct {
	From, Not string
	Except    []string
	Why       string
}

var rules = []rule{
	{From: "internal/wire", Not: "internal/api", Why: "protocols know schemas, never a service"},
	{From: "internal/wire", Not: "internal/op", Why: "protocols know schemas, never operations"},
	{From: "internal/gateway", Not: "internal/userpool", Why: "the gateway knows operations, never a service"},
	{From: "internal/gateway", Not: "internal/trail", Why: "the gateway knows operations, never a service"},
	{From: "internal/gateway", Not: "internal/logs", Why: "the gateway knows operations, never a service"},
	{From: "internal/gateway", Not: "internal/metric", Why: "the gateway knows operations, never a service"},
	{From: "internal/gateway", Not: "internal/alarm", Why: "the gateway knows operations, never a service"},
	{From: "internal/gateway", Not: "internal/notify", Why: "the gateway knows operations, never a service"},
	{From: "internal/gateway", Not: "internal/object", Why: "the gateway knows operations, never a service"},
	{From: "internal/gateway", Not: "internal/iam", Why: "the gateway knows operations, never a service"},
	{From: "internal/userpool", Not: "internal/gateway", Why: "services never look back at the way in"},
	{From: "internal/userpool", Not: "internal/wire", Why: "services know shapes, never bytes"},
	{From: "internal/userpool", Not: "net/http", Why: "services know shapes, never HTTP"},
	{From: "internal/userpool/trigger", Not: "internal/op", Why: "functions are asked outside of transactions"},
	{From: "internal/userpool/trigger", Not: "internal/store", Why: "functions are asked outside of transactions"},
	{From: "internal/lambda", Not: "internal/userpool", Except: []string{"internal/userpool/trigger"}, Why: "it runs functions and knows no pools"},
	{From: "internal/userpool", Not: "database/sql", Why: "rows go through store.Tx"},
	{From: "internal/userpool", Not: "internal/trail", Why: "a service reaches another by an interface it declares"},
	{From: "internal/userpool", Not: "internal/notify", Why: "a service reaches another by an interface it declares"},
	{From: "internal/trail", Not: "internal/userpool", Why: "a service reaches another by an interface it declares"},
	{From: "internal/trail", Not: "internal/gateway", Why: "services never look back at the way in"},
	{From: "internal/trail", Not: "internal/object", Why: "a service reaches another by an interface it declares"},
	{From: "internal/trail", Not: "net/http", Why: "services know shapes, never HTTP"},
	{From: "internal/logs", Not: "internal/gateway", Why: "services never look back at the way in"},
	{From: "internal/logs", Not: "internal/trail", Why: "a service reaches another by an interface it declares"},
	{From: "internal/metric", Not: "internal/gateway", Why: "services never look back at the way in"},
	{From: "internal/alarm", Not: "internal/gateway", Why: "services never look back at the way in"},
	{From: "internal/alarm", Not: "internal/notify", Why: "a service reaches another by an interface it declares"},
	{From: "internal/alarm", Not: "internal/eventbus", Why: "a service reaches another by an interface it declares"},
	{From: "internal/metric", Not: "internal/alarm", Why: "alarms read metrics, never the other way"},
	{From: "internal/eventbus", Not: "internal/gateway", Why: "services never look back at the way in"},
	{From: "internal/eventbus", Not: "internal/notify", Why: "a service reaches another by an interface it declares"},
	{From: "internal/eventbus", Not: "internal/trail", Why: "a service reaches another by an interface it declares"},
	{From: "internal/gateway", Not: "internal/eventbus", Why: "the gateway knows operations, never a service"},
	{From: "internal/iam", Not: "internal/gateway", Why: "services never look back at the way in"},
	{From: "internal/object", Not: "internal/gateway", Why: "services never look back at the way in"},
	{From: "internal/userpool", Not: "internal/hosted", Why: "pages know the rules, the rules know no pages"},
	{From: "internal/gateway", Not: "internal/hosted", Why: "the gateway knows operations, never a page"},
	{From: "internal/hosted", Not: "internal/gateway", Why: "a page reaches the pipeline by an interface it declares"},
	{From: "internal/hosted", Not: "internal/userpool/signup", Why: "pages ask an area by an interface they declare"},
	{From: "internal/hosted", Not: "database/sql", Why: "rows go through store.Tx"},
	{From: "internal/store", Not: "internal/userpool", Why: "engines keep rows, never a domain"},
	{From: "internal/store", Not: "internal/op", Why: "engines keep rows, never a domain"},
	{From: "internal/schema", Not: "internal", Except: []string{"internal/schema"}, Why: "words import words"},
	{From: "internal/credential", Not: "internal/store", Why: "bytes in, verdict out"},
	{From: "internal/token", Not: "internal/store", Why: "bytes in, verdict out"},
	{From: "internal/query", Not: "internal/store", Except: []string{"internal/query/accel"}, Why: "the language reads blocks from whoever has them"},
	{From: "internal", Not: "github.com/duckdb", Except: []string{"internal/query/accel/duckdb"}, Why: "cgo sits in one package and drops out by itself"},
	{From: "internal", Not: "modernc.org/sqlite", Except: []string{"internal/store/sqlite"}, Why: "one package per engine"},
	{From: "internal", Not: "github.com/jackc/pgx", Except: []string{"internal/store/postgres"}, Why: "one package per engine"},
	{From: "internal", Not: "github.com/go-webauthn", Except: []string{"internal/credential/passkey"}, Why: "one package verifies passkeys"},
	{From: "internal", Not: "cmd", Why: "wiring stands above everything"},
}

type listed struct {
	ImportPath string
	Imports    []string
	Doc        string
	Dir        string
	GoFiles    []string
	CgoFiles   []string
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Doc,Dir,GoFiles,CgoFiles", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for dec.More() {
		var p listed
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	return ps
}

func below(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

func TestImports(t *testing.T) {
	for _, p := range list(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, imp := range p.Imports {
			to := strings.TrimPrefix(imp, module)
			for _, r := range rules {
				if !below(from, r.From) || !below(to, r.Not) {
					continue
				}
				allowed := false
				for _, e := range r.Except {
					allowed = allowed || below(from, e) || below(to, e)
				}
				if !allowed {
					t.Errorf("%s imports %s: %s", from, to, r.Why)
				}
			}
		}
	}
}

func TestPackageComments(t *testing.T) {
	for _, p := range list(t) {
		if len(p.GoFiles)+len(p.CgoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

func TestPackageNames(t *testing.T) {
	for _, p := range list(t) {
		for _, bad := range []string{"util", "utils", "common", "misc", "manager", "base", "models", "helpers"} {
			if strings.HasSuffix(p.ImportPath, "/"+bad) {
				t.Errorf("%s: a package is named for what it holds", p.ImportPath)
			}
		}
	}
}
