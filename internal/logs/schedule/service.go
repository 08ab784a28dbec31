package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// JobKind is the kind of the jobs that trigger queries.
const JobKind = "logs.schedule"

// maxSchedules bounds the scheduled queries of an account and Region. (inferred)
const maxSchedules = 1000

// Schedule is a scheduled query. Times are milliseconds since 1970 UTC.
type Schedule struct {
	Account, Region, ID string
	Name                string
	Description         string `json:",omitempty"`
	Text                string
	Groups              []string // names
	Expression          string
	Zone                string `json:",omitempty"`
	Offset              int64  // seconds that a run looks back
	Begin, End          int64  `json:",omitempty"` // as given
	Role                string
	Enabled             bool
	Destination         *Destination `json:",omitempty"`
	Created, Updated    int64
	// Next is the instant that is waited for, 0 for none.
	Next int64 `json:",omitempty"`
	// Last run, its query, and why it could not be started.
	LastRun   int64  `json:",omitempty"`
	LastQuery string `json:",omitempty"`
	LastError string `json:",omitempty"`
}

// trigger is one run.
type trigger struct {
	Account, Region, ID string
	At                  int64
	Query               string `json:",omitempty"` // empty if it could not be started
	Status, Error       string `json:",omitempty"` // of a run that could not be started
	// Delivery is how the result comes to its destination, nil without one.
	Delivery *delivery `json:",omitempty"`
}

var (
	schedules = store.Table[Schedule]{
		Name: "logs.schedules",
		Key:  func(s *Schedule) store.Key { return store.K(s.Account, s.Region, s.ID) },
		Indexes: []store.Index[Schedule]{{Name: "name", Unique: true, Of: func(s *Schedule) []store.Key {
			return []store.Key{store.K(s.Account, s.Region, s.Name)}
		}}},
	}
	triggers = store.Table[trigger]{
		Name: "logs.schedules.history",
		Key:  func(t *trigger) store.Key { return store.K(t.Account, t.Region, t.ID, t.At) },
	}
)

// ARN names the scheduled query. [CloudWatch Logs: scheduled queries]
func (s *Schedule) ARN() string {
	return arn.Regional("logs", s.Region, s.Account, "scheduled-query:"+s.ID)
}

// Launch is a query to be started. Start is the first instant, End the first after the range.
type Launch struct {
	Account, Region, Role string
	Text                  string
	Groups                []string
	Start, End            time.Time
}

// Queries is package insight.
type Queries interface {
	// Launch starts a query in tx. The error of a text that does not compile wraps ErrQuery.
	Launch(tx store.Tx, l Launch) (id string, err error)
	// Outcome is the state of a query and why it failed; ok is false when it is not kept any more.
	Outcome(tx store.Tx, account, region, id string) (status, reason string, ok bool, err error)
	// Result is what a query that is complete has found.
	Result(tx store.Tx, account, region, id string) (*Result, error)
}

// ErrQuery is a text that does not compile.
var ErrQuery = errors.New("the query is not valid")

// Service answers the operations and triggers the queries.
type Service struct {
	State   store.State
	Tokens  logs.Tokens
	Queries Queries
	Buckets Buckets
	// Role tells whether a role trusts CloudWatch Logs with a scheduled query, an ARN, and may run queries over the groups.
	Role func(tx store.Tx, account, region, query, role string, groups []string) error
	Now  func() time.Time
}

var _ api.ScheduleAPI = (*Service)(nil)

func invalid(message string) error { return api.ValidationException(message) } // (inferred: the texts)

// find returns the scheduled query of a name or an ARN, which the caller must be allowed to use: a name hides from policies
// which one it is.
func find(c *op.Call, action, identifier string) (*Schedule, error) {
	none := api.ResourceNotFoundException("The specified scheduled query does not exist.") // (inferred)
	var s *Schedule
	var err error
	if a, perr := arn.Parse(identifier); perr == nil {
		id, ok := strings.CutPrefix(a.Resource, "scheduled-query:")
		if !ok || a.Service != "logs" || a.Account != c.Account || a.Region != c.Region {
			return nil, none
		}
		s, err = schedules.Get(c.Tx, store.K(c.Account, c.Region, id))
	} else {
		s, err = schedules.Find(c.Tx, "name", store.K(c.Account, c.Region, identifier))
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, none
	}
	if err != nil {
		return nil, fmt.Errorf("read scheduled query: %w", err)
	}
	ok, err := c.Allowed("logs:"+action, s.ARN(), c.Account, "")
	if err != nil {
		return nil, fmt.Errorf("authorise %s: %w", action, err)
	}
	if !ok {
		return nil, api.AccessDeniedException("User: " + c.Caller.ARN + " is not authorized to perform: logs:" + action + " on resource: " + s.ARN())
	}
	return s, nil
}

