package resourceserver

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxServers is Cognito's default quota of a pool.
const maxServers = 25

// Server is one resource server as it is stored and described.
type Server struct {
	Account  string
	Region   string
	Pool     userpool.PoolID
	Settings cognitoidp.ResourceServerType
}

// Servers holds resource servers by pool and identifier.
var Servers = store.Table[Server]{
	Name: "userpool.resourceservers",
	Key:  func(s *Server) store.Key { return store.K(s.Account, s.Region, string(s.Pool), *s.Settings.Identifier) },
}

// Service is the area resourceserver.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.ResourceserverAPI = (*Service)(nil)

// HasScope tells whether a scope in the form of tokens, identifier, slash and name, is one of the pool's.
func HasScope(tx store.Tx, p *userpool.Pool, scope string) (bool, error) {
	i := strings.LastIndexByte(scope, '/') // identifiers may have slashes, names of scopes have none
	if i < 0 {
		return false, nil
	}
	s, err := Servers.Get(tx, p.Key(scope[:i]))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read resource server: %w", err)
	}
	return slices.ContainsFunc(s.Settings.Scopes, func(x cognitoidp.ResourceServerScopeType) bool { return x.ScopeName == scope[i+1:] }), nil
}

func (s *Service) server(c *op.Call, pool, identifier string) (*userpool.Pool, *Server, error) {
	p, err := s.Realm.Pool(c, pool)
	if err != nil {
		return nil, nil, err
	}
	row, err := Servers.Get(c.Tx, p.Key(identifier))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, noServer(identifier)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read resource server: %w", err)
	}
	return p, row, nil
}

func described(p *userpool.Pool, identifier, name string, scopes []cognitoidp.ResourceServerScopeType) (cognitoidp.ResourceServerType, error) {
	for i, s := range scopes {
		if slices.ContainsFunc(scopes[:i], func(x cognitoidp.ResourceServerScopeType) bool { return x.ScopeName == s.ScopeName }) {
			return cognitoidp.ResourceServerType{}, scopeTwice(s.ScopeName)
		}
	}
	if scopes == nil {
		scopes = []cognitoidp.ResourceServerScopeType{}
	}
	return cognitoidp.ResourceServerType{UserPoolId: new(string(p.ID)), Identifier: &identifier, Name: &name, Scopes: scopes}, nil
}
