package client

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	idptypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestJavaScript is an app with amazon-cognito-identity-js, in Node.
func TestJavaScript(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary, fast...)
	ctx, home := t.Context(), t.TempDir()
	dir, err := filepath.Abs("js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "amazon-cognito-identity-js")); err != nil {
		r := harness.Run(t, dir, os.Environ(), 4*harness.Patience, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
		if r.Code != 0 {
			t.Fatalf("npm ci: exit code %d\n%s", r.Code, r.Stderr)
		}
	}
	watch := newWatch(t, s)
	pools := idp.NewFromConfig(sdkConfig(s))
	pool, err := pools.CreateUserPool(ctx, &idp.CreateUserPoolInput{
		PoolName: aws.String("js"), AutoVerifiedAttributes: []idptypes.VerifiedAttributeType{idptypes.VerifiedAttributeTypeEmail},
	})
	if err != nil {
		t.Fatal(err)
	}
	app, err := pools.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: pool.UserPool.Id, ClientName: aws.String("browser"), PreventUserExistenceErrors: idptypes.PreventUserExistenceErrorTypesEnabled,
		ExplicitAuthFlows: []idptypes.ExplicitAuthFlowsType{idptypes.ExplicitAuthFlowsTypeAllowUserSrpAuth, idptypes.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
	})
	if err != nil {
		t.Fatal(err)
	}
	const invited, temporary = "invited.by.go.7703", "Temporary-Canary-Oboe-2!"
	_, err = pools.AdminCreateUser(ctx, &idp.AdminCreateUserInput{
		UserPoolId: pool.UserPool.Id, Username: aws.String(invited), TemporaryPassword: aws.String(temporary), MessageAction: idptypes.MessageActionTypeSuppress,
	})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(home, "canaries")
	env := append(s.ClientEnv(home), "CANARIES="+list, "POOL="+*pool.UserPool.Id, "CLIENT="+*app.UserPoolClient.ClientId, "INVITED="+invited, "TEMPORARY="+temporary)
	r := harness.Run(t, dir, env, waitLimit, "node", "day.js")
	if r.Code != 0 || !strings.HasSuffix(r.Stdout, "ok\n") {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	watch.check(t, readCanaries(t, list))
}
