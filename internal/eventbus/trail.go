package eventbus

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Record is an audit record that has been numbered.
type Record struct {
	Account, Region string
	Message         []byte // the record, JSON
	// Chosen says that trails have the record only if they choose it: a data or a network activity event.
	Chosen bool
}

// detailTypes are what EventBridge calls records, by their eventType.
var detailTypes = map[string]string{
	"AwsApiCall": "AWS API Call via CloudTrail", "AwsServiceEvent": "AWS Service Event via CloudTrail", "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
	"AwsConsoleAction": "AWS Console Action via CloudTrail", "AwsCloudTrailInsight": "AWS Insight via CloudTrail", "AwsVpceEvent": "AWS Network Activity Event via CloudTrail",
}

// head is what of a record makes its event.
type head struct {
	EventType   string `json:"eventType"`
	EventSource string `json:"eventSource"`
	EventTime   string `json:"eventTime"`
	ReadOnly    bool   `json:"readOnly"`
}

// Trail gives CloudTrail's records to rules.
type Trail struct {
	Service *Service
	// Logging tells whether a trail of the account logs; without one its records are no events.
	Logging func(tx store.Tx, account string) (bool, error)
	// Chosen tells whether a trail that logs chooses a record.
	Chosen func(tx store.Tx, r *Record) (bool, error)
}

// Settle gives the records of a batch to the rules of their accounts, in the transaction that numbers them: management events, and of the
// others what a trail logs. Only management events that read are kept from rules. [EventBridge: events delivered via CloudTrail]
func (t *Trail) Settle(tx store.Tx, now time.Time, records []Record) error {
	type place struct{ account, region string }
	known := map[place]*active{}
	found := map[place][]*matched{}
	var order []place
	for i := range records {
		r := &records[i]
		p := place{r.Account, r.Region}
		a, ok := known[p]
		if !ok {
			var err error
			if a, err = t.rules(tx, p.account, p.region); err != nil {
				return err
			}
			known[p] = a
			order = append(order, p)
		}
		if len(a.names) == 0 || len(r.Message) > maxEvent {
			continue
		}
		var h head
		if err := json.Unmarshal(r.Message, &h); err != nil {
			return fmt.Errorf("read record: %w", err)
		}
		kind, when := detailTypes[h.EventType], now
		if kind == "" {
			continue
		}
		if at, err := time.Parse(time.RFC3339, h.EventTime); err == nil {
			when = at
		}
		if r.Chosen {
			if ok, err := t.Chosen(tx, r); err != nil {
				return fmt.Errorf("ask trails for a record: %w", err)
			} else if !ok {
				continue
			}
		}
		source := h.EventSource // the server's own: no source of AWS's
		if label, ok := strings.CutSuffix(source, ".amazonaws.com"); ok {
			source = "aws." + label
		}
		m, err := a.match(NewEvent(when, p.account, p.region, source, kind, nil, json.RawMessage(r.Message)), h.ReadOnly && !r.Chosen)
		if err != nil {
			return err
		}
		if m != nil {
			found[p] = append(found[p], m)
		}
	}
	for _, p := range order {
		if err := t.Service.enqueue(tx, now, p.account, p.region, found[p]); err != nil {
			return err
		}
	}
	return nil
}

// rules are those of an account and Region, none if no trail logs.
func (t *Trail) rules(tx store.Tx, account, region string) (*active, error) {
	a, err := activeRules(tx, account, region)
	if err != nil || len(a.names) == 0 {
		return a, err
	}
	logging, err := t.Logging(tx, account)
	if err != nil || !logging {
		return &active{}, err
	}
	return a, nil
}
