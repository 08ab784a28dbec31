package group

import (
	"fmt"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AssociateKmsKey keeps the name of a key with a group. It is shown, nothing is
// encrypted with it.
func (s *Service) AssociateKmsKey(c *op.Call, in *api.AssociateKmsKeyInput) error {
	return s.setKey(c, in.LogGroupName, in.ResourceIdentifier, in.KmsKeyId)
}

// DisassociateKmsKey forgets the key; without one it changes nothing.
func (s *Service) DisassociateKmsKey(c *op.Call, in *api.DisassociateKmsKeyInput) error {
	return s.setKey(c, in.LogGroupName, in.ResourceIdentifier, "")
}

func (s *Service) setKey(c *op.Call, name, resource *string, key string) error {
	if (name == nil) == (resource == nil) {
		return logs.Invalid("Exactly one of logGroupName and resourceIdentifier must be given.") // (inferred)
	}
	if resource != nil {
		if strings.Contains(*resource, ":query-result:") {
			return logs.Invalid("Keys of query results are not supported by this server.")
		}
		group, err := logs.Identified(c, *resource)
		if err != nil {
			return err
		}
		name = &group
	}
	g, err := namedGroup(c, *name)
	if err != nil {
		return err
	}
	g.KMSKey = key
	if err := logs.Groups.Put(c.Tx, g); err != nil {
		return fmt.Errorf("key of log group: %w", err)
	}
	return nil
}