// given are the members that creation and update share.
type given struct {
	Description    *string
	Language, Text string
	Groups         []string
	Expression     string
	Zone           *string
	Offset         *int64
	Destination    *api.DestinationConfiguration
	Begin, End     *int64
	Role           string
	State          *string
}

// set takes over what a call gives, or refuses it.
func (sv *Service) set(c *op.Call, s *Schedule, g given) error {
	if g.Language != "CWLI" {
		return invalid("The query language " + g.Language + " is not supported by this server.")
	}
	expression, err := Parse(g.Expression)
	if err != nil {
		return invalid(err.Error())
	}
	s.Zone = logs.Text(g.Zone)
	if _, err := time.LoadLocation(s.Zone); err != nil {
		return invalid("Unknown time zone: " + s.Zone)
	}
	s.Groups = nil
	for _, id := range g.Groups {
		name, err := logs.Identified(c, id)
		if err != nil {
			return err
		}
		s.Groups = append(s.Groups, name)
	}
	s.Description, s.Text, s.Expression, s.Role, s.Enabled = logs.Text(g.Description), g.Text, g.Expression, g.Role, logs.Text(g.State) != "DISABLED"
	s.Begin, s.End, s.Offset, s.Updated = number(g.Begin), number(g.End), number(g.Offset), c.Now.UnixMilli()
	if s.Offset < 0 {
		return invalid("startTimeOffset must not be negative.")
	}
	if s.Begin > 0 && s.End > 0 && s.Begin >= s.End {
		return invalid("scheduleStartTime must be before scheduleEndTime.")
	}
	if err := sv.mayPass(c, s.Role); err != nil {
		return err
	}
	if err := sv.Role(c.Tx, s.Account, s.Region, s.ARN(), s.Role, s.Groups); err != nil {
		return invalid(err.Error())
	}
	if err := sv.setDestination(c, s, g.Destination); err != nil {
		return err
	}
	return s.wait(c.Tx, expression, c.Now)
}

// mayPass refuses who may not pass the role: otherwise, who may schedule queries could act as any role that trusts
// CloudWatch Logs. [IAM: PassRole]
func (sv *Service) mayPass(c *op.Call, role string) error {
	ok, err := c.Allowed("iam:PassRole", role, c.Account, "")
	if err != nil {
		return fmt.Errorf("authorise iam:PassRole: %w", err)
	}
	if !ok {
		return api.AccessDeniedException("User: " + c.Caller.ARN + " is not authorized to perform: iam:PassRole on resource: " + role +
			" because no identity-based policy allows the iam:PassRole action")
	}
	return nil
}

// wait sets the next instant and its job.
func (s *Schedule) wait(tx store.Tx, e *Expression, now time.Time) error {
	s.Next = 0
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return fmt.Errorf("zone of a scheduled query: %w", err)
	}
	after := now
	if begin := millis(s.Begin); begin > now.UnixMilli() {
		after = time.UnixMilli(begin - 1)
	}
	next, ok := e.Next(after.In(zone), time.UnixMilli(s.Created))
	if !s.Enabled || !ok || s.End > 0 && next.UnixMilli() > millis(s.End) {
		return nil
	}
	s.Next = next.UnixMilli()
	return job.Enqueue(tx, next, s.Account, s.Region, JobKind, work{s.Account, s.Region, s.ID, s.Next})
}

// millis takes seconds or milliseconds. (inferred)
func millis(n int64) int64 {
	if n < 100_000_000_000 {
		return n * 1000
	}
	return n
}

func number(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}

func newID() string { return uuid.NewString() }
