package attack

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// pager is one operation that gives out page tokens.
type pager struct {
	service, operation string
	in                 map[string]any
	ask, answer        string // members of the token
	other              map[string]any
}

// Page tokens that were made up, changed, or given for another question.
func TestAttack44_PageTokens_CVE_2026_33503(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool, foreign := p.pool(nil), p.pool(nil)
	for i := range 3 {
		for _, x := range []string{pool.ID, foreign.ID} {
			p.root(idp, "AdminCreateUser", map[string]any{"UserPoolId": x, "Username": fmt.Sprintf("u%d", i), "MessageAction": "SUPPRESS"})
		}
		p.root("logs", "CreateLogGroup", map[string]any{"logGroupName": fmt.Sprintf("a44/%d", i)})
	}
	_, stranger := p.user(allow(`"*"`, "*"))
	group := name("a44/events")
	p.root("logs", "CreateLogGroup", map[string]any{"logGroupName": group})
	p.root("logs", "CreateLogStream", map[string]any{"logGroupName": group, "logStreamName": "s"})
	now := time.Now().UnixMilli()
	p.root("logs", "PutLogEvents", map[string]any{"logGroupName": group, "logStreamName": "s", "logEvents": []any{
		map[string]any{"timestamp": now, "message": "one"}, map[string]any{"timestamp": now + 1, "message": "two"}, map[string]any{"timestamp": now + 2, "message": "three"},
	}})
	pagers := []pager{
		{idp, "ListUsers", map[string]any{"UserPoolId": pool.ID, "Limit": 1}, "PaginationToken", "PaginationToken", map[string]any{"UserPoolId": foreign.ID, "Limit": 1}},
		{idp, "ListUserPools", map[string]any{"MaxResults": 1}, "NextToken", "NextToken", nil},
		{"cloudtrail", "LookupEvents", map[string]any{"MaxResults": 1}, "NextToken", "NextToken", map[string]any{"MaxResults": 1,
			"LookupAttributes": []any{map[string]any{"AttributeKey": "EventName", "AttributeValue": "CreateUserPool"}}}},
		{"logs", "DescribeLogGroups", map[string]any{"limit": 1, "logGroupNamePrefix": "a44/"}, "nextToken", "nextToken", map[string]any{"limit": 1, "logGroupNamePrefix": "a4"}},
		{"logs", "FilterLogEvents", map[string]any{"logGroupName": group, "limit": 1}, "nextToken", "nextToken", map[string]any{"logGroupName": group, "limit": 1, "filterPattern": "one"}},
	}
	with := func(in map[string]any, member, token string) map[string]any {
		out := map[string]any{member: token}
		for k, v := range in {
			out[k] = v
		}
		return out
	}
	for i, g := range pagers {
		var token string
		eventually(t, g.operation+" has a second page", func() bool {
			token, _ = p.root(g.service, g.operation, g.in)[g.answer].(string)
			return token != ""
		})
		if a, err := p.call(&srv.Root, g.service, g.operation, with(g.in, g.ask, token)); err != nil || a.Err() != nil {
			t.Errorf("%s: the good token is refused: %v %s", g.operation, err, a.Body)
		}
		for _, bad := range append(spoiled(token), "' OR 1=1 --", "1; DROP TABLE users", "../../etc/passwd", "{}", strings.Repeat("A", 100_000), "\x00", "null", "-1", "%00",
			p.tokenOf(pagers[(i+1)%len(pagers)])) {
			if bad == "" {
				continue
			}
			a, err := p.call(&srv.Root, g.service, g.operation, with(g.in, g.ask, bad))
			p.refused(fmt.Sprintf("%s with %.30q of %d", g.operation, bad, len(bad)), a, err)
		}
		if g.other != nil {
			a, err := p.call(&srv.Root, g.service, g.operation, with(g.other, g.ask, token))
			p.refused(g.operation+" with the token of another question", a, err)
		}
		if g.operation == "ListUsers" || g.operation == "ListUserPools" {
			a, err := p.call(&stranger, g.service, g.operation, with(g.in, g.ask, token))
			p.refused(g.operation+" with the token of another caller", a, err)
		}
	}
	p.put("a44/1", "x")
	p.put("a44/2", "x")
	for _, bad := range []string{"x", "' OR 1=1 --", strings.Repeat("A", 5000), "../", "AAAA", "\x00"} {
		a, err := srv.S3(t.Context(), &srv.Root, "GET", "/"+trail.Data+"?"+url.Values{"list-type": {"2"}, "prefix": {"a44/"}, "max-keys": {"1"}, "continuation-token": {bad}}.Encode(), nil, nil)
		p.refused("S3 continuation "+bad[:min(20, len(bad))], a, err)
		// IAM's markers are open: a place in the caller's own list and nothing else.
		a, err = p.call(&srv.Root, "iam", "ListUsers", url.Values{"MaxItems": {"1"}, "Marker": {bad}})
		p.n++
		if err != nil || a.Status/100 == 5 || strings.Count(string(a.Body), "<member>") > 1 || strings.Contains(string(a.Body), "<UserName>"+bad) {
			t.Errorf("IAM marker %.20q: %v %s", bad, err, a.Body)
		}
	}
}

// tokenOf is a good token of an operation.
func (p *probe) tokenOf(g pager) string {
	p.Helper()
	token, _ := p.root(g.service, g.operation, g.in)[g.answer].(string)
	return token
}
