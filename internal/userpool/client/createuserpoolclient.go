package client

import (
	"crypto/rand"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Lengths of what is made for a client, in characters of letters.
const (
	idLength     = 26
	secretLength = 51
	letters      = "0123456789abcdefghijklmnopqrstuvwxyz"
)

// CreateUserPoolClient makes an app client of a pool, with a secret if asked for one.
func (s *Service) CreateUserPoolClient(c *op.Call, in *cognitoidp.CreateUserPoolClientInput) (*cognitoidp.CreateUserPoolClientOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	secret := ""
	if in.ClientSecret != nil {
		secret = *in.ClientSecret
	}
	if in.GenerateSecret != nil && *in.GenerateSecret {
		if secret != "" {
			return nil, twoSecrets()
		}
		secret = draw(secretLength)
	}
	set, err := settings(c.Tx, p, in, secret != "", "creating")
	if err != nil {
		return nil, err
	}
	id := draw(idLength)
	set.ClientId, set.CreationDate, set.LastModifiedDate = &id, new(c.Now), new(c.Now)
	row := &userpool.Client{ID: userpool.ClientID(id), Pool: p.ID, Account: p.Account, Region: p.Region, Settings: *set}
	if secret != "" {
		row.Secret = s.Realm.SealSecret(row.ID, secret)
	}
	if err := userpool.Clients.Insert(c.Tx, row); err != nil {
		return nil, fmt.Errorf("write app client: %w", err)
	}
	out, err := s.described(row)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.CreateUserPoolClientOutput{UserPoolClient: out}, nil
}

// draw makes n random letters, each equally likely.
func draw(n int) string {
	out := make([]byte, 0, n)
	var b [64]byte
	for len(out) < n {
		rand.Read(b[:])
		for _, x := range b {
			if int(x) < 256-256%len(letters) && len(out) < n {
				out = append(out, letters[int(x)%len(letters)])
			}
		}
	}
	return string(out)
}
