package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
)

const trailDocument = `{"Records":[
 {"eventTime":"2026-03-01T00:00:00Z","eventID":"1","eventName":"GetId","sourceIPAddress":"10.0.0.5"},
 {"eventTime":"2026-03-01T00:01:00Z","eventID":"2","eventName":"InitiateAuth","sourceIPAddress":"198.51.100.7","userAgent":"\u001b[31mred"},
 {"eventTime":"2026-03-01T00:07:00Z","eventID":"3","eventName":"InitiateAuth","sourceIPAddress":"198.51.100.7"}
]}`

func TestQuery_files(t *testing.T) {
	t.Parallel()
	file := write(t, "a.json", trailDocument)
	dir := filepath.Dir(file)
	table := write(t, "who.csv", "ip,who\n10.0.0.5,us\n")
	for _, c := range []struct {
		name          string
		args          []string
		stdin         string
		code          int
		stdout, error string
	}{
		{"table", []string{"stats count(*) as n by eventName | sort n desc", dir}, "", 0,
			"eventName     n\n------------  -\nInitiateAuth  2\nGetId         1\n", ""},
		{"json", []string{"--output", "json", `fields eventName, errorCode, eventID | sort eventID asc | limit 1`, file}, "", 0,
			`{"eventName":"GetId","eventID":"1"}` + "\n", ""},
		{"csv", []string{`fields eventID, userAgent | filter eventID = "2"`, file, "--output=csv"}, "", 0, "eventID,userAgent\n2,\x1b[31mred\n", ""},
		{"escapes of terminals", []string{`fields userAgent | filter eventID = "2"`, file}, "", 0, "userAgent\n-----------\n\\x1b[31mred\n", ""},
		{"range", []string{"--start", "2026-03-01T00:01:00Z", "--end", "2026-03-01 00:01:00", "stats count(*) as n", file}, "", 0, "n\n-\n1\n", ""},
		{"standard input", []string{"stats count(*) as n"}, trailDocument, 0, "n\n-\n3\n", ""},
		{"lines", []string{"stats count(*) as n", "-"}, "{\"eventName\":\"a\"}\n{\"eventName\":\"b\"}\n", 0, "n\n-\n2\n", ""},
		{"lookup", []string{"--table", "who=" + table, "lookup who ip as sourceIPAddress OUTPUT who | filter ispresent(who) | display eventID, who", file}, "", 0,
			"eventID  who\n-------  ---\n1        us\n", ""},
		{"chart", []string{"--chart", "stats count(*) as n by bin(5m) as t", file}, "", 0,
			"n\n2026-03-01 00:00:00.000  " + strings.Repeat("█", 52) + " 2\n2026-03-01 00:05:00.000  " + strings.Repeat("█", 26) + " 1\n", ""},
		{"nothing found", []string{"--output", "json", `filter eventName = "none"`, file}, "", 0, "", ""},
		{"malformed", []string{"filter eventName =", file}, "", 2, "", "mismatched input '<EOF>'"},
		{"where it is malformed", []string{"fields a\n| fieldz b", file}, "", 2, "", "  | fieldz b\n    ^"},
		{"no query", nil, "", 2, "", "which query?"},
		{"no such output", []string{"--output", "xml", "fields a", file}, "", 2, "", "--output is table, json or csv"},
		{"no such file", []string{"fields a", filepath.Join(dir, "none.json")}, "", 1, "", "none.json: no such file or directory"},
		{"files before the query", []string{file, "fields a"}, "", 2, "", "the query comes before the files, and " + file + " is a file"},
		{"an empty folder", []string{"fields a", t.TempDir()}, "", 1, "", "there is no file in "},
		{"a pattern without files", []string{"fields a", filepath.Join(dir, "*.gz")}, "", 1, "", "no file matches "},
		{"once more from standard input", []string{"pattern @message | diff", "-"}, trailDocument, 1, "", "standard input: it can be read only once"},
		{"too much memory", []string{"--memory", "1", "stats count(*) by id"}, manyIDs(), 1, "", "query exceeds its memory limit of 1 MB: filter more"},
		{"no memory", []string{"--memory", "0", "fields a", file}, "", 2, "", "--memory is 1 to"},
		{"bad start", []string{"--start", "soon", "fields a", file}, "", 2, "", "--start"},
		{"a log group in the text", []string{"SOURCE 'x' | fields a", file}, "", 2, "", "SOURCE names log groups"},
		{"nothing to draw", []string{"--chart", "fields eventName", file}, "", 1, "", "nothing to draw"},
		{"damaged input", []string{"stats count(*) as n"}, trailDocument[:len(trailDocument)-3], 1, "n\n-\n3\n", "not read to its end: standard input"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			code := run(t.Context(), &program{stdin: strings.NewReader(c.stdin), stdout: &out, stderr: &errs, getenv: none}, append([]string{"query"}, c.args...))
			if code != c.code || out.String() != c.stdout || !strings.Contains(errs.String(), c.error) {
				t.Errorf("exit code %d\n%q\n%s", code, out.String(), errs.String())
			}
		})
	}
}

// manyIDs are lines with an id of their own.
func manyIDs() string {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, "{\"id\":\"%08d\"}\n", i)
	}
	return b.String()
}

func TestQuery_damagedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"good.json": trailDocument, "bad.json": trailDocument[:200], "none.gz": "\x1f\x8bxx"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), &program{stdout: &out, stderr: &errs, getenv: none}, []string{"query", "--output", "json", "stats count(*) as n", dir})
	if code != 1 || out.String() != `{"n":"4"}`+"\n" {
		t.Errorf("exit code %d: %s", code, out.String())
	}
	for _, name := range []string{"bad.json", "none.gz"} {
		if !strings.Contains(errs.String(), name) {
			t.Errorf("%s is not named:\n%s", name, errs.String())
		}
	}
	if strings.Contains(errs.String(), "good.json") {
		t.Error(errs.String())
	}
}

func TestPrintTable_fits(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	rows := [][]queryrun.Field{{{Name: "id", Value: "1"}, {Name: "text", Value: strings.Repeat("x", 200)}}}
	if err := printRows(&out, "table", []string{"id", "text"}, rows, 40); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if n := len([]rune(line)); n > 40 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}
