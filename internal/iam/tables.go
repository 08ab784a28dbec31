package iam

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

// user is one IAM user. Names are unique per account whatever their case.
type user struct {
	Account, Path, Name, ID string
	Created                 time.Time
	Tags                    []tag `json:",omitempty"`
	// Policies are inline policy texts by name.
	Policies map[string]string `json:",omitempty"`
}

// role is one IAM role.
type role struct {
	Account, Path, Name, ID string
	Created                 time.Time
	Trust                   string // AssumeRolePolicyDocument
	Description             string
	MaxSession              int64             // seconds
	Tags                    []tag             `json:",omitempty"`
	Policies                map[string]string `json:",omitempty"`
}

type tag struct{ Key, Value string }

// key is an access key, long-term or temporary.
type key struct {
	ID, Account string
	// User owns a long-term key; empty for root.
	User    string
	Sealed  []byte // secret
	Active  bool
	Created time.Time
	// Session is set for temporary keys.
	Session *session `json:",omitempty"`
}

// session is what a temporary key stands for.
type session struct {
	Principal principal.Principal
	Expires   time.Time
	TokenMAC  []byte // keyed hash of the session token
	// Role whose policies apply; empty for GetSessionToken, where User's do.
	Role     string
	Policies []string // session policies: they only take away
}

var (
	users = store.Table[user]{Name: "iam.users", Key: func(u *user) store.Key { return store.K(u.Account, strings.ToLower(u.Name)) }}
	roles = store.Table[role]{Name: "iam.roles", Key: func(r *role) store.Key { return store.K(r.Account, strings.ToLower(r.Name)) }}
	keys  = store.Table[key]{
		Name:    "iam.keys",
		Key:     func(k *key) store.Key { return store.K(k.ID) },
		Indexes: []store.Index[key]{{Name: "user", Of: byUser}, {Name: "end", Of: byEnd}},
	}
)

// byUser lists long-term keys under their user; temporary keys are not listed.
func byUser(k *key) []store.Key {
	if k.Session != nil {
		return nil
	}
	return []store.Key{store.K(k.Account, strings.ToLower(k.User))}
}

// byEnd lists temporary keys by when they end.
func byEnd(k *key) []store.Key {
	if k.Session == nil {
		return nil
	}
	return []store.Key{store.K(k.Session.Expires.UnixMilli())}
}

// newID makes an identifier with one of AWS's prefixes: 20 characters for keys (AKIA,
// ASIA), 21 for users and roles (AIDA, AROA). [IAM: unique identifiers]
func newID(prefix string) string {
	n := 17
	if prefix == "AKIA" || prefix == "ASIA" {
		n = 16
	}
	var b [11]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process instead
	return prefix + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])[:n]
}

// newSecret makes a secret access key: 40 characters.
func newSecret() string {
	var b [30]byte
	_, _ = rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}
