package logdelivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Writer takes events for log groups, in the transaction of what they tell.
type Writer interface {
	// Interval is how long events for a bucket wait for others.
	Interval() time.Duration
	// Write adds an event to a stream, which is made if it is missing. A group that is gone takes nothing.
	Write(tx store.Tx, account, region, group, stream string, at time.Time, message []byte) error
}

// entry is what a log event holds. [Cognito: exporting logs]
type entry struct {
	Timestamp string          `json:"eventTimestamp"` // ms since 1970
	Source    string          `json:"eventSource"`
	Level     string          `json:"logLevel"`
	Message   json.RawMessage `json:"message"`
	Origin    struct {
		Pool string `json:"userPoolId"`
	} `json:"logSourceId"`
}

// shown are the sources as events name them.
var shown = map[string]string{Notifications: "USER_NOTIFICATION", Events: "USER_ACTIVITY"}

// Deliver sends a message of one source, a JSON object, to where a pool delivers it.
func Deliver(tx store.Tx, w Writer, p *userpool.Pool, source string, now time.Time, message []byte) error {
	list, err := Of(tx, p)
	if err != nil {
		return err
	}
	for i := range list {
		l := &list[i]
		if l.EventSource != source {
			continue
		}
		e := entry{Timestamp: strconv.FormatInt(now.UnixMilli(), 10), Source: shown[source], Level: l.LogLevel, Message: message}
		e.Origin.Pool = string(p.ID)
		raw, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode log of a user pool: %w", err)
		}
		if l.CloudWatchLogsConfiguration == nil {
			if err := wait(tx, p, now, targetOf(list), w.Interval(), raw); err != nil {
				return err
			}
			continue
		}
		region, group, err := groupOf(*l.CloudWatchLogsConfiguration.LogGroupArn)
		if err != nil {
			return err
		}
		if err := w.Write(tx, p.Account, region, group, string(p.ID)+"/"+source, now, raw); err != nil {
			return fmt.Errorf("log of a user pool: %w", err)
		}
	}
	return nil
}

// Failed sends what became of a message that could not be delivered in the end. The pool may be gone by then.
func Failed(tx store.Tx, r *userpool.Realm, w Writer, pool userpool.PoolID, details string, now time.Time) error {
	p, err := r.AnyPool(tx, pool)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read user pool: %w", err)
	}
	message, err := json.Marshal(struct {
		Details string `json:"details"`
	}{details})
	if err != nil {
		return fmt.Errorf("encode log of a user pool: %w", err)
	}
	return Deliver(tx, w, p, Notifications, now, message)
}

// groupOf is the Region and the name of a log group's ARN, which may end with ":*".
func groupOf(text string) (region, name string, err error) {
	a, err := arn.Parse(text)
	if err != nil {
		return "", "", fmt.Errorf("log group of a delivery: %w", err)
	}
	return a.Region, strings.TrimSuffix(strings.TrimPrefix(a.Resource, "log-group:"), ":*"), nil
}
