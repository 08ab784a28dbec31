package terms

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxTerms is Cognito's quota of a pool.
const maxTerms = 40

// defaultLanguage is the link for languages that have none.
const defaultLanguage = "cognito:default"

// Document is one document as it is stored and described.
type Document struct {
	Account  string
	Region   string
	Pool     userpool.PoolID
	Settings cognitoidp.TermsType
}

// byClient is the index of clients and names.
const byClient = "client"

// Documents holds documents by pool and id.
var Documents = store.Table[Document]{
	Name: "userpool.terms",
	Key:  func(d *Document) store.Key { return store.K(d.Account, d.Region, string(d.Pool), d.Settings.TermsId) },
	Indexes: []store.Index[Document]{
		{Name: byClient, Unique: true, Of: func(d *Document) []store.Key {
			return []store.Key{store.K(d.Account, d.Region, string(d.Pool), d.Settings.ClientId, d.Settings.TermsName)}
		}},
	},
}

// Service is the area terms.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.TermsAPI = (*Service)(nil)

// Forget removes the documents of a deleted client.
func Forget(tx store.Tx, p *userpool.Pool, id userpool.ClientID) error {
	var keys []store.Key
	for at, err := range Documents.ScanIndex(tx, byClient, p.Key(string(id)), nil, false) {
		if err != nil {
			return fmt.Errorf("look for terms of a client: %w", err)
		}
		keys = append(keys, Documents.Key(at.Row))
	}
	for _, k := range keys {
		if err := Documents.Delete(tx, k); err != nil {
			return fmt.Errorf("delete terms of a client: %w", err)
		}
	}
	return nil
}

func (s *Service) document(c *op.Call, pool, id string) (*Document, error) {
	p, err := s.Realm.Pool(c, pool)
	if err != nil {
		return nil, err
	}
	row, err := Documents.Get(c.Tx, p.Key(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, noTerms(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read terms: %w", err)
	}
	return row, nil
}

// checkLinks checks that there is a link for every language, and that none of them runs something.
func checkLinks(links map[string]string) error {
	if links[defaultLanguage] == "" {
		return noDefault()
	}
	for _, s := range links {
		if u, err := url.Parse(s); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return badLink()
		}
	}
	return nil
}

func write(tx store.Tx, d *Document) error {
	err := Documents.Put(tx, d)
	if errors.Is(err, store.ErrExists) {
		return exists(d.Settings.TermsName, d.Settings.ClientId)
	}
	if err != nil {
		return fmt.Errorf("write terms: %w", err)
	}
	return nil
}
