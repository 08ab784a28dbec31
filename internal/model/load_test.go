package model_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func TestLoad(t *testing.T) {
	services, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		for name, sh := range s.Shapes {
			if sh.Pattern != "" && sh.Regexp() == nil && !lookAround[s.Name+"."+name] {
				t.Errorf("%s.%s: pattern %q does not compile", s.Name, name, sh.Pattern)
			}
		}
	}
}

// Patterns with look-around, which a linear-time engine cannot express; the
// operations that use them check by hand when they are served.
var lookAround = map[string]bool{
	"cognito-idp.S3BucketType": true, "iam.accountAliasType": true, "events.PathParameter": true,
}

func TestLoad_sensitiveMarks(t *testing.T) {
	services, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		if s.Name != "cognito-idp" {
			continue
		}
		op, ok := s.Operation("InitiateAuth")
		if !ok || !op.Unsigned || op.ReadOnly {
			t.Fatalf("InitiateAuth: %+v", op)
		}
		m, _ := op.Input.Member("AuthParameters")
		if !m.Shape.Sensitive || m.Shape.Kind != schema.Map {
			t.Errorf("AuthParameters must be a sensitive map: %+v", m.Shape)
		}
		for _, name := range []string{"PasswordVerifier", "Salt"} { // an oracle for the device's password
			if m, _ := s.Shapes["DeviceSecretVerifierConfigType"].Member(name); !m.Hide && !m.Shape.Sensitive {
				t.Errorf("%s of a device is shown in records", name)
			}
		}
		if m, _ := op.Input.Member("ClientId"); m.Shape.Sensitive {
			t.Error("ClientId is shown in records")
		}
	}
}

// A record is read by parsers that take the first, or the last, of two members with one
// name: there must not be two.
func TestLoad_recordedOnce(t *testing.T) {
	t.Parallel()
	services, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		for _, o := range s.Operations {
			seen := map[string]bool{"Host": true}
			for _, f := range o.Flags {
				seen[f.Name] = true
			}
			if o.Input == nil {
				continue
			}
			for _, m := range o.Input.Members {
				if m.Drop {
					continue
				}
				if seen[m.Recorded] {
					t.Errorf("%s %s records %s twice", s.Name, o.Name, m.Recorded)
				}
				seen[m.Recorded] = true
			}
		}
	}
}

// Headers that records of served operations show in clear: a new one is looked at first.
func TestLoad_recordedHeaders(t *testing.T) {
	t.Parallel()
	services, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range services {
		for _, o := range s.Operations {
			if o.Area == "" || o.Input == nil {
				continue
			}
			for _, m := range o.Input.Members {
				if m.Location == "header" && !m.Drop && !m.Hide && !m.Shape.Sensitive && !m.Shape.Hidden {
					got = append(got, m.Recorded)
				}
			}
		}
	}
	slices.Sort(got)
	want, err := os.ReadFile("testdata/recorded-headers.txt")
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(slices.Compact(got), "\n") + "\n"; text != string(want) {
		t.Errorf("headers in records:\n%s", text)
	}
}

// S3's records name parameters as they come over HTTP.
func TestLoad_recordedNames(t *testing.T) {
	t.Parallel()
	services, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(services, func(s *schema.Service) bool { return s.Name == "s3" })
	put, _ := services[i].Operation("PutObject")
	for name, want := range map[string]string{
		"Bucket": "bucketName", "Key": "key", "ACL": "x-amz-acl", "StorageClass": "x-amz-storage-class", "ContentType": "", "IfMatch": "", "Metadata": "",
	} {
		m, _ := put.Input.Member(name)
		got := m.Recorded
		if m.Drop {
			got = ""
		}
		if got != want {
			t.Errorf("%s is recorded as %q, want %q", name, got, want)
		}
	}
	list, _ := services[i].Operation("ListObjectsV2")
	if max, _ := list.Input.Member("MaxKeys"); max.Recorded != "max-keys" {
		t.Errorf("MaxKeys is recorded as %q", max.Recorded)
	}
	if got := list.Recorded(); got != "ListObjects" || put.Recorded() != "PutObject" {
		t.Errorf("ListObjectsV2 is recorded as %s, PutObject as %s", got, put.Recorded())
	}
	for name, want := range map[string][]schema.Parameter{"ListObjectsV2": {{Name: "list-type", Value: "2"}}, "GetBucketAcl": {{Name: "acl"}}, "PutObject": nil, "HeadBucket": nil} {
		if o, _ := services[i].Operation(name); !slices.Equal(o.Flags, want) {
			t.Errorf("fixed parameters of %s: %v, want %v", name, o.Flags, want)
		}
	}
}
