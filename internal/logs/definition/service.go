package definition

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// MaxDefinitions is how many an account keeps per Region. [CloudWatch Logs: quotas]
const MaxDefinitions = 1000

// Definition is a saved query.
type Definition struct {
	Account, Region, ID string
	Name                string
	Language            string
	Text                string
	Groups              []string    `json:",omitempty"`
	Parameters          []Parameter `json:",omitempty"`
	Token               string      `json:",omitempty"` // of the client that made it
	Modified            int64       // milliseconds since 1970 UTC
}

// Parameter is a placeholder {{Name}} of the text.
type Parameter struct{ Name, Default, Description string }

var definitions = store.Table[Definition]{
	Name: "logs.definitions",
	Key:  func(d *Definition) store.Key { return store.K(d.Account, d.Region, d.ID) },
	Indexes: []store.Index[Definition]{
		{Name: "name", Of: func(d *Definition) []store.Key { return []store.Key{store.K(d.Account, d.Region, d.Name)} }},
		{Name: "token", Unique: true, Of: func(d *Definition) []store.Key {
			if d.Token == "" {
				return nil
			}
			return []store.Key{store.K(d.Account, d.Region, d.Token)}
		}},
	},
}

// Service answers the operations.
type Service struct{ Tokens logs.Tokens }

var _ api.DefinitionAPI = (*Service)(nil)

func newID() string { return uuid.NewString() }

func find(c *op.Call, id string) (*Definition, error) {
	d, err := definitions.Get(c.Tx, store.K(c.Account, c.Region, id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.ResourceNotFoundException("The specified query definition does not exist.") // (inferred)
	}
	if err != nil {
		return nil, fmt.Errorf("read query definition: %w", err)
	}
	return d, nil
}
