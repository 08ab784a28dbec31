package risk_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func watched(in *cognitoidp.CreateUserPoolInput) {
	in.UserPoolTier, in.UserPoolAddOns = new("PLUS"), &cognitoidp.UserPoolAddOnsType{AdvancedSecurityMode: "AUDIT"}
}

func set(w *pooltest.World, in *cognitoidp.SetRiskConfigurationInput) (string, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.Risk.SetRiskConfiguration, in)
	if res.Err != nil {
		return "", res
	}
	return optest.JSON(w.T, out.RiskConfiguration), res
}

func describe(w *pooltest.World, pool string, client *string) (string, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.Risk.DescribeRiskConfiguration, &cognitoidp.DescribeRiskConfigurationInput{UserPoolId: pool, ClientId: client})
	if res.Err != nil {
		return "", res
	}
	return optest.JSON(w.T, out.RiskConfiguration), res
}

func TestRiskConfiguration(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(watched)
	client := *w.Client(pool, nil).ClientId
	bare := `{"UserPoolId":"` + pool + `"}`
	bareClient := `{"ClientId":"` + client + `","UserPoolId":"` + pool + `"}`
	if got, res := describe(w, pool, nil); got != bare {
		t.Errorf("without any: %s, %v", got, res.Err)
	}
	in := &cognitoidp.SetRiskConfigurationInput{
		UserPoolId:                              pool,
		CompromisedCredentialsRiskConfiguration: &cognitoidp.CompromisedCredentialsRiskConfigurationType{EventFilter: []string{"SIGN_IN"}, Actions: &cognitoidp.CompromisedCredentialsActionsType{EventAction: "BLOCK"}},
		AccountTakeoverRiskConfiguration: &cognitoidp.AccountTakeoverRiskConfigurationType{
			NotifyConfiguration: &cognitoidp.NotifyConfigurationType{SourceArn: "arn:aws:ses:us-east-1:123456789012:identity/a@example.com", BlockEmail: &cognitoidp.NotifyEmailType{Subject: "Blocked", TextBody: new("It was blocked.")}},
			Actions:             &cognitoidp.AccountTakeoverActionsType{HighAction: &cognitoidp.AccountTakeoverActionType{Notify: true, EventAction: "BLOCK"}},
		},
		RiskExceptionConfiguration: &cognitoidp.RiskExceptionConfigurationType{BlockedIPRangeList: []string{"192.0.2.0/24", "2001:db8::/32"}},
	}
	all, res := set(w, in)
	want := `{"AccountTakeoverRiskConfiguration":{"Actions":{"HighAction":{"EventAction":"BLOCK","Notify":true}},"NotifyConfiguration":{"BlockEmail":{"Subject":"Blocked","TextBody":"It was blocked."},` +
		`"SourceArn":"arn:aws:ses:us-east-1:123456789012:identity/a@example.com"}},"CompromisedCredentialsRiskConfiguration":{"Actions":{"EventAction":"BLOCK"},"EventFilter":["SIGN_IN"]},` +
		`"LastModifiedDate":"2026-03-03T07:05:09.25Z","RiskExceptionConfiguration":{"BlockedIPRangeList":["192.0.2.0/24","2001:db8::/32"]},"UserPoolId":"` + pool + `"}`
	if all != want {
		t.Errorf("got  %s, %v\nwant %s", all, res.Err, want)
	}
	if got, _ := describe(w, pool, nil); got != want {
		t.Errorf("described as %s", got)
	}
	if got, res := describe(w, pool, &client); got != bareClient {
		t.Errorf("the client's is %s, %v", got, res.Err)
	}
	own := &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool, ClientId: &client, RiskExceptionConfiguration: &cognitoidp.RiskExceptionConfigurationType{SkippedIPRangeList: []string{"10.0.0.0/8"}}}
	if _, res := set(w, own); res.Err != nil {
		t.Fatal(res.Err)
	}
	want = `{"ClientId":"` + client + `","LastModifiedDate":"2026-03-03T07:05:09.25Z","RiskExceptionConfiguration":{"SkippedIPRangeList":["10.0.0.0/8"]},"UserPoolId":"` + pool + `"}`
	if got, _ := describe(w, pool, &client); got != want {
		t.Errorf("the client's is %s", got)
	}
	if got, res := set(w, &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool, ClientId: &client}); got != bareClient {
		t.Errorf("taken away: %s, %v", got, res.Err)
	}
	if got, _ := describe(w, pool, &client); got != bareClient {
		t.Errorf("the client's is %s", got)
	}
	if got, _ := describe(w, pool, nil); got != all {
		t.Errorf("the pool's is %s", got)
	}
	if got, _ := set(w, &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool}); got != bare {
		t.Errorf("taken away: %s", got)
	}
}

func TestSetRiskConfiguration_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, off := w.Pool(watched), w.Pool(nil)
	foreign := *w.Client(off, nil).ClientId
	notify := &cognitoidp.AccountTakeoverRiskConfigurationType{Actions: &cognitoidp.AccountTakeoverActionsType{LowAction: &cognitoidp.AccountTakeoverActionType{Notify: true, EventAction: "NO_ACTION"}}}
	bodiless := &cognitoidp.AccountTakeoverRiskConfigurationType{Actions: &cognitoidp.AccountTakeoverActionsType{},
		NotifyConfiguration: &cognitoidp.NotifyConfigurationType{SourceArn: "arn:aws:ses:us-east-1:123456789012:identity/a", MfaEmail: &cognitoidp.NotifyEmailType{Subject: "s"}}}
	ranges := func(text string) *cognitoidp.RiskExceptionConfigurationType {
		return &cognitoidp.RiskExceptionConfigurationType{SkippedIPRangeList: []string{"10.0.0.0/8", text}}
	}
	for _, c := range []struct {
		name          string
		in            *cognitoidp.SetRiskConfigurationInput
		code, message string
	}{
		{"off", &cognitoidp.SetRiskConfigurationInput{UserPoolId: off}, "UserPoolAddOnNotEnabledException", "Threat Protection is not enabled for this user pool."},
		{"notice without sender", &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool, AccountTakeoverRiskConfiguration: notify}, "InvalidParameterException", "NotifyConfiguration is required when an action notifies the user."},
		{"notice without body", &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool, AccountTakeoverRiskConfiguration: bodiless}, "InvalidParameterException", "A notification must have an HtmlBody or a TextBody."},
		{"address", &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool, RiskExceptionConfiguration: ranges("192.0.2.1")}, "InvalidParameterException", "Invalid IP range: 192.0.2.1"},
		{"bits", &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool, RiskExceptionConfiguration: ranges("192.0.2.1/33")}, "InvalidParameterException", "Invalid IP range: 192.0.2.1/33"},
		{"client of another pool", &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool, ClientId: &foreign}, "ResourceNotFoundException", "User pool client " + foreign + " does not exist."},
		{"unknown pool", &cognitoidp.SetRiskConfigurationInput{UserPoolId: "us-east-1_nothing00"}, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, res := set(w, c.in); res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	_, res := describe(w, off, nil)
	w.Refused(res, "UserPoolAddOnNotEnabledException", "Threat Protection is not enabled for this user pool.")
	if got, _ := describe(w, pool, nil); got != `{"UserPoolId":"`+pool+`"}` {
		t.Errorf("a refused call left %s", got)
	}
}
