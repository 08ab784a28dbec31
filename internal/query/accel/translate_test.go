package accel

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

func scope() *Scope {
	return &Scope{Account: "111122223333", Region: "us-east-1", From: map[string]int64{"g": 10}, To: 20, Files: []string{"/d/a'b.parquet"}}
}

func TestTranslate_text(t *testing.T) {
	t.Parallel()
	const src = `read_parquet(['/d/a''b.parquet'], hive_partitioning = false, union_by_name = false)`
	const where = ` FROM ` + src + ` WHERE "_account" = $1 AND "_region" = $2 AND "@timestamp" < $3 AND "@timestamp" >= $4 AND ("_group" IN ($5) AND "@timestamp" >= $6)`
	args := []any{"111122223333", "us-east-1", int64(20), int64(10), "g", int64(10)}
	const totals = `SELECT count(*), CAST(coalesce(sum("_size"), 0) AS BIGINT)` + where
	for _, c := range []struct {
		name, query string
		sql         []string
		args        []any
	}{
		{"stats without filter", "stats count(*) by eventName",
			[]string{`SELECT "eventName", count(*), count(*), CAST(sum("_size") AS BIGINT)` + where + ` GROUP BY 1 HAVING count(*) > 0 LIMIT 11`}, nil},
		{"the guide's fifth", `filter eventSource = "c" and errorCode= "N" | stats count(*) as count by sourceIPAddress | sort count desc | limit 25`,
			[]string{totals, `SELECT c0, c1, n, b FROM (SELECT c0, c1, CAST(sum(c2) OVER () AS BIGINT) AS n, CAST(sum(c3) OVER () AS BIGINT) AS b, rank() OVER (ORDER BY c1 DESC) AS r FROM (` +
				`SELECT "sourceIPAddress" AS c0, count(*) AS c1, count(*) AS c2, CAST(sum("_size") AS BIGINT) AS c3` + where + ` AND (("eventSource" = $7) AND ("errorCode" = $8)) GROUP BY 1) AS g) AS h WHERE r <= 25 LIMIT 11`},
			[]any{"c", "N"}},
		{"the guide's third", `fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 25 | filter user != "x"`,
			[]string{totals, totals + ` AND NOT coalesce(("additionalEventData.sub" = $7), false)`,
				`SELECT "@timestamp", "@ingestionTime", "_ord", "_group", "@logStream", "additionalEventData.sub"` + where + ` AND NOT coalesce(("additionalEventData.sub" = $7), false) ORDER BY "@timestamp" DESC, "_ord" DESC LIMIT 25`},
			[]any{"x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := plan.Compile(c.query)
			if err != nil {
				t.Fatal(err)
			}
			tr, err := Translate(p, DuckDB, scope(), 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range tr.Statements {
				got = append(got, s.SQL)
			}
			if !slices.Equal(got, c.sql) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.sql, "\n"))
			}
			if last := tr.Statements[tr.Rows].Args; fmt.Sprint(last) != fmt.Sprint(append(slices.Clone(args), c.args...)) {
				t.Errorf("arguments %v", last)
			}
		})
	}
}

func TestTranslate_inexactColumns(t *testing.T) {
	t.Parallel()
	for _, inexact := range []string{"*", "eventName"} {
		s := scope()
		s.Inexact = []string{inexact}
		for _, q := range []string{"stats count(*) by eventName", `filter eventName = "a" | stats count(*)`, `filter ispresent(eventName) | limit 5`} {
			p, err := plan.Compile(q)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Translate(p, DuckDB, s, 0, 10); !errors.Is(err, errInexpressible) {
				t.Errorf("%s with inexact %s: %v", q, inexact, err)
			}
		}
	}
}

func TestTranslate_marks(t *testing.T) {
	t.Parallel()
	s := scope()
	s.From["h"], s.From["i"] = 10, 12
	s.Hidden = []segment.Mark{{Group: "g", Deleted: 11}, {Group: "h", Stream: "s", Deleted: 13}}
	w := &writer{d: DuckDB}
	got := s.predicate(w)
	want := `"_account" = $1 AND "_region" = $2 AND "@timestamp" < $3 AND "@timestamp" >= $4 AND ("_group" IN ($5, $6) AND "@timestamp" >= $7 OR "_group" IN ($8) AND "@timestamp" >= $9)` +
		` AND NOT ("_group" = $10 AND "@ingestionTime" <= $11) AND NOT ("_group" = $12 AND "@ingestionTime" <= $13 AND "@logStream" = $14)`
	if got != want || fmt.Sprint(w.args) != "[111122223333 us-east-1 20 10 g h 10 i 12 g 11 h 13 s]" {
		t.Errorf("got %s\n%v", got, w.args)
	}
	s.From = nil
	if got := s.predicate(&writer{d: DuckDB}); !strings.Contains(got, "1 = 0") {
		t.Errorf("no groups: %s", got)
	}
}

