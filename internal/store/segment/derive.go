package segment

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Username returns what LookupEvents shows and searches as the user name of a
// record; ok is false when it has none. [CloudTrail: LookupEvents]
func Username(record []byte) (name string, ok bool) {
	return usernameOf(gjson.GetBytes(record, "userIdentity"))
}

func usernameOf(id gjson.Result) (string, bool) {
	principal := id.Get("principalId").Str
	session := func() string {
		if _, after, found := strings.Cut(principal, ":"); found {
			return after
		}
		return ""
	}
	var name string
	switch id.Get("type").Str {
	case "Root":
		name = "root"
	case "AssumedRole":
		name = session()
	case "FederatedUser":
		if name = id.Get("userName").Str; name == "" {
			name = session()
		}
	default:
		name = id.Get("userName").Str
	}
	return name, name != ""
}

// Resource is one entry of the Resources of LookupEvents.
type Resource struct{ Type, Name string }

// derivedResources tells which members of requestParameters, responseElements
// and additionalEventData name a resource. (inferred)
var derivedResources = []struct{ path, kind string }{
	{"userPoolId", "AWS::Cognito::UserPool"},
	{"userPool.id", "AWS::Cognito::UserPool"},
	{"clientId", "AWS::Cognito::UserPoolClient"},
	{"userPoolClient.clientId", "AWS::Cognito::UserPoolClient"},
	{"identityPoolId", "AWS::Cognito::IdentityPool"},
	{"domain", "AWS::Cognito::UserPoolDomain"},
	{"userPoolDomain", "AWS::Cognito::UserPoolDomain"},
	{"roleName", "AWS::IAM::Role"},
	{"role.roleName", "AWS::IAM::Role"},
	{"policyArn", "AWS::IAM::Policy"},
	{"bucketName", "AWS::S3::Bucket"},
	{"s3BucketName", "AWS::S3::Bucket"},
	{"trailARN", "AWS::CloudTrail::Trail"},
}

// Resources returns the resources of a record: those it lists itself, then
// those derived from its request, response and additional data, without repeats.
func Resources(record []byte) []Resource {
	parts := gjson.GetManyBytes(record, "resources", "requestParameters", "responseElements", "additionalEventData",
		"eventSource")
	return resourcesOf(parts)
}

func resourcesOf(parts []gjson.Result) []Resource {
	var out []Resource
	add := func(kind, name string) {
		if name == "" || strings.ContainsAny(name, "\t\n") || strings.ContainsAny(kind, "\t\n") {
			return
		}
		for _, r := range out {
			if r.Type == kind && r.Name == name {
				return
			}
		}
		out = append(out, Resource{kind, name})
	}
	for _, r := range parts[0].Array() {
		add(r.Get("type").Str, r.Get("ARN").Str)
	}
	cognito := strings.HasPrefix(parts[4].Str, "cognito-")
	for _, part := range parts[1:4] {
		if !part.IsObject() {
			continue
		}
		for _, d := range derivedResources {
			if strings.HasPrefix(d.kind, "AWS::Cognito") && !cognito {
				continue
			}
			if v := part.Get(d.path); v.Type == gjson.String {
				add(d.kind, v.Str)
			}
		}
	}
	return out
}

// lookupText is the stored form of resources: a line of type, tab and name each.
func lookupText(rs []Resource) string {
	if len(rs) == 0 {
		return ""
	}
	var b strings.Builder
	for _, r := range rs {
		b.WriteString(r.Type)
		b.WriteByte('\t')
		b.WriteString(r.Name)
		b.WriteByte('\n')
	}
	return b.String()
}

// hasResource searches the stored form; byName chooses the name, else the type.
func hasResource(text, want string, byName bool) bool {
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		kind, name, _ := strings.Cut(line, "\t")
		if byName && name == want || !byName && kind == want {
			return true
		}
	}
	return false
}
