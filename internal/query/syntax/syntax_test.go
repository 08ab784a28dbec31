package syntax

import (
	"errors"
	"testing"
)

var good = []string{
	``,
	`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com"`,
	`filter a = 'b' and errorCode= "X" | stats count(*) as count by sourceIPAddress, eventName | sort count desc | limit 25`,
	"FIELDS eventName # words |\n| FILTER eventName NOT IN [\"a\", 'b'] OR not x like /a\\/b/ and !ispresent(y)",
	`fields a-b as c, (1 + 2) * 3 ^ 2 % 4 - -5 as d, 1 - (2 - 3), a / b / c`,
	"fields `foo-bar`, m.`user.id`, a[1].b, d.items.1.id, @@own, `limit`, count",
	`fields jsonParse(x).a.b[1] as y, jsonParse(x)[0]`,
	`parse @message "user=*, method:*" as @user, @method | parse /(?<a>x)/ | parse f /(?<a>x)/ multi | parse "a * b" as c`,
	`parse lf logfmt as l | parse csvLine csv as a, b | parse @message XML '/a/b' as x | parse json field=f "k.s" as z`,
	`stats count(*), sum(a)/count(*) as x, pct(d, 99.5) by bin(5m) as t, awsRegion offset 7d | dedup a, b.c`,
	`pattern @message | diff previousDay`, `pattern @message | anomaly`, `fields a | unmask`, `fields a | estimate`,
	`unnest d.items into it | display it.id`, `expand requestParameters.scopes`, `filterIndex a = "b" and c in ["d"]`,
	`SOURCE logGroups(namePrefix: ['a', 'b'], class: ['STANDARD']) | fields a`, `SOURCE "x" start=-1d end=now | fields a`,
	`SOURCE "a", 'b' START=1772323200000 END=1772323919999 | fields a`, `SOURCE lg-1 start=-1d end=now | fields a`,
	`SOURCE logGroupTags([{"key":"env","values":["prod","!dev*"]}]) | fields a`, `SOURCE dataSource(['a.b']) logGroups() | fields a`,
	`lookup users sub as additionalEventData.sub, b OUTPUT mail, plan as p`, `cidrlookup t ip as cidr OUTPUTNEW zone`,
	`join type=inner left=a right=b where a.additionalEventData.sub = b.sub (SOURCE 'cogtrail/users') | stats count(*) as c by b.plan`,
	`filter s in ( SOURCE 'u' | filter plan = "free" | fields sub )`, `addtotals col=true row=false`, `addtotals a, b`,
	`autoregress durationMs p=1-3`, `accum d as total`, `filldown a pre*`, `fillmissing with 0 for c, -1 for d`, `fillmissing`,
	`outlier action=remove param=1.5 durationMs`, `sessionize ip maxspan 3m as s`, `countFrequent a, b`,
	`relevantfields where errorCode = "X"`, `stats count(*) as c by a | appendcols ( stats max(d) as m by a )`,
	`stats count(*) by bin(5m) | logcompare timeshift 1d`, `where a = 1 | head 1`, `tail 2`, `limit any 1`, `search "x"`,
	`display loggingType = "ERROR" as isError`, `fields "a\\d\"q\n" as s, 'it\'s'`,
	`filter a =~ /x/ and b in ("p", "q")`,
}

func TestParse_round_trip(t *testing.T) {
	t.Parallel()
	for _, text := range good {
		roundTrip(t, text)
	}
}

func roundTrip(t *testing.T, text string) {
	t.Helper()
	q, err := Parse(text)
	if err != nil {
		t.Errorf("Parse(%q): %v", text, err)
		return
	}
	print := q.String()
	again, err := Parse(print)
	if err != nil {
		t.Errorf("Parse(%q), the print of %q: %v", print, text, err)
		return
	}
	if got := again.String(); got != print {
		t.Errorf("print of %q changed:\n%s\n%s", text, print, got)
	}
	for _, c := range q.Commands {
		r := c.Range()
		if r.Start < 0 || r.End > len(text) || r.Start >= r.End {
			t.Errorf("%q: command %s stands at %v", text, c, r)
		}
	}
}

func TestParse_errors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		start, end int
		message    string
	}{
		{"unknown command", `fieldz @message`, 0, 6, "mismatched input 'fieldz' expecting {K_PARSE, K_SEARCH, K_FIELDS, K_DISPLAY, K_FILTER, K_SORT, K_ORDER, K_HEAD, K_LIMIT, K_TAIL, K_STATS}"},
		{"end of text", `filter eventName = `, 19, 19, "mismatched input '<EOF>' expecting {STRING, NUMBER, FIELD, '('}"},
		{"empty command", `fields a | | limit 1`, 11, 12, "mismatched input '|' expecting {K_PARSE, K_SEARCH, K_FIELDS, K_DISPLAY, K_FILTER, K_SORT, K_ORDER, K_HEAD, K_LIMIT, K_TAIL, K_STATS}"},
		{"characters, not bytes", `filter a = "ä" )`, 15, 16, "mismatched input ')' expecting {<EOF>, '|'}"},
		{"too few wildcards", `parse @message "user=*" as a, b`, 15, 23, "Number of wildcards in the glob expression does not match the number of aliases"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(c.text)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if e.Start != c.start || e.End != c.end || e.Message != c.message {
				t.Errorf("got [%d,%d] %s", e.Start, e.End, e.Message)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range good {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > MaxLength {
			return
		}
		q, err := Parse(s)
		if err != nil {
			return
		}
		p := q.String()
		again, err := Parse(p)
		if err != nil {
			var e *Error
			if errors.As(err, &e) && len(p) > MaxLength {
				return
			}
			t.Fatalf("%q prints as %q: %v", s, p, err)
		}
		if again.String() != p {
			t.Fatalf("%q prints as %q, then as %q", s, p, again.String())
		}
	})
}
