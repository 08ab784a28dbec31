package arn_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/arn"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in             string
		want           arn.ARN
		typ, id, short string
	}{
		"user with path": {"arn:aws:iam::123456789012:user/a/b/alice", arn.ARN{Partition: "aws", Service: "iam", Region: "", Account: "123456789012", Resource: "user/a/b/alice"}, "user", "a/b/alice", "alice"},
		"root":           {"arn:aws:iam::123456789012:root", arn.ARN{Partition: "aws", Service: "iam", Region: "", Account: "123456789012", Resource: "root"}, "", "root", "root"},
		"log stream":     {"arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:s", arn.ARN{Partition: "aws", Service: "logs", Region: "us-east-1", Account: "123456789012", Resource: "log-group:g:log-stream:s"}, "log-group", "g:log-stream:s", "log-group:g:log-stream:s"},
		"object":         {"arn:aws:s3:::b/k:1", arn.ARN{Partition: "aws", Service: "s3", Region: "", Account: "", Resource: "b/k:1"}, "b", "k:1", "k:1"},
		"china":          {"arn:aws-cn:s3:::b", arn.ARN{Partition: "aws-cn", Service: "s3", Region: "", Account: "", Resource: "b"}, "", "b", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := arn.Parse(tc.in)
			if err != nil || got != tc.want {
				t.Fatalf("Parse(%q) = %+v, %v; want %+v", tc.in, got, err, tc.want)
			}
			if got.String() != tc.in || got.Type() != tc.typ || got.ID() != tc.id || got.Name() != tc.short {
				t.Errorf("String %q Type %q ID %q Name %q", got, got.Type(), got.ID(), got.Name())
			}
		})
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"empty":             "",
		"other prefix":      "urn:aws:iam::1:root",
		"five parts":        "arn:aws:iam::123456789012",
		"no resource":       "arn:aws:iam::123456789012:",
		"no service":        "arn:aws:::123456789012:x",
		"line break":        "arn:aws:s3:::a\nb",
		"longer than bound": "arn:aws:s3:::" + strings.Repeat("a", arn.MaxLength),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := arn.Parse(in); !errors.Is(err, arn.ErrInvalid) {
				t.Errorf("Parse = %+v, %v; want ErrInvalid", got, err)
			}
		})
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	const acct = "123456789012"
	for want, got := range map[string]string{
		"arn:aws:iam::123456789012:root":                                           arn.Root(acct),
		"arn:aws:iam::123456789012:user/alice":                                     arn.User(acct, "", "alice"),
		"arn:aws:iam::123456789012:group/x/g":                                      arn.Group(acct, "/x/", "g"),
		"arn:aws:iam::123456789012:role/service-role/r":                            arn.Role(acct, "/service-role/", "r"),
		"arn:aws:iam::aws:policy/ReadOnlyAccess":                                   arn.Policy("aws", "/", "ReadOnlyAccess"),
		"arn:aws:sts::123456789012:assumed-role/r/s":                               arn.AssumedRole(acct, "r", "s"),
		"arn:aws:sts::123456789012:federated-user/bob":                             arn.FederatedUser(acct, "bob"),
		"arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A":          arn.UserPool("us-east-1", acct, "us-east-1_A"),
		"arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:1": arn.IdentityPool("us-east-1", acct, "us-east-1:1"),
		"arn:aws:cloudtrail:us-east-1:123456789012:trail/t":                        arn.Trail("us-east-1", acct, "t"),
		"arn:aws:logs:us-east-1:123456789012:log-group:g":                          arn.LogGroup("us-east-1", acct, "g"),
		"arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:s":             arn.LogStream("us-east-1", acct, "g", "s"),
		"arn:aws:cloudwatch:us-east-1:123456789012:alarm:a":                        arn.Alarm("us-east-1", acct, "a"),
		"arn:aws-cn:sns:cn-north-1:123456789012:t":                                 arn.Topic("cn-north-1", acct, "t"),
		"arn:aws:s3:::b":    arn.Bucket("b"),
		"arn:aws:s3:::b//k": arn.Object("b", "/k"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if _, err := arn.Parse(got); err != nil {
			t.Errorf("Parse(%q): %v", got, err)
		}
	}
	if arn.Partition("us-gov-west-1") != "aws-us-gov" || !arn.IsAccount(acct) || arn.IsAccount("12345678901x") || arn.IsAccount("1") {
		t.Error("Partition or IsAccount")
	}
}

func TestIsRegion(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"us-east-1": true, "ap-southeast-4": true, "us-gov-west-1": true, "cn-north-1": true, "us-iso-east-1": true,
		"": false, "us": false, "us-east": false, "us-east-0": false, "us-east-1a": false, "us-east-10": false, "US-EAST-1": false, "us--1": false,
		"us-east-1/../..": false, "../us-east-1": false, "us-\x00-1": false, "usa-east-1": false,
		"us-" + strings.Repeat("e", 40) + "-1": false,
	} {
		if got := arn.IsRegion(s); got != want {
			t.Errorf("IsRegion(%q) is %t", s, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("arn:aws:iam::123456789012:user/a")
	f.Add("arn:aws:s3:::b/k")
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := arn.Parse(s); err == nil && a.String() != s {
			t.Errorf("String(Parse(%q)) = %q", s, a)
		}
	})
}
