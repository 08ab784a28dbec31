package eventbus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/eventbus/pattern"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

// JobKind is the kind of the jobs that deliver events; Runner.Run handles them.
const JobKind = "event delivery"

// sealPurpose is what queued events are sealed for.
const sealPurpose = "event"

const (
	maxEvent = 256 << 10 // bytes; larger events match nothing
	maxJob   = 100       // events of one job
	jobBytes = 512 << 10
)

// Event is one event in its envelope, members in AWS's order.
type Event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// NewEvent puts a detail, a JSON object, into its envelope.
func NewEvent(now time.Time, account, region, source, detailType string, resources []string, detail json.RawMessage) *Event {
	if resources == nil {
		resources = []string{}
	}
	return &Event{
		Version: "0", ID: uuid.NewString(), DetailType: detailType, Source: source, Account: account, Time: now.UTC().Format(time.RFC3339), Region: region,
		Resources: resources, Detail: detail,
	}
}

// matched is an event and the rules that it matches.
type matched struct {
	Event json.RawMessage
	Rules []string
}

// active are an account's rules that may match, parsed.
type active struct {
	names    []string
	patterns []*pattern.Pattern
	readOnly []bool // takes read-only management events too
}

func activeRules(tx store.Tx, account, region string) (*active, error) {
	out := &active{}
	for r, err := range rules.Scan(tx, store.K(account, region), nil) {
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		if r.State == disabled || len(r.Targets) == 0 {
			continue
		}
		p, err := pattern.Parse(r.Pattern)
		if err != nil {
			return nil, fmt.Errorf("parse pattern of %s: %w", r.arn(), err)
		}
		out.names, out.patterns, out.readOnly = append(out.names, r.Name), append(out.patterns, p), append(out.readOnly, r.State == enabledAll)
	}
	return out, nil
}

// match returns an event with the rules that it matches; nil if there are none.
func (a *active) match(e *Event, readOnly bool) (*matched, error) {
	if len(a.names) == 0 {
		return nil, nil
	}
	raw, err := plain(e)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	if len(raw) > maxEvent {
		return nil, nil
	}
	decoded, err := decode([]byte(raw))
	if err != nil {
		return nil, err
	}
	var m *matched
	for i, p := range a.patterns {
		if readOnly && !a.readOnly[i] || !p.Match(decoded) {
			continue
		}
		if m == nil {
			m = &matched{Event: json.RawMessage(raw)}
		}
		m.Rules = append(m.Rules, a.names[i])
	}
	return m, nil
}

// Emit gives an event to the rules of its account and Region, in the transaction of what it tells.
func (s *Service) Emit(tx store.Tx, now time.Time, e *Event) error {
	a, err := activeRules(tx, e.Account, e.Region)
	if err != nil {
		return err
	}
	m, err := a.match(e, false)
	if err != nil || m == nil {
		return err
	}
	return s.enqueue(tx, now, e.Account, e.Region, []*matched{m})
}

// enqueue leaves events for the Runner, sealed, as many in a job as fit.
func (s *Service) enqueue(tx store.Tx, now time.Time, account, region string, all []*matched) error {
	for len(all) > 0 {
		n, size := 0, 0
		for n < len(all) && n < maxJob && (n == 0 || size+len(all[n].Event) <= jobBytes) {
			size += len(all[n].Event)
			n++
		}
		raw, err := json.Marshal(all[:n])
		if err != nil {
			return fmt.Errorf("encode events: %w", err)
		}
		sealed := s.deps.Vault.Seal(sealPurpose, raw, []byte(account+region))
		if err := job.Enqueue(tx, now, account, region, JobKind, sealed); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// plain encodes without HTML's escapes.
func plain(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
