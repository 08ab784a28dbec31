package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
)

const trustDoc = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},
 "Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"],
 "Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1:5b1c"},"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}}}]}`

const trailBucket = `{"Version":"2012-10-17","Id":"x","Statement":[
 {"Sid":"AWSCloudTrailAclCheck20150319","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:123456789012:trail/t"}}},
 {"Sid":"AWSCloudTrailWrite20150319","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/AWSLogs/123456789012/*"}]}`

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind policy.Kind
		text string
		n    int
	}{
		"identity":        {policy.Identity, `{"Version":"2012-10-17","Statement":{"Sid":"A1","Effect":"Allow","Action":"*","Resource":"*"}}`, 1},
		"no version":      {policy.Identity, `{"Statement":[{"Effect":"Deny","NotAction":["iam:*"],"NotResource":"arn:aws:iam::*:role/x"}]}`, 1},
		"trust":           {policy.Trust, trustDoc, 1},
		"trail bucket":    {policy.Bucket, trailBucket, 2},
		"condition types": {policy.Identity, `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"s3:max-keys":[10,"20"]}}}]}`, 1},
		"principals": {policy.Resource, `{"Statement":[{"Effect":"Allow","Principal":{"AWS":["123456789012","arn:aws:iam::123456789012:root","arn:aws:iam::123456789012:user/a/b","arn:aws:iam::123456789012:role/r","arn:aws:sts::123456789012:assumed-role/r/s","arn:aws:sts::123456789012:federated-user/f","AROAEXAMPLE0000000002","*"],
			"Service":["sns.amazonaws.com"],"CanonicalUser":"79a59df900b949e5"},"Action":"sns:Publish","Resource":"*"}]}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := policy.Parse(tc.text, tc.kind)
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Statements) != tc.n {
				t.Fatalf("%d statements", len(d.Statements))
			}
			s := d.Statements[0]
			if part := tc.text[s.Start:s.End]; !strings.HasPrefix(part, "{") || !strings.HasSuffix(part, "}") || !strings.Contains(part, "Effect") {
				t.Errorf("position gives %q", part)
			}
		})
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	st := func(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }
	for name, tc := range map[string]struct {
		kind          policy.Kind
		text, message string
	}{
		"no JSON":              {policy.Identity, `{`, "This policy contains invalid Json"},
		"empty":                {policy.Identity, ``, "This policy contains invalid Json"},
		"more after it":        {policy.Identity, `{} {}`, "This policy contains invalid Json"},
		"no object":            {policy.Identity, `[]`, "Syntax errors in policy."},
		"deep":                 {policy.Identity, strings.Repeat("[", 1000) + strings.Repeat("]", 1000), "This policy contains invalid Json"},
		"long":                 {policy.Identity, strings.Repeat(" ", policy.MaxLength+1), "This policy contains invalid Json"},
		"no UTF-8":             {policy.Identity, "{\"Id\":\"\xff\"}", "This policy contains invalid Json"},
		"repeated member":      {policy.Identity, st(`{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}`), "Syntax errors in policy."},
		"no statement":         {policy.Identity, `{"Version":"2012-10-17"}`, "Syntax errors in policy."},
		"empty statement":      {policy.Identity, `{"Statement":[]}`, "Syntax errors in policy."},
		"bad version":          {policy.Identity, `{"Version":"2012-10-18","Statement":[]}`, "Syntax errors in policy."},
		"unknown element":      {policy.Identity, st(`{"Effect":"Allow","Action":"*","Resource":"*","Extra":1}`), "Syntax errors in policy."},
		"element in any case":  {policy.Identity, st(`{"effect":"Allow","Action":"*","Resource":"*"}`), "Syntax errors in policy."},
		"effect in any case":   {policy.Identity, st(`{"Effect":"allow","Action":"*","Resource":"*"}`), "Syntax errors in policy."},
		"no effect":            {policy.Identity, st(`{"Action":"*","Resource":"*"}`), "Syntax errors in policy."},
		"no action":            {policy.Identity, st(`{"Effect":"Allow","Resource":"*"}`), "Policy statement must contain actions."},
		"both actions":         {policy.Identity, st(`{"Effect":"Allow","Action":"*","NotAction":"a:b","Resource":"*"}`), "Syntax errors in policy."},
		"no resource":          {policy.Identity, st(`{"Effect":"Allow","Action":"*"}`), "Policy statement must contain resources."},
		"no vendor":            {policy.Identity, st(`{"Effect":"Allow","Action":"GetUser","Resource":"*"}`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		"wildcard vendor":      {policy.Identity, st(`{"Effect":"Allow","Action":"i*:GetUser","Resource":"*"}`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		"no ARN":               {policy.Identity, st(`{"Effect":"Allow","Action":"*","Resource":"bucket"}`), `Resource bucket must be in ARN format or "*".`},
		"wildcard service":     {policy.Identity, st(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:*:::x"}`), "Resource vendor must be fully qualified and cannot contain regexes."},
		"principal":            {policy.Identity, st(`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`), "Policy document should not specify a principal."},
		"same Sid":             {policy.Identity, st(`{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}`), "Statement IDs (SID) in a single policy must be unique."},
		"unknown operator":     {policy.Identity, st(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"a":"b"}}}`), "Syntax errors in policy."},
		"condition object":     {policy.Identity, st(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a":{}}}}`), "Syntax errors in policy."},
		"trust with resource":  {policy.Trust, st(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}`), "Has prohibited field Resource"},
		"trust of nobody":      {policy.Trust, st(`{"Effect":"Allow","Action":"sts:AssumeRole"}`), "Missing required field Principal"},
		"principal wildcard":   {policy.Trust, st(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/*"},"Action":"sts:AssumeRole"}`), `Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/*"`},
		"principal of nothing": {policy.Trust, st(`{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}`), "Invalid principal in policy"},
		"bucket no JSON":       {policy.Bucket, `x`, "Policies must be valid JSON and the first byte must be '{'"},
		"bucket no statement":  {policy.Bucket, `{}`, "Missing required field Statement"},
		"bucket principal":     {policy.Bucket, st(`{"Effect":"Allow","Principal":{"AWS":"x"},"Action":"s3:*","Resource":"*"}`), "Invalid principal in policy"},
		"bucket resource":      {policy.Bucket, st(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"b"}`), "Policy has invalid resource"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := policy.Parse(tc.text, tc.kind)
			if e, ok := errors.AsType[*policy.Error](err); !ok || e.Message != tc.message {
				t.Errorf("got %v, want %q", err, tc.message)
			}
		})
	}
}

func TestStatement_Applies(t *testing.T) {
	t.Parallel()
	ctx := condition.Of(map[string][]string{"aws:username": {"bob"}})
	for name, tc := range map[string]struct {
		statement, action, resource string
		alias                       []string
		want                        bool
	}{
		"action in any case":     {`"Action":"IAM:getuser","Resource":"*"`, "iam:GetUser", "*", nil, true},
		"action wildcard":        {`"Action":"iam:Get*","Resource":"*"`, "iam:GetUser", "*", nil, true},
		"action of another":      {`"Action":"iam:Get*","Resource":"*"`, "sts:GetUser", "*", nil, false},
		"not action":             {`"NotAction":"iam:*","Resource":"*"`, "sts:GetUser", "*", nil, true},
		"not action hit":         {`"NotAction":["x:y","iam:*"],"Resource":"*"`, "iam:GetUser", "*", nil, false},
		"resource":               {`"Action":"*","Resource":"arn:aws:s3:::b/*"`, "s3:GetObject", "arn:aws:s3:::b/k", nil, true},
		"not resource":           {`"Action":"*","NotResource":"arn:aws:s3:::b/*"`, "s3:GetObject", "arn:aws:s3:::b/k", nil, false},
		"variable":               {`"Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/*"`, "s3:GetObject", "arn:aws:s3:::b/bob/k", nil, true},
		"alias":                  {`"Action":"*","Resource":"arn:aws:logs:*:*:log-group:g:*"`, "logs:PutRetentionPolicy", "arn:aws:logs:r:1:log-group:g", []string{"arn:aws:logs:r:1:log-group:g:*"}, true},
		"not resource by alias":  {`"Action":"*","NotResource":"arn:aws:logs:*:*:log-group:g:*"`, "logs:PutRetentionPolicy", "arn:aws:logs:r:1:log-group:g", []string{"arn:aws:logs:r:1:log-group:g:*"}, false},
		"condition holds":        {`"Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"bob"}}`, "a:b", "*", nil, true},
		"all keys must":          {`"Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"bob","x":"y"}}`, "a:b", "*", nil, false},
		"specific needs a name":  {`"Action":"*","Resource":"arn:aws:s3:::*"`, "s3:ListAllMyBuckets", "*", nil, false},
		"wildcard in the middle": {`"Action":"s3:*Object","Resource":"*"`, "s3:PutObject", "*", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := policy.Parse(`{"Version":"2012-10-17","Statement":{"Effect":"Allow",`+tc.statement+`}}`, policy.Identity)
			if err != nil {
				t.Fatal(err)
			}
			target := policy.NewTarget(tc.action, tc.resource, tc.alias...)
			if got := d.Statements[0].Applies(&target, ctx); got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestStatement_Covers(t *testing.T) {
	t.Parallel()
	const a = "123456789012"
	alice := principal.User(a, "/", "alice", "AIDAEXAMPLE0000000001", "")
	role := principal.RoleSession(a, "/p/", "R", "AROAEXAMPLE0000000002", "s", "", principal.Session{})
	fed := principal.Federated(alice, "f", "", principal.Session{})
	web := principal.WebIdentity("cognito-identity.amazonaws.com", "aud", "sub")
	for name, tc := range map[string]struct {
		element string
		effect  string
		p       principal.Principal
		want    policy.Cover
	}{
		"everyone":                      {`"Principal":"*"`, "Allow", alice, policy.Indirect},
		"everyone as AWS":               {`"Principal":{"AWS":"*"}`, "Allow", principal.Anonymous(), policy.Indirect},
		"account":                       {`"Principal":{"AWS":"123456789012"}`, "Allow", alice, policy.Account},
		"account root":                  {`"Principal":{"AWS":"arn:aws:iam::123456789012:root"}`, "Allow", role, policy.Account},
		"root by account":               {`"Principal":{"AWS":"123456789012"}`, "Allow", principal.RootOf(a, ""), policy.Direct},
		"other account":                 {`"Principal":{"AWS":"210987654321"}`, "Allow", alice, policy.None},
		"user":                          {`"Principal":{"AWS":"arn:aws:iam::123456789012:user/alice"}`, "Allow", alice, policy.Direct},
		"user id":                       {`"Principal":{"AWS":"AIDAEXAMPLE0000000001"}`, "Allow", alice, policy.Direct},
		"session":                       {`"Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/R/s"}`, "Allow", role, policy.Direct},
		"another session":               {`"Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/R/t"}`, "Allow", role, policy.None},
		"role":                          {`"Principal":{"AWS":"arn:aws:iam::123456789012:role/p/R"}`, "Allow", role, policy.Indirect},
		"role id":                       {`"Principal":{"AWS":"AROAEXAMPLE0000000002"}`, "Allow", role, policy.Indirect},
		"remade role":                   {`"Principal":{"AWS":"AROAEXAMPLE0000000009"}`, "Allow", role, policy.None},
		"federated user":                {`"Principal":{"AWS":"arn:aws:sts::123456789012:federated-user/f"}`, "Allow", fed, policy.Direct},
		"parent of federated user":      {`"Principal":{"AWS":"arn:aws:iam::123456789012:user/alice"}`, "Allow", fed, policy.Indirect},
		"service":                       {`"Principal":{"Service":["x","sns.amazonaws.com"]}`, "Allow", principal.Service("sns.amazonaws.com"), policy.Direct},
		"service is no user":            {`"Principal":{"Service":"sns.amazonaws.com"}`, "Allow", alice, policy.None},
		"provider":                      {`"Principal":{"Federated":"cognito-identity.amazonaws.com"}`, "Allow", web, policy.Direct},
		"other provider":                {`"Principal":{"Federated":"accounts.google.com"}`, "Allow", web, policy.None},
		"NotPrincipal denies others":    {`"NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/alice"}`, "Deny", role, policy.Indirect},
		"NotPrincipal user alone":       {`"NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/alice"}`, "Deny", alice, policy.Indirect},
		"NotPrincipal user and account": {`"NotPrincipal":{"AWS":["arn:aws:iam::123456789012:user/alice","123456789012"]}`, "Deny", alice, policy.None},
		"NotPrincipal without session":  {`"NotPrincipal":{"AWS":["arn:aws:iam::123456789012:role/p/R","123456789012"]}`, "Deny", role, policy.Indirect},
		"NotPrincipal whole session":    {`"NotPrincipal":{"AWS":["arn:aws:sts::123456789012:assumed-role/R/s","arn:aws:iam::123456789012:role/p/R","123456789012"]}`, "Deny", role, policy.None},
		"NotPrincipal service":          {`"NotPrincipal":{"Service":"sns.amazonaws.com"}`, "Deny", principal.Service("sns.amazonaws.com"), policy.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := policy.Parse(`{"Statement":{"Effect":"`+tc.effect+`",`+tc.element+`,"Action":"*","Resource":"*"}}`, policy.Resource)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Statements[0].Covers(&tc.p, ""); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(trustDoc, uint8(policy.Trust))
	f.Add(trailBucket, uint8(policy.Bucket))
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["*"]},"NotAction":"a:*","NotResource":"arn:aws:s3:::${aws:username, 'x'}","Condition":{"Null":{"a":"true"}}}}`, uint8(policy.Resource))
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		d, err := policy.Parse(text, policy.Kind(kind%4))
		if err != nil {
			if e, ok := errors.AsType[*policy.Error](err); !ok || e.Message == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		alice := principal.User("123456789012", "/", "alice", "AIDA", "")
		target := policy.NewTarget("s3:GetObject", "arn:aws:s3:::b/k")
		for _, s := range d.Statements {
			if s.Start < 0 || s.End > int64(len(text)) || s.Start >= s.End {
				t.Fatalf("position %d:%d", s.Start, s.End)
			}
			s.Applies(&target, condition.Context{})
			s.Covers(&alice, "")
		}
	})
}
