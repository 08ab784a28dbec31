package branding

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxStyles is Cognito's quota of a pool.
const maxStyles = 20

// Style is the style of one client.
type Style struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	Client  userpool.ClientID
	// Settings is the style as it is described.
	Settings cognitoidp.ManagedLoginBrandingType
}

// byClient is the index of clients: each has one style.
const byClient = "client"

// Styles holds styles by pool and id.
var Styles = store.Table[Style]{
	Name: "userpool.styles",
	Key: func(s *Style) store.Key {
		return store.K(s.Account, s.Region, string(s.Pool), *s.Settings.ManagedLoginBrandingId)
	},
	Indexes: []store.Index[Style]{
		{Name: byClient, Unique: true, Of: func(s *Style) []store.Key {
			return []store.Key{store.K(s.Account, s.Region, string(s.Pool), string(s.Client))}
		}},
	},
}

// Service is the area branding.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.BrandingAPI = (*Service)(nil)

// Of returns the style of a client, or store.ErrNotFound.
func Of(tx store.Tx, p *userpool.Pool, id userpool.ClientID) (*Style, error) {
	return Styles.Find(tx, byClient, p.Key(string(id)))
}

// Forget removes the style of a deleted client.
func Forget(tx store.Tx, p *userpool.Pool, id userpool.ClientID) error {
	row, err := Of(tx, p, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = Styles.Delete(tx, Styles.Key(row))
	}
	if err != nil {
		return fmt.Errorf("delete style of a client: %w", err)
	}
	return nil
}

func (s *Service) style(c *op.Call, pool, id string) (*Style, error) {
	p, err := s.Realm.Pool(c, pool)
	if err != nil {
		return nil, err
	}
	row, err := Styles.Get(c.Tx, p.Key(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, noStyle(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read style: %w", err)
	}
	return row, nil
}

// apply puts what a call gives into a style after checking it.
func apply(set *cognitoidp.ManagedLoginBrandingType, use *bool, document []byte, assets []cognitoidp.AssetType) error {
	if string(document) == "null" {
		document = nil
	}
	if use != nil && *use && (document != nil || len(assets) > 0) {
		return providedValues()
	}
	if document != nil {
		if err := checkDocument(document); err != nil {
			return err
		}
	}
	if err := checkAssets(assets); err != nil {
		return err
	}
	switch {
	case use != nil && *use:
		set.Settings, set.Assets = nil, nil
		set.UseCognitoProvidedValues = new(true)
		return nil
	case use != nil || document != nil || assets != nil || set.UseCognitoProvidedValues == nil:
		set.UseCognitoProvidedValues = new(false)
	}
	if document != nil {
		set.Settings = document
	}
	if assets != nil {
		set.Assets = assets
	}
	return nil
}
