package userpool

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/store"
)

// AuthEvent is what threat protection keeps of one attempt of a user to prove himself. It is the user's own data and goes with him.
type AuthEvent struct {
	Account string
	Region  string
	Pool    PoolID
	// Sub is the user's, or the id of an unknown name, whose events nobody can list.
	Sub string
	// ID is a UUID of version 7, which tells when the event was made. A sign-in's is the event_id of its tokens.
	ID     string
	Type   string
	Client ClientID `json:",omitempty"`
	// Response is Pass, Fail or InProgress.
	Response    string
	Decision    string
	Level       string `json:",omitempty"`
	Compromised bool   `json:",omitempty"`
	// Barred tells that the configuration bars the address.
	Barred bool `json:",omitempty"`
	// Challenged tells that the risk made the sign-in ask for a second factor.
	Challenged bool              `json:",omitempty"`
	Challenges []ChallengeAnswer `json:",omitempty"`
	Place
	Request  string    `json:",omitempty"`
	Feedback *Feedback `json:",omitempty"`
	Expires  int64     // ms since 1970
}

// ChallengeAnswer is how one challenge of a sign-in ended.
type ChallengeAnswer struct {
	Name   string // Password or Mfa
	Answer string // Success or Failure
}

// Place is whence and with what somebody came.
type Place struct {
	Address  string `json:",omitempty"`
	Device   string `json:",omitempty"` // as events show it
	Timezone string `json:",omitempty"`
	// Network is the network around Address, Mark tells one device from another.
	Network string `json:",omitempty"`
	Mark    string `json:",omitempty"`
	// Context tells that the application sent data about the device.
	Context bool `json:",omitempty"`
}

// Feedback says whether an event was the user's own doing.
type Feedback struct {
	Value    string // Valid or Invalid
	Provider string // Admin or User
	Date     time.Time
}

// AuthEvents holds events by user, newest first.
var AuthEvents = store.Table[AuthEvent]{
	Name: "userpool.authevents",
	Key: func(e *AuthEvent) store.Key {
		return store.K(e.Account, e.Region, string(e.Pool), e.Sub, -madeAt(e.ID), e.ID)
	},
	Indexes: []store.Index[AuthEvent]{
		{Name: expires, Of: func(e *AuthEvent) []store.Key { return []store.Key{store.K(e.Expires)} }},
	},
}

// NewEventID draws the id of an event made now.
func NewEventID(now time.Time) string {
	var id uuid.UUID
	rand.Read(id[:])
	ms := now.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80 // [RFC 9562 section 5.7]
	return id.String()
}

// madeAt is when an event's id was drawn, in ms since 1970; 0 for what is no such id.
func madeAt(id string) int64 {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 {
		return 0
	}
	ms := int64(0)
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return ms
}

// Created is when the event was made.
func (e *AuthEvent) Created() time.Time { return time.UnixMilli(madeAt(e.ID)).UTC() }

// AuthEvent returns an event of a user, or store.ErrNotFound.
func (r *Realm) AuthEvent(tx store.Tx, p *Pool, sub, id string) (*AuthEvent, error) {
	return AuthEvents.Get(tx, AuthEvents.Key(&AuthEvent{Account: p.Account, Region: p.Region, Pool: p.ID, Sub: sub, ID: id}))
}

// Habits is what threat protection has learnt of a user. Its lists are in order of use, the newest last, and bounded.
type Habits struct {
	Account string
	Region  string
	Pool    PoolID
	Sub     string
	// Networks and Devices are those of sign-ins that succeeded, and those that feedback spoke of.
	Networks []Habit `json:",omitempty"`
	Devices  []Habit `json:",omitempty"`
	// Failures are the wrong passwords and codes of late.
	Failures []Failure `json:",omitempty"`
	// Events counts the user's events.
	Events  int
	Expires int64 // ms since 1970
}

// Habit is a network or a device.
type Habit struct {
	Name string
	Last int64 // ms since 1970
	// Bad tells that somebody called a sign-in from there no doing of his.
	Bad bool `json:",omitempty"`
}

