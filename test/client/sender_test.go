package client

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	idptypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestCustomSender confirms a sign-up with the code that a pool's own sender was told, decrypted by the AWS Encryption SDK.
func TestCustomSender(t *testing.T) {
	t.Parallel()
	dir := installJS(t)
	events := make(chan []byte, 1)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		events <- raw // the answer is empty: it does not matter
	}))
	t.Cleanup(hook.Close)
	const function, key = "arn:aws:lambda:us-east-1:123456789012:function:mail", "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000"
	s := harness.Start(t, binary, "COGTRAIL_LAMBDA_FUNCTIONS=mail="+hook.URL)
	ctx, pools := t.Context(), idp.NewFromConfig(sdkConfig(s))
	pool := want[*idp.CreateUserPoolOutput](t)(pools.CreateUserPool(ctx, &idp.CreateUserPoolInput{
		PoolName: aws.String("senders"), AutoVerifiedAttributes: []idptypes.VerifiedAttributeType{idptypes.VerifiedAttributeTypeEmail},
		LambdaConfig: &idptypes.LambdaConfigType{KMSKeyID: aws.String(key), CustomEmailSender: &idptypes.CustomEmailLambdaVersionConfigType{
			LambdaArn: aws.String(function), LambdaVersion: idptypes.CustomEmailSenderLambdaVersionTypeV10,
		}},
	})).UserPool.Id
	client := want[*idp.CreateUserPoolClientOutput](t)(pools.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{UserPoolId: pool, ClientName: aws.String("app")})).UserPoolClient.ClientId
	want[*idp.SignUpOutput](t)(pools.SignUp(ctx, &idp.SignUpInput{
		ClientId: client, Username: aws.String("jo"), Password: aws.String("Piccolo-Orbit-61!"),
		UserAttributes: []idptypes.AttributeType{{Name: aws.String("email"), Value: aws.String("jo@example.org")}},
	}))
	var e event
	if err := json.Unmarshal(<-events, &e); err != nil || e.Source != "CustomEmailSender_SignUp" || e.Request["type"] != "customEmailSenderRequestV1" {
		t.Fatalf("%+v, %v", e, err)
	}

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/_cogtrail/sender-key?keyId="+url.QueryEscape(key), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(s.Key, s.Secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var k struct{ KeyNamespace, KeyName, Key string }
	if err := json.NewDecoder(resp.Body).Decode(&k); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	code, _ := e.Request["code"].(string)
	if raw, err := base64.StdEncoding.DecodeString(code); err != nil || !strings.Contains(string(raw), "\x00\x0buserpool-id\x00\x13"+*pool) {
		t.Fatalf("the context of %x is not the pool, %v", raw, err)
	}
	text := readmeDecrypts(t, dir, key, k.Key, code)
	want[*idp.ConfirmSignUpOutput](t)(pools.ConfirmSignUp(ctx, &idp.ConfirmSignUpInput{ClientId: client, Username: aws.String("jo"), ConfirmationCode: &text}))
}

// readmeDecrypts runs the README's lines for functions in JavaScript, over one event, and returns the code.
func readmeDecrypts(t *testing.T, dir, keyARN, key, code string) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(string(readme), "```js\nconst keyring")
	lines, _, found := strings.Cut(lines, "```")
	if !found {
		t.Fatal("the README tells functions no more how to decrypt")
	}
	program := `import { buildDecrypt } from "@aws-crypto/decrypt-node";
import { RawAesKeyringNode, RawAesWrappingSuiteIdentifier } from "@aws-crypto/raw-aes-keyring-node";
const [KMS_KEY_ARN, KEY, code] = process.argv.slice(2), event = { request: { code } };
const keyring` + lines + `console.log(plaintext.toString());`
	r := harness.Run(t, dir, os.Environ(), waitLimit, "sh", "-c", `printf %s "$0" | node --input-type=module - "$1" "$2" "$3"`, program, keyARN, key, code)
	if r.Code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	return strings.TrimSpace(r.Stdout)
}
