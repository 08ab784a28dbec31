package client

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	idptypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestFirehose has a sign-in's event at the HTTP endpoint that stands for a stream of Firehose.
func TestFirehose(t *testing.T) {
	t.Parallel()
	const stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/sign-ins"
	type request struct {
		id, source string
		body       []byte
	}
	requests := make(chan request, 10)
	endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		requests <- request{r.Header.Get("X-Amz-Firehose-Request-Id"), r.Header.Get("X-Amz-Firehose-Source-Arn"), raw}
	}))
	t.Cleanup(endpoint.Close)
	s := harness.Start(t, binary, "COGTRAIL_LOGS_DESTINATIONS="+stream+"="+endpoint.URL)
	ctx, pools := t.Context(), idp.NewFromConfig(sdkConfig(s))
	pool := want[*idp.CreateUserPoolOutput](t)(pools.CreateUserPool(ctx, &idp.CreateUserPoolInput{
		PoolName: aws.String("watched"), UserPoolTier: idptypes.UserPoolTierTypePlus,
		UserPoolAddOns: &idptypes.UserPoolAddOnsType{AdvancedSecurityMode: idptypes.AdvancedSecurityModeTypeAudit},
	})).UserPool.Id
	deliver := func(arn string) error {
		_, err := pools.SetLogDeliveryConfiguration(ctx, &idp.SetLogDeliveryConfigurationInput{UserPoolId: pool, LogConfigurations: []idptypes.LogConfigurationType{{
			EventSource: idptypes.EventSourceNameUserAuthEvents, LogLevel: idptypes.LogLevelInfo, FirehoseConfiguration: &idptypes.FirehoseConfigurationType{StreamArn: &arn},
		}}})
		return err
	}
	is[*idptypes.InvalidParameterException](t, deliver(stream+"-2"), "Invalid log destination: "+stream+"-2 has no address: logs.destinations of this server names none.")
	if err := deliver(stream); err != nil {
		t.Fatal(err)
	}
	client := want[*idp.CreateUserPoolClientOutput](t)(pools.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: pool, ClientName: aws.String("app"), ExplicitAuthFlows: []idptypes.ExplicitAuthFlowsType{idptypes.ExplicitAuthFlowsTypeAllowUserPasswordAuth, idptypes.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
	})).UserPoolClient.ClientId
	want[*idp.AdminCreateUserOutput](t)(pools.AdminCreateUser(ctx, &idp.AdminCreateUserInput{UserPoolId: pool, Username: aws.String("jo"), MessageAction: idptypes.MessageActionTypeSuppress}))
	want[*idp.AdminSetUserPasswordOutput](t)(pools.AdminSetUserPassword(ctx, &idp.AdminSetUserPasswordInput{UserPoolId: pool, Username: aws.String("jo"), Password: aws.String("Piccolo-Orbit-61!"), Permanent: true}))
	want[*idp.InitiateAuthOutput](t)(pools.InitiateAuth(ctx, &idp.InitiateAuthInput{
		ClientId: client, AuthFlow: idptypes.AuthFlowTypeUserPasswordAuth, AuthParameters: map[string]string{"USERNAME": "jo", "PASSWORD": "Piccolo-Orbit-61!"},
	}))
	select {
	case r := <-requests:
		var got struct {
			RequestID string                  `json:"requestId"`
			Records   []struct{ Data []byte } `json:"records"`
		}
		if err := json.Unmarshal(r.body, &got); err != nil || got.RequestID != r.id || r.source != stream || len(got.Records) == 0 {
			t.Fatalf("%s %s %s, %v", r.id, r.source, r.body, err)
		}
		var e struct {
			EventSource string
			LogSourceID struct{ UserPoolID string }
		}
		if err := json.Unmarshal(got.Records[0].Data, &e); err != nil || e.EventSource != "USER_ACTIVITY" || e.LogSourceID.UserPoolID != *pool {
			t.Errorf("%s, %v", got.Records[0].Data, err)
		}
	case <-time.After(harness.Patience):
		t.Fatal("no request came")
	}
}
