package service

import (
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/branding"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
	"github.com/cogtrail/cogtrail/internal/userpool/provider"
	"github.com/cogtrail/cogtrail/internal/userpool/resourceserver"
	"github.com/cogtrail/cogtrail/internal/userpool/risk"
	"github.com/cogtrail/cogtrail/internal/userpool/terms"
	"github.com/cogtrail/cogtrail/internal/userpool/uicustomization"
)

// PurgeHandler clears away what deleted pools left in the tables of all areas.
func PurgeHandler(state store.State) job.Handler {
	return userpool.PurgeHandler(state,
		userpool.Purging(&resourceserver.Servers), userpool.Purging(&provider.Providers), userpool.Purging(&uicustomization.Looks),
		userpool.Purging(&branding.Styles), userpool.Purging(&terms.Documents), userpool.Purging(&risk.Configurations), userpool.Purging(&logdelivery.Deliveries),
		userpool.Purging(&logdelivery.Lanes), userpool.Purging(&logdelivery.Waiting),
	)
}
