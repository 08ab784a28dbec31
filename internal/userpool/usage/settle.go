package usage

import (
	"errors"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Source is the eventSource of the records that are counted.
const Source = "cognito-idp.amazonaws.com"

// Record is the record of a call.
type Record struct {
	Account, Region string
	Time            time.Time
	Data            []byte
}

// Emit adds a summary of values to the minute of at, in tx.
type Emit func(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, s series.Summary) error

// Counter counts records.
type Counter struct {
	Realm *userpool.Realm
	Emit  Emit
}

// slot is one metric in one minute.
type slot struct {
	account, region, name string
	pool, client          string // of AWS/Cognito
	category              string // of AWS/Usage
	minute                int64
}

// tally is what a batch adds up to.
type tally struct {
	sums  map[slot]*series.Summary
	order []slot
}

func (t *tally) add(s slot, value float64) error {
	if t.sums[s] == nil {
		t.sums[s] = &series.Summary{}
		t.order = append(t.order, s)
	}
	return t.sums[s].Add(value, 1)
}

// Settle counts a batch of records. Those of other services are passed over.
func (c *Counter) Settle(tx store.Tx, records []Record) error {
	t := &tally{sums: make(map[slot]*series.Summary)}
	pools := make(map[string]string) // by client
	for i := range records {
		if err := c.count(tx, t, pools, &records[i]); err != nil {
			return fmt.Errorf("count use of user pools: %w", err)
		}
	}
	for _, s := range t.order {
		namespace, dimensions := "AWS/Cognito", map[string]string{"UserPool": s.pool, "UserPoolClient": s.client}
		if s.category != "" {
			namespace, dimensions = "AWS/Usage", map[string]string{"Service": "Cognito user pool", "Type": "API", "Resource": s.category, "Class": "None"}
		}
		err := c.Emit(tx, s.account, s.region, namespace, s.name, dimensions, "Count", time.Unix(s.minute, 0).UTC(), *t.sums[s])
		if err != nil {
			return fmt.Errorf("count use of user pools: %w", err)
		}
	}
	return nil
}

// Members of a record that are read, in this order.
var members = []string{
	"eventSource", "eventName", "errorCode", "requestParameters.userPoolId", "requestParameters.clientId", "requestParameters.authFlow",
	"requestParameters.challengeName", "responseElements.authenticationResult",
}

// throttled is the error of calls that come too fast.
const throttled = "TooManyRequestsException"

func (c *Counter) count(tx store.Tx, t *tally, pools map[string]string, r *Record) error {
	f := gjson.GetManyBytes(r.Data, members...)
	if f[0].Str != Source {
		return nil
	}
	name, failure := f[1].Str, f[2].Str
	at := slot{account: r.Account, region: r.Region, minute: r.Time.Unix() - r.Time.Unix()%60}
	calls := at
	if calls.category = category(name, f[6].Str); calls.category != "" {
		calls.name = "CallCount"
		if failure == throttled {
			calls.name = "ThrottleCount"
		}
		if err := t.add(calls, 1); err != nil {
			return err
		}
	}
	metric := metricOf(name, f[5].Str)
	if metric == "" || metric == "SignIn" && failure == "" && !f[7].Exists() {
		return nil // the sign-in goes on with a challenge
	}
	at.pool, at.client = f[3].Str, f[4].Str
	if name == "AdminCreateUser" {
		at.client = "Admin"
	}
	if at.pool == "" {
		pool, known := pools[at.client]
		if !known {
			var err error
			if pool, err = c.poolOf(tx, at.client); err != nil {
				return err
			}
			pools[at.client] = pool
		}
		at.pool = pool
	}
	if at.pool == "" || at.client == "" {
		return nil // deleted meanwhile
	}
	value := 1.0
	switch {
	case failure == throttled:
		at.name = metric + "Throttles"
	case failure != "":
		at.name, value = metric+"Successes", 0
	default:
		at.name = metric + "Successes"
	}
	return t.add(at, value)
}

// poolOf is the pool of a client, empty if there is no such client any more.
func (c *Counter) poolOf(tx store.Tx, client string) (string, error) {
	_, p, err := c.Realm.Client(tx, client)
	if refused := (*schema.Error)(nil); errors.As(err, &refused) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return string(p.ID), nil
}

// metricOf is the kind of metric a call counts in, empty for none. [Cognito: metrics]
func metricOf(name, flow string) string {
	switch name {
	case "SignUp", "AdminCreateUser":
		return "SignUp"
	case "GetTokensFromRefreshToken":
		return "TokenRefresh"
	case "InitiateAuth", "AdminInitiateAuth":
		if flow == "REFRESH_TOKEN_AUTH" || flow == "REFRESH_TOKEN" {
			return "TokenRefresh"
		}
		return "SignIn"
	case "RespondToAuthChallenge", "AdminRespondToAuthChallenge":
		return "SignIn"
	}
	return ""
}
