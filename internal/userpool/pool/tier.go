package pool

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/domain"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
)

// tierFits checks that a pool uses nothing, beyond its own settings, that the feature plan it changes to lacks.
func tierFits(tx store.Tx, p *userpool.Pool, tier string) error {
	if tier == "PLUS" {
		return nil
	}
	logs, err := logdelivery.Of(tx, p)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(logs, func(l cognitoidp.LogConfigurationType) bool { return l.EventSource == "userAuthEvents" }) {
		return tierInUse()
	}
	if tier != "LITE" {
		return nil
	}
	if p.Factors.Email != nil || p.Factors.WebAuthn != nil || p.Tracking().Enabled {
		return tierInUse()
	}
	prefix, custom, err := domain.Of(tx, p)
	if err != nil {
		return err
	}
	for _, d := range []*domain.Domain{prefix, custom} {
		if d != nil && *d.Settings.ManagedLoginVersion == 2 {
			return tierInUse()
		}
	}
	return nil
}