func TestNumberPattern(t *testing.T) {
	t.Parallel()
	re := regexp.MustCompile(NumberPattern)
	for _, s := range []string{"", "0", "-1", "+1", "1.", ".5", ".", "-.", "1e5", "1e", "1E+5", "1e-5", "e5", "0x1", "1_0", "NaN", "inf", " 1", "1 ", "--1", "1.2.3", "1e5e5", "1e5.0", "٣", "1\n"} {
		if _, ok := value.ParseNumber(s); ok != re.MatchString(s) {
			t.Errorf("%q: number %t", s, ok)
		}
	}
}

func TestPortable(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{"abc": "literal", "é": "literal", "a.c": "yes", `\p{L}`: "no", "(?P<a>x)": "no", "é+": "no", "a{1000}": "no", "(": "no", `\d+`: "yes", "\x00": "no"} {
		_, literal, ok := portable(pattern)
		got := map[bool]string{true: "yes", false: "no"}[ok]
		if literal {
			got = "literal"
		}
		if got != want {
			t.Errorf("%q: %s", pattern, got)
		}
	}
}

// tokens are the quoted parts of a statement, and the rest.
var tokens = regexp.MustCompile(`'(?:[^']|'')*'|"(?:[^"]|"")*"`)

// FuzzTranslate checks that nothing of a query's text gets into the statements but names of known columns.
func FuzzTranslate(f *testing.F) {
	for _, q := range []string{
		`fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 25 | filter eventSource = "c" and errorCode= "N"`,
		"filter a.`b\" or 1=1 --` = '\\' or 1=1' or not (eventName in ['x', 5, \"7\"]) | stats count(*) as `x\"y`, min(errorCode) by bin(5m), `eventName` | sort `x\"y` desc",
		`filter @message like /(?i)a.*b/ and @timestamp >= 5 or readOnly = "true" | stats sum(errorCode like "x"), avg(readOnly), count_distinct(@log) by ispresent(errorCode)`,
	} {
		f.Add(q)
	}
	known := map[string]bool{"'111122223333:'": true, "'/d/a''b.parquet'": true, "'1'": true, "'0'": true, "'" + NumberPattern + "'": true}
	for _, h := range segment.Holes() {
		known["'"+h.Sign+"'"] = true
	}
	known["''"], known["'"+segment.Pin+"'"], known["'"+segment.PinItself+"'"] = true, true, true
	for _, n := range append(segment.Promoted(), segment.MessageColumn, colAccount, colRegion, colGroup, colOrd, colSize, block.Timestamp, block.IngestionTime, block.Message, block.LogStream) {
		known[`"`+n+`"`] = true
	}
	rest := regexp.MustCompile(`^[A-Za-z0-9_ (),.*$=<>|%+\[\]-]*$`)
	words := regexp.MustCompile(`[A-Za-z_]+[0-9]*`)
	allowed := map[string]bool{}
	for _, w := range strings.Fields("SELECT FROM WHERE AND OR NOT IN IS NULL DISTINCT CAST TRY_CAST AS BIGINT DOUBLE CASE WHEN THEN ELSE END GROUP BY ORDER ASC DESC HAVING LIMIT OVER FILTER " +
		"count sum min max coalesce false read_parquet hive_partitioning union_by_name contains regexp_matches strlen replace rank n b r g h") {
		allowed[w] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > syntax.MaxLength {
			return
		}
		p, err := plan.Compile(text)
		if err != nil {
			return
		}
		tr, err := Translate(p, DuckDB, scope(), 0, 10)
		if err != nil {
			if !errors.Is(err, errInexpressible) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		for _, s := range tr.Statements {
			for _, q := range tokens.FindAllString(s.SQL, -1) {
				if !known[q] {
					t.Errorf("%q: %s in %s", text, q, s.SQL)
				}
			}
			bare := tokens.ReplaceAllString(s.SQL, "")
			if !rest.MatchString(bare) {
				t.Errorf("%q: %s", text, bare)
			}
			for _, w := range words.FindAllString(bare, -1) {
				if !allowed[w] && !regexp.MustCompile(`^c[0-9]+$`).MatchString(w) {
					t.Errorf("%q: word %s in %s", text, w, bare)
				}
			}
			for n := 1; n <= len(s.Args); n++ {
				if !strings.Contains(s.SQL, fmt.Sprintf("$%d", n)) {
					t.Errorf("%q: argument %d of %d is not used", text, n, len(s.Args))
				}
			}
			if !strings.Contains(s.SQL, `"_account" = $1 AND "_region" = $2`) || s.Args[0] != "111122223333" {
				t.Errorf("%q: not confined: %s", text, s.SQL)
			}
		}
	})
}