// Failure is one wrong proof.
type Failure struct {
	At      int64 // ms since 1970
	Network string
}

var habits = store.Table[Habits]{
	Name: "userpool.habits",
	Key:  func(h *Habits) store.Key { return store.K(h.Account, h.Region, string(h.Pool), h.Sub) },
	Indexes: []store.Index[Habits]{
		{Name: expires, Of: func(h *Habits) []store.Key { return []store.Key{store.K(h.Expires)} }},
	},
}

const (
	// eventLife is how long events are kept. [Cognito: threat protection, event history]
	eventLife = 2 * 365 * 24 * time.Hour
	// strangerLife is how long events of unknown names are: they exist so that a known name makes no other work than an unknown one.
	strangerLife = 15 * time.Minute
	// maxEvents bounds the events of a user; one more makes the oldest eventStep of them go. (inferred)
	maxEvents = 1000
	eventStep = 100
)

// Habits returns what is known of a user, empty if nothing is.
func (r *Realm) Habits(tx store.Tx, p *Pool, sub string) (*Habits, error) {
	h, err := habits.Get(tx, p.key(sub))
	if errors.Is(err, store.ErrNotFound) {
		return &Habits{Account: p.Account, Region: p.Region, Pool: p.ID, Sub: sub}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read habits of a user: %w", err)
	}
	return h, nil
}

// PutAuthEvent writes an event with what has been learnt by it. known tells that there is such a user.
func (r *Realm) PutAuthEvent(tx store.Tx, e *AuthEvent, h *Habits, known bool, now time.Time) error {
	life := eventLife
	if !known {
		life = strangerLife
	}
	had := e.Expires != 0
	e.Expires = e.Created().Add(life).UnixMilli()
	if err := AuthEvents.Put(tx, e); err != nil {
		return fmt.Errorf("write authentication event: %w", err)
	}
	if !had {
		h.Events++
	}
	if h.Events > maxEvents {
		n, err := dropOldest(tx, h)
		if err != nil {
			return err
		}
		h.Events = n
	}
	return r.PutHabits(tx, h, known, now)
}

// PutHabits writes what has been learnt of a user.
func (r *Realm) PutHabits(tx store.Tx, h *Habits, known bool, now time.Time) error {
	life := eventLife
	if !known {
		life = strangerLife
	}
	h.Expires = now.Add(life).UnixMilli()
	if err := habits.Put(tx, h); err != nil {
		return fmt.Errorf("write habits of a user: %w", err)
	}
	return nil
}

// dropOldest makes room for eventStep events of a user and tells how many are left.
func dropOldest(tx store.Tx, h *Habits) (int, error) {
	keys, err := eventKeys(tx, store.K(h.Account, h.Region, string(h.Pool), h.Sub))
	if err != nil {
		return 0, err
	}
	keep := min(len(keys), maxEvents-eventStep)
	return keep, deleteAll(tx, &AuthEvents, keys[keep:])
}

func eventKeys(tx store.Tx, prefix store.Key) ([]store.Key, error) {
	var keys []store.Key
	for kv, err := range tx.Scan(AuthEvents.Name, prefix, prefix.After(), false) {
		if err != nil {
			return nil, fmt.Errorf("look for authentication events: %w", err)
		}
		keys = append(keys, slices.Clone(store.Key(kv.Key)))
	}
	return keys, nil
}

// DropAuthEvents forgets the events and habits of a user.
func (r *Realm) DropAuthEvents(tx store.Tx, p *Pool, u *User) error {
	h, err := habits.Get(tx, p.key(u.Sub))
	if errors.Is(err, store.ErrNotFound) {
		return nil // whoever has an event has habits
	}
	if err != nil {
		return fmt.Errorf("read habits of a user: %w", err)
	}
	if err := habits.Remove(tx, h); err != nil {
		return fmt.Errorf("delete habits of a user: %w", err)
	}
	keys, err := eventKeys(tx, p.key(u.Sub))
	if err != nil {
		return err
	}
	return deleteAll(tx, &AuthEvents, keys)
}
