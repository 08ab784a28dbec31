package event

import (
	"slices"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
)

// keyAttributes are the names that identify an entity. [CloudWatch Logs: Entity]
var keyAttributes = []string{"Type", "ResourceType", "Identifier", "Name", "Environment"}

// checkEntity tells what is wrong with the entity of a batch; nil if nothing is. The
// events are taken all the same, and the entity itself is not kept.
func checkEntity(e *api.Entity, g *logs.Group) *api.RejectedEntityInfo {
	if e == nil {
		return nil
	}
	reject := func(kind string) *api.RejectedEntityInfo { return &api.RejectedEntityInfo{ErrorType: kind} }
	if g.Class != "STANDARD" {
		return reject("UnsupportedLogGroupType") // (inferred)
	}
	for name := range e.KeyAttributes {
		if !slices.Contains(keyAttributes, name) {
			return reject("InvalidKeyAttributes")
		}
	}
	if e.KeyAttributes["Type"] == "" {
		return reject("MissingRequiredFields") // (inferred)
	}
	return nil
}
