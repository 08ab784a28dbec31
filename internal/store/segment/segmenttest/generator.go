package segmenttest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// Account, Region and Epoch are those of every generated record; Epoch is the
// time of the first in milliseconds since 1970 UTC (2026-03-02T10:00:00Z).
const (
	Account = "111122223333"
	Region  = "us-east-1"
	Epoch   = 1_772_445_600_000
)

// Voucher is the text of requestParameters.clientMetadata.campaign.voucher, which the first sign-in after every
// record 600,000 of 2,500,000 has and no other.
const Voucher = "SPRING-7Q4X"

// validity are the seconds that access tokens of each client live.
var validity = [8]int{3600, 300, 3600, 900, 86400, 3600, 600, 1800}

// Generator makes records one after the other. It belongs to one goroutine.
type Generator struct {
	rnd    *rand.Rand
	users  *rand.Zipf
	addrs  *rand.Zipf
	agents *rand.Zipf
	n      int64
	// Step is the mean distance of two records in time; 40 ms by default.
	Step time.Duration
	at   float64 // milliseconds
	// campaign says that the next sign-in has the rare field.
	campaign bool
}

// New returns a generator.
func New(seed uint64) *Generator {
	rnd := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	return &Generator{
		rnd:    rnd,
		users:  rand.NewZipf(rnd, 1.1, 20, 49_999),
		addrs:  rand.NewZipf(rnd, 1.15, 8, 19_999),
		agents: rand.NewZipf(rnd, 1.6, 2, 299),
		Step:   40 * time.Millisecond,
		at:     Epoch,
	}
}

type operation struct {
	weight     int
	name       string
	source     string
	anonymous  bool
	readOnly   bool
	errorShare int // per thousand
	code, text string
}

var operations = []operation{
	{340, "InitiateAuth", "cognito-idp", true, false, 120, "NotAuthorizedException", "Incorrect username or password."},
	{270, "RespondToAuthChallenge", "cognito-idp", true, false, 60, "NotAuthorizedException", "Incorrect username or password."},
	{120, "GetUser", "cognito-idp", true, true, 20, "NotAuthorizedException", "Access Token has expired"},
	{70, "AdminGetUser", "cognito-idp", false, true, 30, "UserNotFoundException", "User does not exist."},
	{40, "SignUp", "cognito-idp", true, false, 90, "UsernameExistsException", "User already exists"},
	{30, "ConfirmSignUp", "cognito-idp", true, false, 150, "CodeMismatchException", "Invalid verification code provided, please try again."},
	{25, "ForgotPassword", "cognito-idp", true, false, 40, "LimitExceededException", "Attempt limit exceeded, please try after some time."},
	{20, "ConfirmForgotPassword", "cognito-idp", true, false, 100, "ExpiredCodeException", "Invalid code provided, please request a code again."},
	{30, "AdminUpdateUserAttributes", "cognito-idp", false, false, 10, "UserNotFoundException", "User does not exist."},
	{20, "ListUsers", "cognito-idp", false, true, 5, "TooManyRequestsException", "Rate exceeded"},
	{10, "DescribeUserPool", "cognito-idp", false, true, 5, "ResourceNotFoundException", "User pool us-east-1_xxxxxxxxx does not exist."},
	{2, "CreateUserPoolClient", "cognito-idp", false, false, 5, "InvalidParameterException", "1 validation error detected"},
	{8, "LookupEvents", "cloudtrail", false, true, 50, "ThrottlingException", "Rate exceeded"},
	{10, "AssumeRole", "sts", false, true, 5, "AccessDenied", "Access denied"},
	{5, "ListIdentityPools", "cognito-identity", false, true, 0, "", ""},
}

// Next returns the next record as a history row with the account's next number.
func (g *Generator) Next() segment.Row {
	if g.n++; g.n%2_500_000 == 600_000 {
		g.campaign = true
	}
	g.at += g.rnd.ExpFloat64() * float64(g.Step.Milliseconds())
	at := time.UnixMilli(int64(g.at)).UTC()
	op := g.operation()
	user, client := g.users.Uint64(), g.rnd.IntN(8)
	pool := client / 3
	id := g.uuid()
	b := make([]byte, 0, 1600)
	if op.anonymous {
		b = append(b, `{"eventVersion":"1.11","userIdentity":{"type":"Unknown","principalId":"Anonymous"}`...)
	} else {
		role := []string{"app-backend", "app-admin", "ci-deploy", "support-desk"}[min(3, int(g.rnd.ExpFloat64()))]
		session := fmt.Sprintf("i-%017x", 0xabc0+g.rnd.IntN(6))
		b = fmt.Appendf(b, `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE%s:%s","arn":"arn:aws:sts::%s:assumed-role/%s/%s","accountId":"%s","accessKeyId":"ASIAEXAMPLE%09d","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE%s","arn":"arn:aws:iam::%s:role/%s","accountId":"%s","userName":"%s"},"attributes":{"creationDate":"%s","mfaAuthenticated":"false"}}}`,
			role, session, Account, role, session, Account, g.n/20_000*7+int64(len(role)), role, Account, role, Account, role,
			at.Truncate(time.Hour).Format("2006-01-02T15:04:05Z"))
	}
	b = append(b, `,"eventTime":"`...)
	b = at.AppendFormat(b, "2006-01-02T15:04:05Z")
	b = fmt.Appendf(b, `","eventSource":"%s.amazonaws.com","eventName":"%s","awsRegion":"%s","sourceIPAddress":"%s","userAgent":"%s"`,
		op.source, op.name, Region, g.address(), g.agent())
	failed := g.rnd.IntN(1000) < op.errorShare
	if failed {
		b = append(b, `,"errorCode":"`+op.code+`","errorMessage":"`+op.text+`"`...)
	}
	b = g.parameters(b, op, pool, client, failed)
	sub := Sub(user)
	if op.anonymous || op.name[:2] == "Ad" {
		b = fmt.Appendf(b, `,"additionalEventData":{"sub":"%s","userPoolId":"%s"}`, sub, Pool(pool))
	}
	b = append(b, `,"requestID":"`+g.uuid()+`","eventID":"`+id+`","readOnly":`...)
	b = strconv.AppendBool(b, op.readOnly)
	b = append(b, `,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"`+Account+
		`","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"`+
		op.source+`.us-east-1.amazonaws.com"}}`...)
	return segment.Row{
		Account: Account, Region: Region, Group: segment.History, Time: at.Truncate(time.Second).UnixMilli(),
		Ingested: at.UnixMilli(), Seq: g.n, ID: id, Message: b,
	}
}

