package pool_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// A pool cannot leave a feature plan while it uses what only that has.
func TestUpdateUserPool_tierInUse(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UserPoolTier = new("PLUS") })
	tier := func(name string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: pool, UserPoolTier: &name})
		return res
	}
	logs := func(list ...cognitoidp.LogConfigurationType) {
		pooltest.Must(w, w.S.LogDelivery.SetLogDeliveryConfiguration, &cognitoidp.SetLogDeliveryConfigurationInput{UserPoolId: pool, LogConfigurations: list})
	}
	const refused = "The user pool uses features that the feature plan does not have."
	logs(cognitoidp.LogConfigurationType{EventSource: "userAuthEvents", LogLevel: "INFO", CloudWatchLogsConfiguration: &cognitoidp.CloudWatchLogsConfigurationType{LogGroupArn: new("arn:aws:logs:us-east-1:123456789012:log-group:events")}})
	w.Refused(tier("ESSENTIALS"), "TierChangeNotAllowedException", refused)
	logs()
	pooltest.Must(w, w.S.Domain.CreateUserPoolDomain, &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: "shop", ManagedLoginVersion: new(int64(2))})
	if res := tier("ESSENTIALS"); res.Err != nil {
		t.Error(res.Err)
	}
	w.Refused(tier("LITE"), "TierChangeNotAllowedException", refused)
	pooltest.Must(w, w.S.Domain.UpdateUserPoolDomain, &cognitoidp.UpdateUserPoolDomainInput{UserPoolId: pool, Domain: "shop", ManagedLoginVersion: new(int64(1))})
	if res := tier("LITE"); res.Err != nil {
		t.Error(res.Err)
	}
}
