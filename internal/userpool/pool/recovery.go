package pool

import "github.com/cogtrail/cogtrail/internal/api/cognitoidp"

// recovery checks the ways to recover an account: each named once, each of its own priority, "only by an administrator" alone.
func recovery(s *cognitoidp.AccountRecoverySettingType) error {
	if s == nil {
		return nil
	}
	names, priorities := map[string]bool{}, map[int64]bool{}
	for _, m := range s.RecoveryMechanisms {
		switch {
		case m.Name == "admin_only" && len(s.RecoveryMechanisms) > 1:
			return adminOnlyAlone()
		case names[m.Name]:
			return recoveryTwice("recovery mechanism " + m.Name)
		case priorities[m.Priority]:
			return recoveryTwice("priority")
		}
		names[m.Name], priorities[m.Priority] = true, true
	}
	return nil
}
