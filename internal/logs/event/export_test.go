package event

import (
	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// StageGet shows the stage of GetLogEvents to tests.
func (s *Service) StageGet(c *op.Call, in *api.GetLogEventsInput) any { return s.stageGet(c, in) }
