package mailbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Keep is how many messages an account's mailbox holds; Trim drops older ones.
const Keep = 1000

// JobKind is the kind of the jobs that send messages of a medium to the world: a mail server that hangs delays no SMS.
func JobKind(medium string) string { return "message." + medium }

// Message is one e-mail or SMS.
type Message struct {
	ID          string    `json:"id"`
	Account     string    `json:"account"`
	Region      string    `json:"region"`
	UserPoolID  string    `json:"userPoolId,omitempty"`
	Medium      string    `json:"medium"` // EMAIL or SMS
	Trigger     string    `json:"trigger"`
	Destination string    `json:"destination"`
	Subject     string    `json:"subject,omitempty"`
	Body        string    `json:"body"`
	Time        time.Time `json:"time"`

	// SMSRegion is where the pool wants its SMS sent from, empty for Region.
	SMSRegion string `json:"smsRegion,omitempty"`
	// Nobody marks a message that must take the work of one and be none: no list shows it and no Carrier takes it.
	Nobody bool `json:"nobody,omitempty"`
	// Expires is from when on no Carrier takes the message any more, zero for never.
	Expires time.Time `json:"-"`
	// Stays tells Post that another way takes the message to the world: no Carrier does.
	Stays bool `json:"-"`
}

// Sealer seals and opens rows.
type Sealer interface {
	Seal(purpose string, plaintext, aad []byte) []byte
	Open(purpose string, sealed, aad []byte) ([]byte, error)
}

// row is a sealed message. At counts backwards so that the newest sorts first;
// there is no counter, since every sender would wait for it.
type row struct {
	Account string
	At      int64 // minus ns since 1970
	ID      string
	Sealed  []byte
}

var (
	messages = store.Table[row]{Name: "mailbox", Key: (*row).key}
	nobodys  = store.Table[row]{Name: "mailbox.nobody", Key: (*row).key}
)

func (r *row) key() store.Key { return store.K(r.Account, r.At, r.ID) }

// Carrier takes messages of one medium to the world. id is the same for every attempt at one message, and no other's: the far side
// tells repetitions by it. An error asks for another attempt unless it is job.Final; it names no address and no text of the message.
type Carrier interface {
	Carry(ctx context.Context, id string, m *Message) error
}

// Mailbox keeps messages.
type Mailbox struct {
	Vault Sealer
	// Carriers take messages also to the world, by medium. They are set before the first Post.
	Carriers map[string]Carrier
}

// Post adds a message to the transaction.
func (b *Mailbox) Post(tx store.Tx, m Message) error {
	m.ID = uuid.NewString()
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	sealed := b.Vault.Seal("message", raw, []byte(m.Account))
	table := &messages
	if m.Nobody {
		table = &nobodys // they must not push messages out of the mailbox
	}
	if err := table.Put(tx, &row{Account: m.Account, At: -m.Time.UnixNano(), ID: m.ID, Sealed: sealed}); err != nil {
		return fmt.Errorf("keep message: %w", err)
	}
	if b.Carriers[m.Medium] != nil && !m.Stays {
		return job.EnqueueUntil(tx, m.Time, m.Expires, m.Account, m.Region, JobKind(m.Medium), sealedJob{Account: m.Account, Sealed: sealed})
	}
	return nil
}

// sealedJob is the payload of a delivery: the message stays sealed in the queue.
type sealedJob struct {
	Account string
	Sealed  []byte
}

// Run is the handler of jobs of any JobKind: one attempt at one message.
func (b *Mailbox) Run(ctx context.Context, j job.Job) error {
	m, err := b.Opened(j)
	if err != nil {
		return err
	}
	if m.Nobody {
		return nil
	}
	c := b.Carriers[m.Medium]
	if c == nil {
		return fmt.Errorf("no way out for messages of medium %s", m.Medium)
	}
	return c.Carry(ctx, j.ID, m)
}

// Opened returns the message of a delivery job.
func (b *Mailbox) Opened(j job.Job) (*Message, error) {
	var s sealedJob
	if err := json.Unmarshal(j.Payload, &s); err != nil {
		return nil, fmt.Errorf("decode message job: %w", err)
	}
	return b.open(s.Account, s.Sealed)
}

// List returns up to max messages of an account, newest first; those to one
// destination if that is not empty.
func (b *Mailbox) List(tx store.Tx, account, destination string, max int) ([]Message, error) {
	out := []Message{}
	for r, err := range messages.Scan(tx, store.K(account), nil) {
		if err != nil {
			return nil, fmt.Errorf("list messages: %w", err)
		}
		m, err := b.open(r.Account, r.Sealed)
		if err != nil {
			return nil, err
		}
		if destination != "" && m.Destination != destination {
			continue
		}
		if out = append(out, *m); len(out) == max {
			break
		}
	}
	return out, nil
}

func (b *Mailbox) open(account string, sealed []byte) (*Message, error) {
	raw, err := b.Vault.Open("message", sealed, []byte(account))
	if err != nil {
		return nil, fmt.Errorf("open message: %w", err)
	}
	m := new(Message)
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("decode message: %w", err)
	}
	return m, nil
}

// keepNobody is how many messages to nobody an account keeps. None is of use; they are rows for the work of writing them.
const keepNobody = 100

// Trim drops what is beyond the newest Keep messages of each account, up to
// 10,000 rows a call. It is called now and then in the background, and writes only
// if there is something to drop.
func (b *Mailbox) Trim(ctx context.Context, state store.State) error {
	return errors.Join(trim(ctx, state, &messages, Keep), trim(ctx, state, &nobodys, keepNobody))
}

func trim(ctx context.Context, state store.State, table *store.Table[row], keep int) error {
	var drop []store.Key
	err := state.View(ctx, func(tx store.Tx) error {
		drop = nil
		account, n := "", 0
		for r, err := range table.Scan(tx, nil, nil) {
			if err != nil {
				return fmt.Errorf("scan mailbox: %w", err)
			}
			if r.Account != account {
				account, n = r.Account, 0
			}
			if n++; n > keep && len(drop) < 10_000 {
				drop = append(drop, table.Key(r))
			}
		}
		return nil
	})
	if err != nil || len(drop) == 0 {
		return err
	}
	return state.Update(ctx, func(tx store.Tx) error {
		for _, k := range drop {
			if err := table.Delete(tx, k); err != nil && !errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("drop old message: %w", err)
			}
		}
		return nil
	})
}
