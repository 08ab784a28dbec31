package iam

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const keyPurpose = "iam.access-key"

// owner is the user a key operation is about: the named one, or the caller.
func (s *Service) owner(c *op.Call, name *string) (string, error) {
	if name == nil {
		if c.Caller.IsRoot() {
			return "", nil
		}
		if c.Caller.UserName == "" {
			return "", nonUser()
		}
		name = &c.Caller.UserName
	}
	u, err := s.user(c, *name)
	if err != nil {
		return "", err
	}
	return u.Name, nil
}

func (s *Service) keysOf(c *op.Call, user string) ([]*key, error) {
	var out []*key
	for at, err := range keys.ScanIndex(c.Tx, "user", store.K(c.Account, strings.ToLower(user)), nil, false) {
		if err != nil {
			return nil, err
		}
		out = append(out, at.Row)
	}
	return out, nil
}

// CreateAccessKey makes a long-term key; its secret is shown this once.
func (s *Service) CreateAccessKey(c *op.Call, in *iam.CreateAccessKeyInput) (*iam.CreateAccessKeyOutput, error) {
	user, err := s.owner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	have, err := s.keysOf(c, user)
	if err != nil {
		return nil, err
	}
	if len(have) >= maxKeysPerUser {
		return nil, iam.LimitExceededException("Cannot exceed quota for AccessKeysPerUser: 2")
	}
	secret := newSecret()
	k := &key{ID: newID("AKIA"), Account: c.Account, User: user, Active: true, Created: c.Now}
	k.Sealed = s.Vault.Seal(keyPurpose, []byte(secret), []byte(k.ID))
	if err := keys.Insert(c.Tx, k); err != nil {
		return nil, err
	}
	return &iam.CreateAccessKeyOutput{AccessKey: &iam.AccessKey{
		UserName: user, AccessKeyId: k.ID, Status: "Active", SecretAccessKey: secret, CreateDate: &k.Created,
	}}, nil
}

func (k *key) status() string {
	if k.Active {
		return "Active"
	}
	return "Inactive"
}

// ListAccessKeys lists a user's keys without their secrets.
func (s *Service) ListAccessKeys(c *op.Call, in *iam.ListAccessKeysInput) (*iam.ListAccessKeysOutput, error) {
	user, err := s.owner(c, in.UserName)
	if err != nil {
		return nil, err
	}
	have, err := s.keysOf(c, user)
	if err != nil {
		return nil, err
	}
	all := []iam.AccessKeyMetadata{}
	for _, k := range have {
		all = append(all, iam.AccessKeyMetadata{UserName: &k.User, AccessKeyId: &k.ID, Status: new(k.status()), CreateDate: &k.Created})
	}
	out := &iam.ListAccessKeysOutput{}
	truncated := false
	out.AccessKeyMetadata, truncated, out.Marker = page(all, func(k iam.AccessKeyMetadata) string { return *k.AccessKeyId }, in.Marker, in.MaxItems)
	out.IsTruncated = &truncated
	return out, nil
}

func (s *Service) key(c *op.Call, name *string, id string) (*key, error) {
	user, err := s.owner(c, name)
	if err != nil {
		return nil, err
	}
	k, err := keys.Get(c.Tx, store.K(id))
	missing := iam.NoSuchEntityException("The Access Key with id " + id + " cannot be found.")
	if err != nil {
		return nil, found(err, missing)
	}
	if k.Account != c.Account || k.Session != nil || !strings.EqualFold(k.User, user) {
		return nil, missing
	}
	return k, nil
}

// UpdateAccessKey switches a key on or off.
func (s *Service) UpdateAccessKey(c *op.Call, in *iam.UpdateAccessKeyInput) error {
	k, err := s.key(c, in.UserName, in.AccessKeyId)
	if err != nil {
		return err
	}
	k.Active = in.Status == "Active"
	return keys.Put(c.Tx, k)
}

// DeleteAccessKey removes a key; the next call signed with it is refused.
func (s *Service) DeleteAccessKey(c *op.Call, in *iam.DeleteAccessKeyInput) error {
	k, err := s.key(c, in.UserName, in.AccessKeyId)
	if err != nil {
		return err
	}
	return keys.Delete(c.Tx, keys.Key(k))
}
