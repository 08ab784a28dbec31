package userpool

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// SenderJob is the kind of the jobs in which the functions are run that send a pool's messages by themselves.
const SenderJob = "userpool.sender"

// senderPurpose is the vault's purpose of what such a job carries; the associated data is the pool's key.
const senderPurpose = "custom sender"

// ownSender is the function that sends the pool's messages of a medium, empty if there is none.
func (p *Pool) ownSender(medium string) string {
	switch t := p.Triggers(); {
	case medium == MediumEmail && t.CustomEmailSender != nil:
		return t.CustomEmailSender.LambdaArn
	case medium == MediumSMS && t.CustomSMSSender != nil:
		return t.CustomSMSSender.LambdaArn
	}
	return ""
}

// told is what a sender learns of a message.
type told struct {
	Name       string // of the user
	Attributes map[string]string
	Code       string // empty for none
	Via        Via
}

// toldOf is what a sender learns of a message to a user. The attribute it goes to has the value it goes to, which need not be his
// yet: the function knows no other address. (inferred)
func (p *Pool) toldOf(u *User, to Attribute, code string, via Via) told {
	t := told{u.Username, p.EventAttributes(u), code, via}
	t.Attributes[to.Name] = to.Value
	return t
}

// toldOfNobody is as much of an unknown name's id. No function gets to see it.
func toldOfNobody(who string, to Attribute, code string, via Via) told {
	return told{who, map[string]string{"sub": who, "cognito:user_status": string(Confirmed), to.Name: to.Value, to.Name + "_verified": "true"}, code, via}
}

// SendNotice sends a user a message that holds no code and is made from facts, which are all that a pool's own sender learns.
func (r *Realm) SendNotice(tx store.Tx, p *Pool, m Message, u *User, facts map[string]string) error {
	return r.send(tx, p, m, told{Name: u.Username, Attributes: facts})
}

// errand is what a job of SenderJob carries.
type errand struct {
	Medium   string
	Function string
	KMSKey   string
	Source   string
	About    trigger.About
	Request  trigger.SenderRequest // its code is added when the function is run
	Code     string                `json:",omitempty"`
	Seed     []byte                `json:",omitempty"` // of the code's message, which is the same in every attempt
	Nobody   bool                  `json:",omitempty"`
}

// sealedErrand is the payload: users' attributes and codes stay sealed in the queue.
type sealedErrand struct {
	Pool   PoolID
	Sealed []byte
}

// tellSender asks the pool's function to send a message, in the transaction that makes it.
func (r *Realm) tellSender(tx store.Tx, p *Pool, m *Message, t told) error {
	name := "CustomEmailSender"
	if m.Medium == MediumSMS {
		name = "CustomSMSSender"
	}
	e := errand{
		Medium: m.Medium, Function: p.ownSender(m.Medium), KMSKey: value(p.Triggers().KMSKeyID), About: p.About(t.Via.Client, t.Name),
		Source: name + "_" + strings.TrimPrefix(m.Occasion, "CustomMessage_"), Code: t.Code, Nobody: m.Nobody,
		Request: trigger.SenderRequest{ClientMetadata: t.Via.Metadata, Attributes: t.Attributes},
	}
	if e.Code != "" {
		e.Seed = encryptionsdk.NewSeed()[:]
	}
	raw, err := json.Marshal(&e)
	if err != nil {
		return fmt.Errorf("encode errand of a sender: %w", err)
	}
	// A pool's function that hangs must not delay others'.
	j := job.Job{Kind: SenderJob, Account: p.Account, Region: p.Region, Lane: string(p.ID)}.Until(m.Expires)
	return job.Add(tx, j, m.Time, sealedErrand{p.ID, r.Vault.Seal(senderPurpose, raw, errandOwner(p.Account, p.ID))})
}

func errandOwner(account string, pool PoolID) []byte { return store.K(account, string(pool)) }

// Errand is whose message a job of SenderJob sends and what it is, without anything private.
type Errand struct {
	Pool   PoolID
	Medium string
	Source string
}

// ErrandOf tells what a job of SenderJob is about.
func (r *Realm) ErrandOf(j job.Job) (*Errand, error) {
	pool, e, err := r.errand(j)
	if err != nil {
		return nil, err
	}
	return &Errand{pool, e.Medium, e.Source}, nil
}

func (r *Realm) errand(j job.Job) (PoolID, *errand, error) {
	var s sealedErrand
	if err := json.Unmarshal(j.Payload, &s); err != nil {
		return "", nil, fmt.Errorf("decode errand of a sender: %w", err)
	}
	raw, err := r.Vault.Open(senderPurpose, s.Sealed, errandOwner(j.Account, s.Pool))
	if err != nil {
		return "", nil, fmt.Errorf("open errand of a sender: %w", err)
	}
	e := new(errand)
	if err := json.Unmarshal(raw, e); err != nil {
		return "", nil, fmt.Errorf("decode errand of a sender: %w", err)
	}
	return s.Pool, e, nil
}

// SenderHandler runs jobs of SenderJob: one attempt at one message. What the function answers does not matter. If it failed, or the
// process died before the job was settled, it is told again, with the very same code: that is how it knows.
func (r *Realm) SenderHandler(state store.State) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		pool, e, err := r.errand(j)
		if err != nil || e.Nobody {
			return err
		}
		if e.Code != "" {
			var key *encryptionsdk.Key
			err := state.View(ctx, func(tx store.Tx) (err error) {
				key, err = r.SenderKey(tx, j.Account, e.KMSKey)
				return err
			})
			if err != nil {
				return err
			}
			seed := encryptionsdk.NewSeed()
			copy(seed[:], e.Seed)
			// The context is (inferred).
			message, err := encryptionsdk.Encrypt(key, map[string]string{"userpool-id": string(pool)}, []byte(e.Code), seed)
			if err != nil {
				return fmt.Errorf("encrypt code for a sender: %w", err)
			}
			e.Request.Code = new(base64.StdEncoding.EncodeToString(message))
		}
		if e.Medium == MediumSMS {
			return r.Functions.CustomSMSSender(ctx, e.Function, e.Source, e.About, e.Request)
		}
		return r.Functions.CustomEmailSender(ctx, e.Function, e.Source, e.About, e.Request)
	}
}
