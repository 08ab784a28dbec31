package uicustomization

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/domain"
)

// All stands for the clients that have no look of their own.
const All = "ALL"

// Look is the look of one client, or of All.
type Look struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	Client  string
	// Settings is the look as it is described.
	Settings cognitoidp.UICustomizationType
	// Image is the logo, PNG or JPEG, empty without one.
	Image []byte `json:",omitempty"`
}

// Looks holds looks by pool and client.
var Looks = store.Table[Look]{
	Name: "userpool.looks",
	Key:  func(l *Look) store.Key { return store.K(l.Account, l.Region, string(l.Pool), l.Client) },
}

// Service is the area uicustomization.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.UicustomizationAPI = (*Service)(nil)

// Forget removes the look of a deleted client.
func Forget(tx store.Tx, p *userpool.Pool, id userpool.ClientID) error {
	if err := Looks.Delete(tx, p.Key(string(id))); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("delete look of a client: %w", err)
	}
	return nil
}

// target checks that pool, domain and client exist and returns whose look is meant.
func (s *Service) target(c *op.Call, pool string, client *string) (*userpool.Pool, string, error) {
	p, err := s.Realm.Pool(c, pool)
	if err != nil {
		return nil, "", err
	}
	prefix, custom, err := domain.Of(c.Tx, p)
	if err != nil {
		return nil, "", err
	}
	if prefix == nil && custom == nil {
		return nil, "", noDomain()
	}
	if client == nil || *client == All {
		return p, All, nil
	}
	if _, err := s.Realm.ClientOf(c.Tx, p, *client); err != nil {
		return nil, "", err
	}
	return p, *client, nil
}

// look is the look of a client of its own, nil without one.
func look(tx store.Tx, p *userpool.Pool, client string) (*Look, error) {
	l, err := Looks.Get(tx, p.Key(client))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read look: %w", err)
	}
	return l, nil
}
