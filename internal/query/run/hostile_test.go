package run_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/run"
)

// One event must not be able to hold a worker beyond the query's deadline, nor to fill the memory.
func TestRun_hostile_events(t *testing.T) {
	t.Parallel()
	list := `{"l":[` + strings.Repeat("1,", 3000) + `1]}`
	big := `{"s":"` + strings.Repeat("x", 200_000) + `"}`
	deep := `{"s":"` + strings.Repeat("[", 900_000) + `"}`
	columns := `fields concat(s, s, s, s) as c0`
	for i := range 50 {
		columns += fmt.Sprintf(` | fields concat(c%d, "x") as c%d`, i, i+1)
	}
	for _, c := range []struct {
		name, text, message string
		want                error
	}{
		{"rows without end", `fields jsonParse(@message) as d | unnest d.l into a | unnest d.l into b | unnest d.l into c | stats count(*)`, list, context.DeadlineExceeded},
		{"doubling", `fields concat(s,s,s,s) as a | fields concat(a,a,a,a) as b | fields concat(b,b,b,b,b,b,b,b) as c | fields strlen(concat(c,c)) as n | display n`, big, nil},
		{"replacing", `fields strlen(replace(s, "x", s)) as n, strlen(regexReplace(s, "x", "$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0")) as m`, big, nil},
		{"large texts in many columns", columns + ` | stats count(c50)`, big, run.ErrMemory},
		{"large texts of many rows", `fields jsonParse(@message) as d | unnest d.l into x | stats max(strlen(concat(@message, x, @message)))`, list, nil},
		{"nesting", `fields jsonParse(s) as d | fields d.0.0 as e`, deep, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			if errors.Is(c.want, context.DeadlineExceeded) {
				ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
			}
			defer cancel()
			_, err := run.Run(ctx, compile(t, c.text), options(&lines{messages: []string{c.message}, size: 1}))
			if !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
