package iam

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Vault seals secrets and hashes tokens.
type Vault interface {
	Seal(purpose string, plaintext, aad []byte) []byte
	Open(purpose string, sealed, aad []byte) ([]byte, error)
	MAC(purpose string, data ...[]byte) [32]byte
}

// RootKey is an access key of an account's root user that comes from outside the
// state: the environment or the root-credentials file.
type RootKey struct{ Account, ID, Secret string }

// Service answers the IAM operations and identifies callers.
type Service struct {
	Vault Vault
	// Root are root keys; they need no row.
	Root []RootKey

	cache policyCache
}

var (
	_ iam.UserAPI      = (*Service)(nil)
	_ iam.RoleAPI      = (*Service)(nil)
	_ iam.AccesskeyAPI = (*Service)(nil)
)

// Limits of inline policies and keys. [IAM quotas]
const (
	maxKeysPerUser = 2
	maxUserInline  = 2048
	maxRoleInline  = 10240
	maxTrust       = 4096
)

func noUser(name string) *schema.Error {
	return iam.NoSuchEntityException("The user with name " + name + " cannot be found.")
}

func noRole(name string) *schema.Error {
	return iam.NoSuchEntityException("The role with name " + name + " cannot be found.")
}

// found turns a missing row into the service's own error.
func found(err error, missing *schema.Error) error {
	if errors.Is(err, store.ErrNotFound) {
		return missing
	}
	return err
}

// checkPolicy refuses a policy text that does not parse or is too long; white
// space does not count.
func checkPolicy(text string, kind policy.Kind, max int) error {
	if _, err := policy.Parse(text, kind); err != nil {
		return iam.MalformedPolicyDocumentException(Fault(err))
	}
	return checkLength(text, max)
}

// Fault is AWS's text for a policy that does not parse; what exactly is wrong
// stays with the server.
func Fault(err error) string {
	var e *policy.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "Syntax errors in policy."
}

func checkLength(text string, max int) error {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	if n > max {
		return iam.LimitExceededException("Maximum policy size of " + strconv.Itoa(max) + " bytes exceeded")
	}
	return nil
}

// page cuts a list at MaxItems after Marker, which is the last name of the page before.
func page[T any](all []T, name func(T) string, marker *string, max *int64) (out []T, truncated bool, next *string) {
	slices.SortFunc(all, func(a, b T) int { return strings.Compare(name(a), name(b)) })
	n := 100
	if max != nil {
		n = int(*max)
	}
	start := 0
	if marker != nil {
		for start < len(all) && name(all[start]) <= *marker {
			start++
		}
	}
	out = all[start:]
	if len(out) > n {
		out, truncated = out[:n], true
		next = new(name(out[n-1]))
	}
	return out, truncated, next
}

func pathOr(p *string) string {
	if p == nil || *p == "" {
		return "/"
	}
	return *p
}

func tagsIn(in []iam.Tag) []tag {
	var out []tag
	for _, t := range in {
		out = append(out, tag{t.Key, t.Value})
	}
	return out
}

func tagsOut(in []tag) []iam.Tag {
	var out []iam.Tag
	for _, t := range in {
		out = append(out, iam.Tag{Key: t.Key, Value: t.Value})
	}
	return out
}
