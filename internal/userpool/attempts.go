package userpool

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Lock-out of password guesses. [Cognito: lockout behavior for failed sign-in attempts]
const (
	freeFailures  = 5
	longestLock   = 900 * time.Second
	forgetFailure = 15 * time.Minute
	// Whoever guesses codes knows the password already, so remembering longer locks nobody out but him. (inferred)
	forgetCodes = 24 * time.Hour
)

const codesOf = " codes"

// CodesOf is the id under which wrong codes of a user's second factors are counted: apart from passwords, since a right password
// must not clear them.
func CodesOf(sub string) string { return sub + codesOf }

func forgetAfter(who string) time.Duration {
	if strings.HasSuffix(who, codesOf) {
		return forgetCodes
	}
	return forgetFailure
}

// attempts counts the failed passwords of one user over all flows and names. who is the sub, or the id of an unknown name.
type attempts struct {
	Account string
	Region  string
	Pool    PoolID
	Who     string
	Failed  int
	Last    int64 // ms since 1970
	Until   int64 // locked until then
	Expires int64
}

var attemptsTable = store.Table[attempts]{
	Name: "userpool.attempts",
	Key:  func(a *attempts) store.Key { return store.K(a.Account, a.Region, string(a.Pool), a.Who) },
	Indexes: []store.Index[attempts]{
		{Name: expires, Of: func(a *attempts) []store.Key { return []store.Key{store.K(a.Expires)} }},
	},
}

func (r *Realm) attempts(tx store.Tx, p *Pool, who string, now time.Time) (*attempts, error) {
	a, err := attemptsTable.Get(tx, p.key(who))
	if errors.Is(err, store.ErrNotFound) {
		return &attempts{Account: p.Account, Region: p.Region, Pool: p.ID, Who: who}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read failed attempts: %w", err)
	}
	if now.UnixMilli()-a.Last >= forgetAfter(who).Milliseconds() && now.UnixMilli() >= a.Until {
		a.Failed = 0
	}
	return a, nil
}

// Locked tells whether guesses for a user are refused at this time. Such a guess is neither checked nor counted.
func (r *Realm) Locked(tx store.Tx, p *Pool, who string, now time.Time) (bool, error) {
	a, err := r.attempts(tx, p, who, now)
	if err != nil {
		return false, err
	}
	return now.UnixMilli() < a.Until, nil
}

// CountFailure counts one wrong password. It belongs into Call.Keep, since the call is refused.
func (r *Realm) CountFailure(tx store.Tx, p *Pool, who string, now time.Time) error {
	a, err := r.attempts(tx, p, who, now)
	if err != nil {
		return err
	}
	a.Failed++
	a.Last = now.UnixMilli()
	if a.Failed >= freeFailures {
		lock := longestLock
		if n := a.Failed - freeFailures; n < 10 { // 2^10 s are more than the longest
			lock = min(lock, time.Second<<n)
		}
		a.Until = now.Add(lock).UnixMilli()
	}
	a.Expires = max(a.Last+forgetAfter(who).Milliseconds(), a.Until)
	if err := attemptsTable.Put(tx, a); err != nil {
		return fmt.Errorf("count failed attempt: %w", err)
	}
	return nil
}

// ClearFailures forgets wrong passwords after a right one.
func (r *Realm) ClearFailures(tx store.Tx, p *Pool, who string) error {
	err := attemptsTable.Delete(tx, p.key(who))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forget failed attempts: %w", err)
	}
	return nil
}

// Limit is a number of calls one user may make within an hour. [Cognito: quotas, per-user limits]
type Limit struct {
	Name string
	Max  int
}

// The hourly limits.
var (
	ResendLimit         = Limit{"resend", 5}
	ConfirmLimit        = Limit{"confirm", 15}
	ChangePasswordLimit = Limit{"change password", 5}
	AttributeCodeLimit  = Limit{"attribute code", 5}
	VerifyLimit         = Limit{"verify", 15}
	// UpdateLimit is for UpdateUserAttributes that send a code. (inferred)
	UpdateLimit = Limit{"update", 20}
	// RecoveryLimit is for ForgotPassword and ConfirmForgotPassword together. AWS takes 5 to 20 by a risk it does not tell. (inferred)
	RecoveryLimit = Limit{"recovery", 10}
)

// use counts the calls of one user within the hour that began with the first.
type use struct {
	Account string
	Region  string
	Pool    PoolID
	Who     string
	Kind    string
	Count   int
	Expires int64
}

var uses = store.Table[use]{
	Name: "userpool.limits",
	Key:  func(u *use) store.Key { return store.K(u.Account, u.Region, string(u.Pool), u.Who, u.Kind) },
	Indexes: []store.Index[use]{
		{Name: expires, Of: func(u *use) []store.Key { return []store.Key{store.K(u.Expires)} }},
	},
}

// Spent tells whether a user's calls of a kind are used up for this hour.
func (r *Realm) Spent(tx store.Tx, p *Pool, who string, l Limit, now time.Time) (bool, error) {
	u, err := r.use(tx, p, who, l, now)
	if err != nil {
		return false, err
	}
	return u.Count >= l.Max, nil
}

// Spend counts one call. It belongs into Call.Keep, so that a refused call counts too.
func (r *Realm) Spend(tx store.Tx, p *Pool, who string, l Limit, now time.Time) error {
	u, err := r.use(tx, p, who, l, now)
	if err != nil {
		return err
	}
	u.Count++
	if err := uses.Put(tx, u); err != nil {
		return fmt.Errorf("count call: %w", err)
	}
	return nil
}

func (r *Realm) use(tx store.Tx, p *Pool, who string, l Limit, now time.Time) (*use, error) {
	u, err := uses.Get(tx, p.key(who, l.Name))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read counted calls: %w", err)
	}
	if err != nil || now.UnixMilli() >= u.Expires {
		u = &use{Account: p.Account, Region: p.Region, Pool: p.ID, Who: who, Kind: l.Name, Expires: now.Add(time.Hour).UnixMilli()}
	}
	return u, nil
}
