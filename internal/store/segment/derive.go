package segment

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// Username returns what LookupEvents shows and searches as the user name of a
// record; ok is false when it has none. [CloudTrail: LookupEvents]
func Username(record []byte) (name string, ok bool) {
	var f fields
	f.promote(record)
	name = f.username()
	return name, name != ""
}

// text returns the text of a path, "" when absent.
func (f *fields) text(path int) string { return string(f.at[path].text) }

var (
	atType      = slices.Index(paths, "userIdentity.type")
	atUserName  = slices.Index(paths, "userIdentity.userName")
	atPrincipal = slices.Index(paths, "userIdentity.principalId")
	atSource    = slices.Index(paths, "eventSource")
	atEventID   = slices.Index(paths, "eventID")
)

func (f *fields) username() string {
	switch f.text(atType) {
	case "Root":
		return "root"
	case "AssumedRole":
		return f.session()
	case "FederatedUser":
		if name := f.text(atUserName); name != "" {
			return name
		}
		return f.session()
	default:
		return f.text(atUserName)
	}
}

// session is the part of the principal behind the colon.
func (f *fields) session() string {
	_, after, _ := strings.Cut(f.text(atPrincipal), ":")
	return after
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

// resourceParts are the parts of a record in which derivedResources are looked for.
var resourceParts = []string{"requestParameters", "responseElements", "additionalEventData"}

// derivedPaths lists the paths of derivedResources that are not promoted.
func derivedPaths() []string {
	var out []string
	for _, part := range resourceParts {
		for _, d := range derivedResources {
			if p := part + "." + d.path; !slices.Contains(promoted, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// derivedAt maps parts and derivedResources to places in paths.
var derivedAt = func() []int {
	var out []int
	for _, part := range resourceParts {
		for _, d := range derivedResources {
			out = append(out, slices.Index(paths, part+"."+d.path))
		}
	}
	return out
}()

// Resources returns the resources of a record: those it lists itself, then
// those derived from its request, response and additional data, without repeats.
func Resources(record []byte) []Resource {
	var f fields
	f.promote(record)
	return f.derived()
}

func (f *fields) derived() []Resource {
	var out []Resource
	add := func(kind, name string) {
		if name == "" || strings.ContainsAny(name, "\t\n") || strings.ContainsAny(kind, "\t\n") {
			return
		}
		if r := (Resource{kind, name}); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	if len(f.resources) > 0 {
		for _, r := range gjson.ParseBytes(f.resources).Array() {
			add(r.Get("type").Str, r.Get("ARN").Str)
		}
	}
	cognito := strings.HasPrefix(f.text(atSource), "cognito-")
	for i, at := range derivedAt {
		if !f.at[at].present {
			continue
		}
		kind := derivedResources[i%len(derivedResources)].kind
		if cognito || !strings.HasPrefix(kind, "AWS::Cognito") {
			add(kind, f.text(at))
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
