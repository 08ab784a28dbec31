package qtest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Random makes a valid query over the groups of testdata/fixture.inc. Its result is the same for every engine: it has no
// limit any, and no order that nothing decides. The same r makes the same query.
func Random(r *rand.Rand) string {
	g := &generator{r: r}
	for range r.IntN(4) {
		g.rowCommand()
	}
	if r.IntN(2) == 0 {
		g.stats()
		if r.IntN(3) == 0 {
			g.add("filter " + g.condition(2))
		}
		if r.IntN(4) == 0 {
			g.stats()
		}
	} else if r.IntN(4) == 0 {
		g.add("fields " + g.column())
	}
	g.end()
	return strings.Join(g.commands, " | ")
}

type generator struct {
	r        *rand.Rand
	commands []string
	names    int
	// after holds the names that there are after stats; nil before.
	after []string
	// made are the names of rows before stats that fields and parse made.
	made []string
}

func (g *generator) add(c string) { g.commands = append(g.commands, c) }

func (g *generator) pick(of ...string) string { return of[g.r.IntN(len(of))] }

func (g *generator) name() string {
	g.names++
	return fmt.Sprintf("v%d", g.names)
}

var fixtureFields = []string{
	"eventName", "eventSource", "errorCode", "sourceIPAddress", "awsRegion", "additionalEventData.sub", "durationMs", "flag", "eventType",
	"resources.0.type", "requestParameters.scopes.1", "nosuch", "empty", "blank", "detail", "@logStream", "@log", "`foo-bar`",
}

// field is a name that there is.
func (g *generator) field() string {
	if g.after != nil {
		return g.pick(g.after...)
	}
	if len(g.made) > 0 && g.r.IntN(4) == 0 {
		return g.pick(g.made...)
	}
	return g.pick(fixtureFields...)
}

var fixtureTexts = []string{
	`"InitiateAuth"`, `"ForgotPassword"`, `"GetId"`, `"cognito-idp.amazonaws.com"`, `"NotAuthorizedException"`, `"us-east-1"`, `"sub-a"`, `"198.51.100.7"`,
	`"7"`, `"07"`, `"true"`, `""`, `"  "`, `"nosuch"`, `"REPORT"`, `"X"`, `"1"`,
}

func (g *generator) literal() string {
	if g.r.IntN(3) == 0 {
		return g.pick("0", "1", "7", "7.0", "12.5", "30", "55", "100", "1772323500000")
	}
	return g.pick(fixtureTexts...)
}

func (g *generator) condition(depth int) string {
	if depth > 0 {
		switch g.r.IntN(5) {
		case 0:
			return "(" + g.condition(depth-1) + " and " + g.condition(depth-1) + ")"
		case 1:
			return "(" + g.condition(depth-1) + " or " + g.condition(depth-1) + ")"
		case 2:
			return g.pick("not ", "!") + "(" + g.condition(depth-1) + ")"
		}
	}
	f := g.field()
	switch g.r.IntN(7) {
	case 0:
		return f + g.pick(" like ", " not like ") + g.pick(`"Auth"`, `"e"`, `"."`, `""`, "/^Get/", "/(?i)exception$/", `/\d+/`, "/POST$/")
	case 1:
		return f + g.pick(" in [", " not in [") + g.literal() + ", " + g.literal() + "]"
	case 2:
		return g.pick("ispresent(", "isempty(", "isNumeric(") + f + ")"
	case 3:
		return g.literal() + g.pick(" = ", " != ", " < ") + f
	case 4:
		if g.after == nil {
			return g.pick("@timestamp", "toMillis(@timestamp)") + g.pick(" > ", " <= ") + g.pick("1772323500000", "1772323200000", "1772323860000")
		}
	}
	return f + g.pick(" = ", " != ", " < ", " <= ", " > ", " >= ") + g.literal()
}

func (g *generator) expression(depth int) string {
	if depth == 0 {
		return g.field()
	}
	switch g.r.IntN(9) {
	case 0:
		return "(" + g.expression(depth-1) + g.pick(" + ", " - ", " * ", " / ", " % ") + g.pick("2", "3", g.field()) + ")"
	case 1:
		return g.pick("toupper(", "tolower(", "strlen(", "trim(") + g.expression(depth-1) + ")"
	case 2:
		return "coalesce(" + g.expression(depth-1) + ", " + g.literal() + ")"
	case 3:
		return "if(" + g.condition(1) + ", " + g.expression(depth-1) + ", " + g.literal() + ")"
	case 4:
		return "concat(" + g.expression(depth-1) + `, "-", ` + g.field() + ")"
	case 5:
		return "substr(" + g.field() + ", " + g.pick("0", "2", "9") + ", 3)"
	case 6:
		return "(" + g.condition(1) + ")"
	}
	return g.field()
}

// column is an expression with a name of its own.
func (g *generator) column() string {
	x, n := g.expression(2), g.name()
	if g.after == nil {
		g.made = append(g.made, n)
	} else {
		g.after = append(g.after, n)
	}
	return x + " as " + n
}

func (g *generator) rowCommand() {
	switch g.r.IntN(5) {
	case 0:
		g.add("fields " + g.column())
	case 1:
		n := g.name()
		g.add("parse " + g.pick("eventName", "@message", "sourceIPAddress") + " " + g.pick(`"*a*"`, `"*.*"`, `"*e*"`) + " as " + n + ", " + n + "b")
		g.made = append(g.made, n)
	default:
		g.add("filter " + g.condition(2))
	}
}

func (g *generator) stats() {
	var aggs, by, names []string
	first := g.after == nil
	for range 1 + g.r.IntN(3) {
		x := g.pick("count(*)", "count("+g.field()+")", "count_distinct("+g.field()+")", "min("+g.field()+")", "max("+g.field()+")",
			"sum("+g.condition(1)+")", "sum("+g.field()+")", "pct("+g.field()+", 50)", "sortsFirst("+g.field()+")")
		if first && g.r.IntN(5) == 0 {
			x = g.pick("earliest(", "latest(") + g.field() + ")"
		}
		n := g.name()
		aggs, names = append(aggs, x+" as "+n), append(names, n)
	}
	for range g.r.IntN(3) {
		n := g.name()
		switch {
		case first && g.r.IntN(3) == 0:
			by = append(by, g.pick("bin(5m)", "bin(1m)", "bin(1h)", "datefloor(@timestamp, 2m)")+" as "+n)
		case g.r.IntN(4) == 0:
			by = append(by, g.condition(0)+" as "+n)
		default:
			by = append(by, g.field()+" as "+n)
		}
		names = append(names, n)
	}
	c := "stats " + strings.Join(aggs, ", ")
	if len(by) > 0 {
		c += " by " + strings.Join(by, ", ")
	}
	g.add(c)
	g.after = names
}

// end orders by every column, or by time, and cuts.
func (g *generator) end() {
	if g.after != nil {
		keys := make([]string, 0, len(g.after))
		for _, n := range g.after {
			keys = append(keys, n+g.pick(" asc", " desc", ""))
		}
		if g.r.IntN(2) == 0 {
			g.add("sort " + strings.Join(keys, ", "))
		}
	} else {
		if len(g.made) == 0 {
			g.add("fields @timestamp, " + g.field())
		}
		if g.r.IntN(2) == 0 {
			g.add("sort " + g.pick("@timestamp desc", "@timestamp asc", g.field()+" desc", g.field()+", @timestamp"))
		}
		if g.r.IntN(5) == 0 {
			g.add("dedup " + g.field())
		}
	}
	if g.r.IntN(2) == 0 {
		g.add("limit " + g.pick("1", "3", "5", "100"))
	}
}
