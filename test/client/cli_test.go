package client

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// cli is the AWS CLI, version 1 or 2, pointed at a server by AWS_ENDPOINT_URL.
type cli struct {
	t    *testing.T
	s    *harness.Server
	home string
	env  []string
}

func newCLI(t *testing.T, s *harness.Server) *cli {
	home := t.TempDir()
	return &cli{t: t, s: s, home: home, env: s.ClientEnv(home)}
}

// run runs one command to its end, whatever that is.
func (c *cli) run(args ...string) harness.Result {
	c.t.Helper()
	return harness.Run(c.t, c.home, c.env, harness.Patience, "aws", args...)
}

// ok wants exit code 0 and returns what was printed.
func (c *cli) ok(args ...string) string {
	c.t.Helper()
	r := c.run(args...)
	if r.Code != 0 {
		c.t.Fatalf("aws %s: exit code %d\n%s", strings.Join(args[:2], " "), r.Code, r.Stderr)
	}
	return strings.TrimSpace(r.Stdout)
}

// get is ok with one value of the answer, by a JMESPath expression.
func (c *cli) get(path string, args ...string) string {
	c.t.Helper()
	return c.ok(append(args, "--query", path, "--output", "text")...)
}

// refused wants the service's error: code, operation and message as the CLI prints them.
func (c *cli) refused(want string, args ...string) {
	c.t.Helper()
	r := c.run(args...)
	if r.Code == 0 || !strings.Contains(r.Stderr, want) {
		c.t.Errorf("aws %s: exit code %d, want the error %q\n%s", strings.Join(args[:2], " "), r.Code, want, r.Stderr)
	}
}

// file writes a file into the CLI's home and returns its path.
func (c *cli) file(name string, data []byte) string {
	c.t.Helper()
	path := filepath.Join(c.home, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

func TestCLIUserPool(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	c := newCLI(t, s)
	pool := c.get("UserPool.Id", "cognito-idp", "create-user-pool", "--pool-name", "cli", "--auto-verified-attributes", "email")
	if got := c.get("UserPool.Name", "cognito-idp", "describe-user-pool", "--user-pool-id", pool); got != "cli" {
		t.Errorf("pool name %q", got)
	}
	client := c.get("UserPoolClient.ClientId", "cognito-idp", "create-user-pool-client", "--user-pool-id", pool, "--client-name", "web",
		"--explicit-auth-flows", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
	const password, address = "Correct-Horse-42", "cli.user@example.com"
	if got := c.get("UserConfirmed", "cognito-idp", "sign-up", "--client-id", client, "--username", "cliuser", "--password", password,
		"--user-attributes", "Name=email,Value="+address); got != "False" {
		t.Errorf("UserConfirmed %s", got)
	}
	c.refused("An error occurred (UsernameExistsException) when calling the SignUp operation: User already exists",
		"cognito-idp", "sign-up", "--client-id", client, "--username", "cliuser", "--password", password)
	c.refused("An error occurred (UserNotConfirmedException) when calling the InitiateAuth operation: User is not confirmed.",
		"cognito-idp", "initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=cliuser,PASSWORD="+password)
	c.ok("cognito-idp", "confirm-sign-up", "--client-id", client, "--username", "cliuser", "--confirmation-code", s.Code(t, address))
	access := c.get("AuthenticationResult.AccessToken", "cognito-idp", "initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH",
		"--auth-parameters", "USERNAME=cliuser,PASSWORD="+password)
	if got := c.get("Username", "cognito-idp", "get-user", "--access-token", access); got != "cliuser" {
		t.Errorf("GetUser: %q", got)
	}
	c.refused("An error occurred (NotAuthorizedException) when calling the InitiateAuth operation: Incorrect username or password.",
		"cognito-idp", "initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=cliuser,PASSWORD=wrong-Guess-1")
	c.ok("cognito-idp", "global-sign-out", "--access-token", access)
	c.refused("An error occurred (NotAuthorizedException) when calling the GetUser operation: Access Token has been revoked",
		"cognito-idp", "get-user", "--access-token", access)
	if got := c.get("Users[].Username", "cognito-idp", "list-users", "--user-pool-id", pool); got != "cliuser" {
		t.Errorf("ListUsers: %q", got)
	}
	c.ok("cognito-idp", "admin-delete-user", "--user-pool-id", pool, "--username", "cliuser")
	c.refused("An error occurred (UserNotFoundException) when calling the AdminGetUser operation: User does not exist.",
		"cognito-idp", "admin-get-user", "--user-pool-id", pool, "--username", "cliuser")
	c.ok("cognito-idp", "delete-user-pool", "--user-pool-id", pool)
	c.refused("An error occurred (ResourceNotFoundException) when calling the DescribeUserPool operation: User pool "+pool+" does not exist.",
		"cognito-idp", "describe-user-pool", "--user-pool-id", pool)
	c.sees("DeleteUserPool", "GlobalSignOut", "ConfirmSignUp")
}

// sees waits until the event history holds an event of each name.
func (c *cli) sees(names ...string) {
	c.t.Helper()
	for _, name := range names {
		harness.Eventually(c.t, name+" is in the event history", func() bool {
			return c.get("length(Events)", "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue="+name) != "0"
		})
	}
}

func TestCLIIdentities(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	c := newCLI(t, s)
	if got := c.get("Arn", "sts", "get-caller-identity"); got != "arn:aws:iam::123456789012:root" {
		t.Errorf("caller is %s", got)
	}
	c.ok("iam", "create-user", "--user-name", "auditor")
	c.refused("An error occurred (EntityAlreadyExists) when calling the CreateUser operation: User with name auditor already exists.",
		"iam", "create-user", "--user-name", "auditor")
	c.ok("iam", "put-user-policy", "--user-name", "auditor", "--policy-name", "look", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cloudtrail:LookupEvents","Resource":"*"}]}`)
	var key struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string }
	}
	if err := json.Unmarshal([]byte(c.ok("iam", "create-access-key", "--user-name", "auditor", "--output", "json")), &key); err != nil {
		t.Fatal(err)
	}
	auditor := *c
	auditor.env = append(s.ClientEnv(c.home), "AWS_ACCESS_KEY_ID="+key.AccessKey.AccessKeyId, "AWS_SECRET_ACCESS_KEY="+key.AccessKey.SecretAccessKey)
	if got := auditor.get("Arn", "sts", "get-caller-identity"); got != "arn:aws:iam::123456789012:user/auditor" {
		t.Errorf("caller is %s", got)
	}
	auditor.ok("cloudtrail", "lookup-events")
	auditor.refused("An error occurred (AccessDeniedException) when calling the ListUserPools operation: User: arn:aws:iam::123456789012:user/auditor is not authorized to perform: cognito-idp:ListUserPools on resource: * because no identity-based policy allows the cognito-idp:ListUserPools action",
		"cognito-idp", "list-user-pools", "--max-results", "5")
	auditor.env = append(auditor.env, "AWS_SECRET_ACCESS_KEY=wrong"+strings.Repeat("x", 35))
	auditor.refused("An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: The request signature we calculated does not match the signature you provided.",
		"sts", "get-caller-identity")
	auditor.env = append(auditor.env, "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE")
	auditor.refused("An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid",
		"sts", "get-caller-identity")
}

// waitLimit is for commands that themselves make many calls.
const waitLimit = 60 * time.Second
