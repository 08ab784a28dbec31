package lookuptable

import (
	"errors"
	"fmt"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Bounds of lookup tables. [CloudWatch Logs: lookup tables]
const (
	MaxTables = 100
	MaxBytes  = 10 << 20
)

// Table is a lookup table without its rows. Times are milliseconds since 1970 UTC.
type Table struct {
	Account, Region, Name string
	Description           string `json:",omitempty"`
	KMSKey                string `json:",omitempty"`
	Fields                []string
	Records               int64
	Bytes                 int64
	Created, Updated      int64
	Tags                  map[string]string `json:",omitempty"`
}

// body is the CSV of a table.
type body struct{ Account, Region, Name, CSV string }

var (
	tables = store.Table[Table]{
		Name: "logs.lookuptables",
		Key:  func(t *Table) store.Key { return store.K(t.Account, t.Region, t.Name) },
	}
	bodies = store.Table[body]{
		Name: "logs.lookuptables.body",
		Key:  func(b *body) store.Key { return store.K(b.Account, b.Region, b.Name) },
	}
)

// ARN names the table. (inferred)
func (t *Table) ARN() string {
	return arn.Regional("logs", t.Region, t.Account, "lookup-table:"+t.Name)
}

// Service answers the operations.
type Service struct{ Tokens logs.Tokens }

var _ api.LookuptableAPI = (*Service)(nil)

// ErrNone says that there is no table of the name.
var ErrNone = errors.New("no such lookup table")

// Fields are the columns of a table, or ErrNone.
func Fields(tx store.Tx, account, region, name string) ([]string, error) {
	t, err := tables.Get(tx, store.K(account, region, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("read lookup table: %w", err)
	}
	return t.Fields, nil
}

// Load reads a table for a query, or ErrNone.
func Load(tx store.Tx, account, region, name string) (*run.Table, error) {
	b, err := bodies.Get(tx, store.K(account, region, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("read lookup table: %w", err)
	}
	return Read(b.CSV)
}

// find returns the table of an ARN of the caller's account and Region.
func find(c *op.Call, text string) (*Table, error) {
	a, err := arn.Parse(text)
	name, ok := strings.CutPrefix(a.Resource, "lookup-table:")
	if err != nil || !ok || a.Service != "logs" {
		return nil, logs.Invalid("Invalid ARN: " + text) // (inferred)
	}
	none := api.ResourceNotFoundException("The specified lookup table does not exist.") // (inferred)
	if a.Account != c.Account || a.Region != c.Region {
		return nil, none
	}
	t, err := tables.Get(c.Tx, store.K(c.Account, c.Region, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, none
	}
	if err != nil {
		return nil, fmt.Errorf("read lookup table: %w", err)
	}
	return t, nil
}

// write checks the CSV and keeps both rows.
func write(c *op.Call, t *Table, text string) error {
	read, err := Read(text)
	if err != nil {
		return logs.Invalid("The lookup table cannot be read: " + err.Error()) // (inferred)
	}
	t.Fields, t.Records, t.Bytes, t.Updated = read.Names, int64(len(read.Rows)), int64(len(text)), c.Now.UnixMilli()
	if err := tables.Put(c.Tx, t); err != nil {
		return fmt.Errorf("write lookup table: %w", err)
	}
	if err := bodies.Put(c.Tx, &body{t.Account, t.Region, t.Name, text}); err != nil {
		return fmt.Errorf("write lookup table: %w", err)
	}
	return nil
}
