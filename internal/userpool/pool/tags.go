package pool

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	// maxTags is Cognito's quota of tags per pool.
	maxTags = 50
	// reservedTags begin the keys that only AWS sets.
	reservedTags = "aws:"
)

// tagged returns the caller's pool that an ARN names.
func (s *Service) tagged(c *op.Call, name string) (*userpool.Pool, error) {
	a, err := arn.Parse(name)
	if err != nil || a.Service != "cognito-idp" || a.Type() != "userpool" {
		return nil, badResource()
	}
	p, err := s.Realm.Pool(c, a.ID())
	if err != nil {
		return nil, err
	}
	if *p.Settings.Arn != name {
		return nil, userpool.NoPool(a.ID()) // the id is one of the caller's, but account, Region or partition are not
	}
	return p, nil
}

// checkTags checks all tags a pool would have.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return tooManyTags()
	}
	for key := range tags {
		if strings.HasPrefix(strings.ToLower(key), reservedTags) {
			return reservedTag()
		}
	}
	if v, ok := tags[userpool.CredentialTag]; ok && v != "srp" && v != "argon2id" {
		return badCredentialTag()
	}
	return nil
}

// keptTags are the tags that stay when an update speaks of none.
func keptTags(old map[string]string) map[string]string {
	kept := map[string]string{}
	if v, ok := old[userpool.CredentialTag]; ok {
		kept[userpool.CredentialTag] = v
	}
	return kept
}

// sameCredential refuses tags that would change what is kept of passwords: those already set could no longer be used.
func sameCredential(old, tags map[string]string) error {
	mode := func(tags map[string]string) string {
		if v, ok := tags[userpool.CredentialTag]; ok {
			return v
		}
		return "srp"
	}
	if mode(old) != mode(tags) {
		return credentialTagFixed()
	}
	return nil
}