// Rows returns the next n records.
func (g *Generator) Rows(n int) []segment.Row {
	out := make([]segment.Row, n)
	for i := range out {
		out[i] = g.Next()
	}
	return out
}

// Pool is the id of the i-th user pool; there are three.
func Pool(i int) string { return fmt.Sprintf("us-east-1_Ab%dCdEfGh", i) }

// Sub is the sub of the i-th user; small numbers are busy users.
func Sub(i uint64) string {
	h := i*0x9e3779b97f4a7c15 + 0x1234567
	return fmt.Sprintf("%08x-%04x-7%03x-%04x-%012x", uint32(h>>32), uint16(h>>16), uint16(h)&0xfff, 0x8000|uint16(h>>50), h&0xffffffffffff)
}

func (g *Generator) operation() *operation {
	n := g.rnd.IntN(1000)
	for i := range operations {
		if n -= operations[i].weight; n < 0 {
			return &operations[i]
		}
	}
	return &operations[0]
}

func (g *Generator) parameters(b []byte, op *operation, pool, client int, failed bool) []byte {
	const h = `"HIDDEN_FOR_SECURITY_REASONS"`
	clientID := fmt.Sprintf("1h57kf5cpq17m0eml1%dexample", client)
	switch op.name {
	case "InitiateAuth":
		flow := []string{"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "USER_PASSWORD_AUTH"}[min(2, int(g.rnd.ExpFloat64()))]
		metadata := "{}"
		if g.campaign {
			g.campaign, metadata = false, `{"campaign":{"voucher":"`+Voucher+`"}}`
		}
		b = append(b, `,"requestParameters":{"authFlow":"`+flow+`","authParameters":`+h+`,"clientId":"`+clientID+`","clientMetadata":`+metadata+`,"userContextData":`+h+`}`...)
	case "RespondToAuthChallenge":
		b = append(b, `,"requestParameters":{"clientId":"`+clientID+`","challengeName":"PASSWORD_VERIFIER","session":`+h+`,"challengeResponses":`+h+`,"userContextData":`+h+`}`...)
	case "GetUser":
		b = append(b, `,"requestParameters":{"accessToken":`+h+`}`...)
	case "SignUp", "ConfirmSignUp", "ForgotPassword", "ConfirmForgotPassword":
		b = append(b, `,"requestParameters":{"clientId":"`+clientID+`","username":`+h+`,"password":`+h+`,"userAttributes":`+h+`}`...)
	case "LookupEvents":
		b = append(b, `,"requestParameters":{"maxResults":50}`...)
	case "AssumeRole":
		b = append(b, `,"requestParameters":{"roleArn":"arn:aws:iam::`+Account+`:role/app-backend","roleSessionName":"backend"}`...)
	default:
		b = append(b, `,"requestParameters":{"userPoolId":"`+Pool(pool)+`","username":`+h+`}`...)
	}
	if failed || op.readOnly {
		return append(b, `,"responseElements":null`...)
	}
	return append(b, `,"responseElements":{"challengeParameters":{},"authenticationResult":{"accessToken":`+h+`,"expiresIn":`+strconv.Itoa(validity[client])+`,"tokenType":"Bearer","refreshToken":`+h+`,"idToken":`+h+`}}`...)
}

func (g *Generator) address() string {
	n := g.addrs.Uint64()
	if n%3 == 0 {
		return fmt.Sprintf("2001:db8:%x:%x::%x", n%97, n*31%65536, n)
	}
	return fmt.Sprintf("198.51.%d.%d", 100+n/256%100, n%256)
}

func (g *Generator) agent() string {
	n := g.agents.Uint64()
	switch n % 3 {
	case 0:
		return fmt.Sprintf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.%d Mobile/15E148 Safari/604.1", n%7, n/7)
	case 1:
		return fmt.Sprintf("aws-sdk-js/3.%d.0 ua/2.1 os/linux#6.1.%d lang/js md/nodejs#20.%d.0 api/cognito-identity-provider#3.%d.0", 700+n/9, n%50, n%19, 700+n/9)
	default:
		return fmt.Sprintf("aws-amplify/6.%d.%d auth/3 framework/1", n/10, n%10)
	}
}

func (g *Generator) uuid() string {
	a, c := g.rnd.Uint64(), g.rnd.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", uint32(a>>32), uint16(a>>16), uint16(a)&0xfff, 0x8000|uint16(c>>48)&0x3fff, c&0xffffffffffff)
}
