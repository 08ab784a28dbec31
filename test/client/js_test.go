package client

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestJavaScript runs apps in Node, each against a server of its own: amazon-cognito-identity-js without and with second factors
// and devices, and Amplify.
func TestJavaScript(t *testing.T) {
	t.Parallel()
	dir := installJS(t)
	for name, factors := range map[string]bool{"day": false, "factors": true, "amplify": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runJS(t, dir, name, factors)
		})
	}
}

// installed makes that npm runs once.
var installed sync.Once

// installJS returns the programs' folder, with the packages of its lock file.
func installJS(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("js")
	if err != nil {
		t.Fatal(err)
	}
	installed.Do(func() {
		_, older := os.Stat(filepath.Join(dir, "node_modules", "amazon-cognito-identity-js"))
		_, newer := os.Stat(filepath.Join(dir, "node_modules", "aws-amplify"))
		_, newest := os.Stat(filepath.Join(dir, "node_modules", "@aws-crypto", "decrypt-node"))
		if errors.Join(older, newer, newest) == nil {
			return
		}
		r := harness.Run(t, dir, os.Environ(), 8*harness.Patience, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
		if r.Code != 0 {
			t.Fatalf("npm ci: exit code %d\n%s", r.Code, r.Stderr)
		}
	})
	return dir
}

// runJS runs one program for a pool and client of its own. With factors the pool has authenticators, and devices that stand for them
// once they are remembered.
func runJS(t *testing.T, dir, name string, factors bool) {
	s := harness.Start(t, binary, fast...)
	ctx, home := t.Context(), t.TempDir()
	watch := newWatch(t, s)
	pools := idp.NewFromConfig(sdkConfig(s))
	in := &idp.CreateUserPoolInput{PoolName: aws.String("js"), AutoVerifiedAttributes: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail}}
	if factors {
		in.DeviceConfiguration = &types.DeviceConfigurationType{ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true}
	}
	pool, err := pools.CreateUserPool(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if factors {
		_, err := pools.SetUserPoolMfaConfig(ctx, &idp.SetUserPoolMfaConfigInput{
			UserPoolId: pool.UserPool.Id, MfaConfiguration: types.UserPoolMfaTypeOptional,
			SoftwareTokenMfaConfiguration: &types.SoftwareTokenMfaConfigType{Enabled: true},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	app, err := pools.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: pool.UserPool.Id, ClientName: aws.String("browser"), PreventUserExistenceErrors: types.PreventUserExistenceErrorTypesEnabled,
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
	})
	if err != nil {
		t.Fatal(err)
	}
	const invited, temporary = "invited.by.go.7703", "Temporary-Canary-Oboe-2!"
	_, err = pools.AdminCreateUser(ctx, &idp.AdminCreateUserInput{
		UserPoolId: pool.UserPool.Id, Username: aws.String(invited), TemporaryPassword: aws.String(temporary), MessageAction: types.MessageActionTypeSuppress,
	})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(home, "canaries")
	env := append(s.ClientEnv(home), "CANARIES="+list, "POOL="+*pool.UserPool.Id, "CLIENT="+*app.UserPoolClient.ClientId, "INVITED="+invited, "TEMPORARY="+temporary)
	r := harness.Run(t, dir, env, 2*waitLimit, "node", name+".js")
	if r.Code != 0 || !strings.HasSuffix(r.Stdout, "ok\n") {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	watch.check(t, readCanaries(t, list))
}
