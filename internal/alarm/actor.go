package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Topics publishes to topics as CloudWatch. An error of type *schema.Error (the
// topic is gone, its policy forbids) is final; any other is tried again.
type Topics interface {
	Publish(tx store.Tx, now time.Time, topicARN, subject, message string) error
	// Check tells whether the service may publish for the account sourceAccount.
	Check(tx store.Tx, topicARN, service, sourceAccount, sourceARN string) error
}

// Functions runs Lambda functions. An error is tried again.
type Functions interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// principalName is who publishes.
const principalName = "cloudwatch.amazonaws.com"

// Actor runs the actions of transitions. It handles jobs of JobKind.
type Actor struct {
	State  store.State
	Topics Topics
	// Functions is nil if there is nothing to run functions.
	Functions Functions
	// Now tells business time; time.Now if nil.
	Now func() time.Time
}

// Run runs one action once: effect and history item commit together, and a
// repeated job finds the item.
func (a *Actor) Run(ctx context.Context, j job.Job) error {
	var act action
	if err := json.Unmarshal(j.Payload, &act); err != nil {
		return fmt.Errorf("decode alarm action: %w", err)
	}
	now := time.Now()
	if a.Now != nil {
		now = a.Now()
	}
	i := itemOf(j, &act)
	if service(act.Action) == "lambda" && a.Functions != nil {
		return a.call(ctx, j, &act, i)
	}
	return a.State.Update(ctx, func(tx store.Tx) error {
		if done, err := history.Has(tx, history.Key(&i)); err != nil || done {
			return err
		}
		var refused *schema.Error
		err := tx.Savepoint(func() error { return a.act(tx, now, j, &act) })
		if err != nil && !errors.As(err, &refused) {
			return fmt.Errorf(runs+"%w", err)
		}
		return remember(tx, i, &act, refused)
	})
}

// itemOf is the history item of an action: the job's id makes its key, and it comes after its cause.
func itemOf(j job.Job, act *action) item {
	return item{Account: j.Account, Region: j.Region, Name: act.Name, ID: "job-" + j.ID, At: act.At.Add(time.Millisecond).UnixNano(), Type: actionItem,
		Composite: act.Composite}
}

// runs begins the errors of runs that another may mend.
const runs = "run alarm action: "

// GivenUp writes the history item of an action that failed as often as it may be tried. It follows jobs of JobKind.
func GivenUp(tx store.Tx, _ time.Time, j job.Job) error {
	var act action
	if err := json.Unmarshal(j.Payload, &act); err != nil {
		return nil // nobody can say whose it was
	}
	i := itemOf(j, &act)
	// A run that lost its lease may have got through.
	if done, err := history.Has(tx, history.Key(&i)); err != nil || done {
		return err
	}
	return remember(tx, i, &act, &schema.Error{Message: strings.TrimPrefix(j.LastError, runs)})
}

// call runs a function of the alarm's own account, which cannot be part of a transaction: at least once.
func (a *Actor) call(ctx context.Context, j job.Job, act *action, i item) error {
	done := false
	err := a.State.View(ctx, func(tx store.Tx) (err error) {
		done, err = history.Has(tx, history.Key(&i))
		return err
	})
	if err != nil || done {
		return err
	}
	var refused *schema.Error
	if f, err := arn.Parse(act.Action); err != nil || f.Account != j.Account || f.Region != j.Region {
		refused = &schema.Error{Code: "InvalidAction", Message: "The function must be of the alarm's account and Region.", Status: 400}
	} else if _, err := a.Functions.Invoke(ctx, act.Action, []byte(act.Message)); err != nil {
		return fmt.Errorf(runs+"%w", err)
	}
	return a.State.Update(ctx, func(tx store.Tx) error {
		if done, err := history.Has(tx, history.Key(&i)); err != nil || done {
			return err
		}
		return remember(tx, i, act, refused)
	})
}

// remember adds the history item of an action that was run, or refused for good.
func remember(tx store.Tx, i item, act *action, refused *schema.Error) (err error) {
	data := struct {
		State    string `json:"actionState"`
		At       int64  `json:"stateUpdateTimestamp"`
		Resource string `json:"notificationResource"`
		Message  string `json:"publishedMessage,omitempty"`
		Error    string `json:"error,omitempty"`
	}{State: "Succeeded", At: act.At.UnixMilli(), Resource: act.Action}
	i.Summary = "Successfully executed action " + act.Action
	if refused != nil {
		data.State, data.Error = "Failed", refused.Message
		i.Summary = "Failed to execute action " + act.Action + ". Received error: \"" + refused.Message + "\"" // (inferred)
	} else if data.Message, err = plainJSON(map[string]string{"default": act.Message}); err != nil {
		return fmt.Errorf("encode alarm history: %w", err)
	}
	if i.Data, err = plainJSON(data); err != nil {
		return fmt.Errorf("encode alarm history: %w", err)
	}
	return history.Insert(tx, &i)
}

func (a *Actor) act(tx store.Tx, now time.Time, j job.Job, act *action) error {
	if service(act.Action) != "sns" {
		return &schema.Error{Code: "InvalidAction", Message: "This server runs actions of Amazon SNS topics, and of Lambda functions if it is told how.", Status: 400}
	}
	source := (&row{Account: j.Account, Region: j.Region, Name: act.Name}).arn()
	if err := a.Topics.Check(tx, act.Action, principalName, j.Account, source); err != nil {
		return err
	}
	return a.Topics.Publish(tx, now, act.Action, act.Subject, act.Message)
}
