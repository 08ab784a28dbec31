package accel

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// top is the order in which the stage after stats takes its rows: the first limit by the aggregate name.
type top struct {
	name   string
	desc   bool
	limit  int
	column int // of the statement, -1 if the aggregate is no plain number
}

// topOf is the order of the last stage if it follows stats at once and leaves no row out for another reason.
func topOf(p *plan.Plan, limit int) *top {
	if len(p.Stages) != 2 {
		return nil
	}
	st := &p.Stages[1]
	if limit <= 0 || p.Limited {
		limit = st.Limit
	}
	if len(st.Rows) > 0 || len(st.Sort) == 0 || st.Dedup != nil || st.Any || st.Whole != nil || st.Stats != nil || limit < 1 {
		return nil
	}
	f, ok := st.Sort[0].X.(*syntax.Field)
	if !ok {
		return nil
	}
	return &top{f.Name(), st.Sort[0].Desc, limit, -1}
}

// best writes stats of which only the groups that can be in the result are given: those as good as the limit-th by the
// first key of sort. Which of equals are shown is decided in Go, so all of them are given.
func (t *translator) best(cols, by []string, from string, max int, o *top) string {
	cols = append(cols, "count(*)", t.d.Int("sum("+t.d.Ident(colSize)+")"))
	named, names := make([]string, len(cols)), make([]string, len(cols))
	for i, c := range cols {
		names[i] = fmt.Sprintf("c%d", i)
		named[i] = c + " AS " + names[i]
	}
	dir := " ASC"
	if o.desc {
		dir = " DESC"
	}
	n := len(names)
	inner := "SELECT " + strings.Join(named, ", ") + from + " GROUP BY " + strings.Join(by, ", ")
	ranked := "SELECT " + strings.Join(names[:n-2], ", ") + ", " + t.d.Int("sum("+names[n-2]+") OVER ()") + " AS n, " +
		t.d.Int("sum("+names[n-1]+") OVER ()") + " AS b, rank() OVER (ORDER BY " + names[o.column] + dir + ") AS r FROM (" + inner + ") AS g"
	return "SELECT " + strings.Join(names[:n-2], ", ") + ", n, b FROM (" + ranked + ") AS h WHERE r <= " + strconv.Itoa(o.limit) + " LIMIT " + strconv.Itoa(max+1)
}
