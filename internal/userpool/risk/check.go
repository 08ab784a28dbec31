package risk

import (
	"net/netip"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

// check checks what the model does not: that notices can be sent if an action asks for them, and that address ranges are some.
func check(in *cognitoidp.SetRiskConfigurationInput) error {
	if a := in.AccountTakeoverRiskConfiguration; a != nil {
		for _, action := range []*cognitoidp.AccountTakeoverActionType{a.Actions.LowAction, a.Actions.MediumAction, a.Actions.HighAction} {
			if action != nil && action.Notify && a.NotifyConfiguration == nil {
				return noNotices()
			}
		}
		if n := a.NotifyConfiguration; n != nil {
			for _, mail := range []*cognitoidp.NotifyEmailType{n.BlockEmail, n.NoActionEmail, n.MfaEmail} {
				if mail != nil && mail.HtmlBody == nil && mail.TextBody == nil {
					return noBody()
				}
			}
		}
	}
	e := in.RiskExceptionConfiguration
	if e == nil {
		return nil
	}
	for _, list := range [][]string{e.BlockedIPRangeList, e.SkippedIPRangeList} {
		for _, text := range list {
			if _, err := netip.ParsePrefix(text); err != nil {
				return badRange(text)
			}
		}
	}
	return nil
}
