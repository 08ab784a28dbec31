package service_test

import (
	"encoding/json"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/service"
)

// furnish gives a pool one of everything that hangs on it or on a client, and returns the client.
func furnish(w *pooltest.World, pool, domain string) string {
	w.T.Helper()
	client := *w.Client(pool, nil).ClientId
	pooltest.Must(w, w.S.ResourceServer.CreateResourceServer, &cognitoidp.CreateResourceServerInput{UserPoolId: pool, Identifier: "rs", Name: "rs"})
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, &cognitoidp.CreateIdentityProviderInput{
		UserPoolId: pool, ProviderName: "Google", ProviderType: "Google", IdpIdentifiers: []string{"a.example"},
		ProviderDetails: map[string]string{"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"},
	})
	pooltest.Must(w, w.S.Domain.CreateUserPoolDomain, &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: domain})
	pooltest.Must(w, w.S.UICustomization.SetUICustomization, &cognitoidp.SetUICustomizationInput{UserPoolId: pool, ClientId: &client, CSS: new(".logo-customizable{color:red}")})
	pooltest.Must(w, w.S.Branding.CreateManagedLoginBranding, &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: client, UseCognitoProvidedValues: new(true)})
	pooltest.Must(w, w.S.Terms.CreateTerms, &cognitoidp.CreateTermsInput{
		UserPoolId: pool, ClientId: client, TermsName: "terms-of-use", TermsSource: "LINK", Enforcement: "NONE", Links: map[string]string{"cognito:default": "https://a.example/"},
	})
	pooltest.Must(w, w.S.Risk.SetRiskConfiguration, &cognitoidp.SetRiskConfigurationInput{
		UserPoolId: pool, ClientId: &client, RiskExceptionConfiguration: &cognitoidp.RiskExceptionConfigurationType{BlockedIPRangeList: []string{"10.0.0.0/8"}},
	})
	pooltest.Must(w, w.S.LogDelivery.SetLogDeliveryConfiguration, &cognitoidp.SetLogDeliveryConfigurationInput{UserPoolId: pool, LogConfigurations: []cognitoidp.LogConfigurationType{{
		EventSource: "userNotification", LogLevel: "ERROR",
		CloudWatchLogsConfiguration: &cognitoidp.CloudWatchLogsConfigurationType{LogGroupArn: new("arn:aws:logs:us-east-1:123456789012:log-group:a")},
	}}})
	return client
}

func rows(w *pooltest.World, want map[string]int) {
	w.T.Helper()
	w.View(func(tx store.Tx) error {
		for space, n := range want {
			got := 0
			for _, err := range tx.Scan(space, nil, nil, false) {
				if err != nil {
					return err
				}
				got++
			}
			if got != n {
				w.T.Errorf("%s has %d rows, not %d", space, got, n)
			}
		}
		return nil
	})
}

var ofClients = []string{"userpool.looks", "userpool.styles", "userpool.styles.client", "userpool.terms", "userpool.terms.client", "userpool.risks"}

var ofPools = append([]string{"userpool.resourceservers", "userpool.providers", "userpool.providers.identifier", "userpool.logdeliveries"}, ofClients...)

func each(spaces []string, n int) map[string]int {
	out := map[string]int{}
	for _, s := range spaces {
		out[s] = n
	}
	return out
}

// What hangs on a pool or on a client goes with it, and nobody else's.
func TestPurge(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	plus := func(in *cognitoidp.CreateUserPoolInput) {
		in.UserPoolTier, in.UserPoolAddOns = new("PLUS"), &cognitoidp.UserPoolAddOnsType{AdvancedSecurityMode: "AUDIT"}
	}
	pool, kept := w.Pool(plus), w.Pool(plus)
	client := furnish(w, pool, "one")
	furnish(w, kept, "two")
	rows(w, each(ofPools, 2))

	pooltest.Must(w, pooltest.Nothing(w.S.Client.DeleteUserPoolClient), &cognitoidp.DeleteUserPoolClientInput{UserPoolId: pool, ClientId: client})
	rows(w, each(ofClients, 1))

	pooltest.Must(w, w.S.Domain.DeleteUserPoolDomain, &cognitoidp.DeleteUserPoolDomainInput{UserPoolId: pool, Domain: "one"})
	furnish(w, w.Pool(plus), "three") // between the two
	pooltest.Must(w, pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: pool})
	payload, err := json.Marshal(userpool.Purge{Account: pooltest.Account, Region: pooltest.Region, Pool: userpool.PoolID(pool)})
	if err != nil {
		t.Fatal(err)
	}
	if err := service.PurgeHandler(w.State)(t.Context(), job.Job{Payload: payload}); err != nil {
		t.Fatal(err)
	}
	rows(w, each(ofPools, 2))
	rows(w, map[string]int{"userpool.domains": 2})
}
