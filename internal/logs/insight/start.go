package insight

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	maxGroups = 50
	language  = "CWLI"
	// msFrom is the least value taken for milliseconds instead of seconds; AWS's
	// own samples pass either. (inferred)
	msFrom = 100_000_000_000
)

// StartQuery checks a query and puts it into the queue.
func (s *Service) StartQuery(c *op.Call, in *api.StartQueryInput) (*api.StartQueryOutput, error) {
	if l := logs.Text(in.QueryLanguage); l != "" && l != language {
		return nil, logs.Invalid("The query language " + l + " is not supported by this server.")
	}
	q := &Query{
		Account: c.Account, Region: c.Region, ID: newID(), Text: in.QueryString, User: c.Caller.ARN,
		Limit: plan.DefaultLimit, Status: Scheduled, Created: c.Now.UnixMilli(),
	}
	if in.Limit != nil {
		q.Limit = int(*in.Limit)
		if q.Limit < 1 || q.Limit > plan.MaxLimit {
			return nil, logs.Invalid(fmt.Sprintf("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: "+
				"Member must have value between 1 and %d", q.Limit, plan.MaxLimit)) // (inferred)
		}
	}
	var err error
	if q.Start, q.End, err = timeRange(in.StartTime, in.EndTime); err != nil {
		return nil, err
	}
	p, err := plan.Compile(in.QueryString)
	if err != nil {
		return nil, malformed(c, err)
	}
	// A SOURCE with a range of its own overrides the request's.
	from, to := plan.Range(p.Source, time.UnixMilli(q.Start), time.UnixMilli(q.End), c.Now)
	if q.Start, q.End = from.UnixMilli(), to.UnixMilli(); q.Start >= q.End {
		return nil, badRange()
	}
	if err := s.choose(c, in, p, q); err != nil {
		return nil, err
	}
	if err := s.permitUnmask(c, p, q); err != nil {
		return nil, err
	}
	if err := checkTables(c, p.Query, q.Text); err != nil {
		return nil, err
	}
	active := 0
	for _, err := range queries.ScanIndex(c.Tx, "active", store.K(q.Account, q.Region), nil, false) {
		if err != nil {
			return nil, fmt.Errorf("count queries: %w", err)
		}
		active++
	}
	if active >= s.Quota {
		return nil, api.LimitExceededException(fmt.Sprintf("Account maximum query concurrency limit of [%d] reached.", s.Quota))
	}
	if err := queries.Insert(c.Tx, q); err != nil {
		return nil, fmt.Errorf("new query: %w", err)
	}
	// The row is not committed yet: Run looks again until it sees it.
	s.signal()
	return &api.StartQueryOutput{QueryId: &q.ID}, nil
}

// timeRange returns the first instant and the first after the range, in milliseconds.
func timeRange(start, end int64) (from, to int64, err error) {
	from, to = start*1000, end*1000+1000 // the end's whole second belongs to it
	if start >= msFrom {
		from = start
	}
	if end >= msFrom {
		to = end + 1
	}
	if from >= to {
		return 0, 0, badRange()
	}
	return from, to, nil
}

func badRange() error {
	return logs.Invalid("The query's start time must not be after its end time.") // (inferred)
}

// choose finds the groups of a query and refuses those that are not there.
func (s *Service) choose(c *op.Call, in *api.StartQueryInput, p *plan.Plan, q *Query) error {
	given := 0
	var names []string
	if in.LogGroupName != nil {
		given, names = given+1, []string{*in.LogGroupName}
	}
	if len(in.LogGroupNames) > 0 {
		given, names = given+1, in.LogGroupNames
	}
	if len(in.LogGroupIdentifiers) > 0 {
		given++
		names = nil
		for _, id := range in.LogGroupIdentifiers {
			name, err := logs.Identified(c, id)
			if err != nil {
				return err
			}
			names = append(names, name)
		}
	}
	if p.Source != nil {
		if given > 0 {
			return logs.Invalid("Log groups cannot be given both by the request and by the SOURCE command.") // (inferred)
		}
		q.Own = true
		var err error
		if q.Groups, err = sourceGroups(c.Tx, c.Account, c.Region, p.Source); err != nil {
			return sourceError(c, q.Text, p.Source, err)
		}
	} else {
		if given != 1 {
			return logs.Invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given.") // (inferred)
		}
		if len(names) > maxGroups {
			return logs.Invalid(fmt.Sprintf("A query may read %d log groups at most.", maxGroups)) // (inferred)
		}
		q.Groups = names
	}
	if err := checkGroups(c, q); err != nil {
		return err
	}
	if err := s.permit(c, q.Groups, false); err != nil {
		return err
	}
	return s.permitInner(c, p.Query, q)
}

// checkGroups refuses unknown groups and a range in which no group can have events.
func checkGroups(c *op.Call, q *Query) error {
	seen := 0
	for i, name := range q.Groups {
		g, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
		if err != nil {
			if refused := (*schema.Error)(nil); errors.As(err, &refused) {
				return unknownGroup(c, name)
			}
			return err
		}
		if i < maxGroups { // a SOURCE may choose thousands; the record has bounds
			logs.Subject(c, g)
		}
		expired := g.RetentionDays > 0 && q.End <= c.Now.AddDate(0, 0, -int(g.RetentionDays)).UnixMilli()
		begin := g.Created
		if g.Imported > 0 {
			begin = min(begin, g.Imported)
		}
		if q.End > begin && !expired {
			seen++
		}
	}
	if seen == 0 && len(q.Groups) > 0 {
		n := utf8.RuneCountInString(q.Text)
		return malformed(c, &syntax.Error{Start: 0, End: n, Message: fmt.Sprintf("Query's end date and time is either before the log groups "+
			"creation time or exceeds the log groups log retention settings ([0,%d])", n)})
	}
	return nil
}

func unknownGroup(c *op.Call, name string) error {
	return api.ResourceNotFoundException(tail(c, "Log group '"+name+"' does not exist for account ID '"+c.Account+"'", "ResourceNotFoundException"))
}

// malformed is a compile error as AWS answers it: the text of its inner service
// leaks through, and the place stands apart. [CloudWatch Logs: MalformedQueryException]
func malformed(c *op.Call, err error) error {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("compile query: %w", err)
	}
	out := api.MalformedQueryException(tail(c, e.Message, "MalformedQueryException"))
	out.Members = map[string]any{"queryCompileError": map[string]any{
		"location": map[string]any{"startCharOffset": e.Start, "endCharOffset": e.End},
		"message":  e.Message,
	}}
	return out
}

func tail(c *op.Call, message, code string) string {
	return message + " (Service: AWSLogs; Status Code: 400; Error Code: " + code + "; Request ID: " + c.RequestID + "; Proxy: null)"
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime stops the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
