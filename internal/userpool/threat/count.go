package threat

import (
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const namespace = "AWS/Cognito"

// count adds an event to the metrics of threat protection: whether it was at risk, and of what kind. An event is counted once, when
// it is decided. The others of its kinds, such as codes asked for, are not counted, nor are attempts of nobody. [Cognito: metrics
// of threat protection]
func (w *Watch) count(tx store.Tx, e *userpool.AuthEvent, known bool) error {
	operation := e.Type
	switch operation {
	case SignIn, SignUp, PasswordChange:
	case ForgotPassword:
		operation = PasswordChange
		if e.Response == inProgress {
			return nil // the password is not changed yet
		}
	default:
		return nil
	}
	if w.guard.Emit == nil || !known {
		return nil
	}
	at := func(name string, dimensions map[string]string) error {
		dimensions["Operation"], dimensions["UserPoolId"] = operation, string(e.Pool)
		if err := w.guard.Emit(tx, e.Account, e.Region, namespace, name, dimensions, "Count", w.c.Now, 1); err != nil {
			return fmt.Errorf("count authentication event: %w", err)
		}
		return nil
	}
	atLevel := func(name, level string) error {
		return at(name, map[string]string{"RiskLevel": strings.ToLower(level)})
	}
	risky := false
	if e.Compromised {
		risky = true
		if err := atLevel("CompromisedCredentialRisk", High); err != nil {
			return err
		}
	}
	switch {
	case e.Barred:
		risky = true
		if err := atLevel("OverrideBlock", High); err != nil {
			return err
		}
	case e.Level != "":
		risky = true
		if err := atLevel("AccountTakeoverRisk", e.Level); err != nil {
			return err
		}
	}
	if risky {
		return at("Risk", map[string]string{})
	}
	return at("NoRisk", map[string]string{})
}

// keepCount counts an event that is not written, of a call that is refused.
func (w *Watch) keepCount(e *userpool.AuthEvent) {
	w.c.Keep(func(tx store.Tx) error { return w.count(tx, e, true) })
}
