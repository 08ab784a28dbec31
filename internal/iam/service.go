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

// nonUser is the answer to a call that is about the caller himself when the
// caller is no user.
func nonUser() *schema.Error {
	return &schema.Error{Code: "ValidationError", Message: "Must specify userName when calling with non-User credentials", Status: 400}
}

// checkPolicy refuses a policy text that does not parse.
func checkPolicy(text string, kind policy.Kind) error {
	if _, err := policy.Parse(text, kind); err != nil {
		return iam.MalformedPolicyDocumentException(Fault(err))
	}
	return nil
}

// checkTrust refuses a trust policy that does not parse or is too long.
func checkTrust(text string) error {
	if err := checkPolicy(text, policy.Trust); err != nil {
		return err
	}
	if length(text) > maxTrust {
		return iam.LimitExceededException("Cannot exceed quota for ACLSizePerRole: " + strconv.Itoa(maxTrust))
	}
	return nil
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

// length is a policy's length as quotas count it: without white space.
func length(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
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
