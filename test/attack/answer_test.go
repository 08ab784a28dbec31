package attack

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/test/server"
)

// open are texts of answers that records show by right: the sub, names of attributes.
var open = regexp.MustCompile(`^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z_]+)$`)

// silent are operations whose answers may hold something private by their shape and never do here, or nothing that others do not give.
var silent = map[string]string{
	"cognito-idp.ListUserPoolClientSecrets": "it gives ids, no values",
	"cognito-idp.StartUserImportJob":        "the URL is CreateUserImportJob's",
	"cognito-idp.StopUserImportJob":         "the URL is CreateUserImportJob's",
	"s3.GetBucketEncryption":                "no bucket has a key",
}

// secrets walks an answer by its shape and hands each private text to found; without an answer it tells whether there could be one.
func secrets(s *schema.Shape, found func(string), private bool, depth int, answer ...any) bool {
	if s == nil || depth > 7 {
		return false
	}
	private = private || s.Sensitive || s.Hidden
	if len(answer) > 0 && answer[0] == nil {
		return false
	}
	has := false
	switch s.Kind {
	case schema.Structure:
		for _, m := range s.Members {
			var inner []any
			if len(answer) > 0 {
				tree, _ := answer[0].(map[string]any)
				inner = []any{tree[m.Name]}
			}
			has = secrets(m.Shape, found, private || isPrivate(m), depth+1, inner...) || has
		}
	case schema.List, schema.Map:
		private = private || s.HideValues || isPrivate(s.Elem)
		if len(answer) == 0 {
			return secrets(s.Elem.Shape, found, private, depth+1)
		}
		switch list := answer[0].(type) {
		case []any:
			for _, x := range list {
				has = secrets(s.Elem.Shape, found, private, depth+1, x) || has
			}
		case map[string]any:
			for k, x := range list {
				has = secrets(s.Elem.Shape, found, s.HidesValue(k) || private && len(s.ShowKeys) == 0, depth+1, x) || has
			}
		}
	case schema.String, schema.Blob, schema.Document:
		if !private {
			return false
		}
		if len(answer) == 0 {
			return true
		}
		text, ok := answer[0].(string)
		if !ok {
			raw, _ := json.Marshal(answer[0])
			text = string(raw)
		}
		if len(text) >= 12 && !open.MatchString(text) {
			found(text)
			has = true
		}
	}
	return has
}

// answers makes the calls that give something private away to whoever may have it, and returns what they gave. told learns the
// operations.
func (p *probe) answers(told map[string]bool) []planted {
	p.Helper()
	var out []planted
	shapes := map[string]*schema.Operation{}
	for _, o := range served(p.T) {
		shapes[o.Service.Name+"."+o.Name] = o
	}
	call := func(c *server.Credentials, service, operation string, in any) map[string]any {
		p.Helper()
		full := service + "." + operation
		a, err := p.call(c, service, operation, in)
		p.must(errOf(a, err))
		var tree map[string]any
		p.must(json.Unmarshal(a.Body, &tree))
		n := len(out)
		secrets(shapes[full].Output, func(text string) { out = append(out, planted{"the answer of " + full, text[:min(len(text), 80)]}) }, false, 0, tree)
		if len(out) == n {
			p.Errorf("%s gave nothing private: %.200s", full, a.Body)
		}
		told[full] = true
		return tree
	}
	const who = "answered.person.canary@example.com"
	pool := p.pool(map[string]any{"AutoVerifiedAttributes": []string{"email"}})
	of := func(more map[string]any) map[string]any {
		in := map[string]any{"UserPoolId": pool.ID}
		for k, v := range more {
			in[k] = v
		}
		return in
	}
	root := &srv.Root
	p.root(idp, "SetUserPoolMfaConfig", of(map[string]any{"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": map[string]any{"Enabled": true}}))
	client := call(root, idp, "CreateUserPoolClient", of(map[string]any{"ClientName": "secret", "GenerateSecret": true}))["UserPoolClient"].(map[string]any)["ClientId"]
	call(root, idp, "DescribeUserPoolClient", of(map[string]any{"ClientId": client}))
	call(root, idp, "UpdateUserPoolClient", of(map[string]any{"ClientId": client, "ClientName": "secrets"}))
	call(root, idp, "AddUserPoolClientSecret", of(map[string]any{"ClientId": client}))

	call(root, idp, "AdminCreateUser", of(map[string]any{"Username": who, "MessageAction": "SUPPRESS", "UserAttributes": []any{map[string]string{"Name": "email", "Value": who}}}))
	p.root(idp, "AdminSetUserPassword", of(map[string]any{"Username": who, "Password": password, "Permanent": true}))
	p.root(idp, "CreateGroup", of(map[string]any{"GroupName": "g"}))
	p.root(idp, "AdminAddUserToGroup", of(map[string]any{"GroupName": "g", "Username": who}))
	for operation, in := range map[string]map[string]any{
		"AdminGetUser": {"Username": who}, "ListUsers": nil, "ListUsersInGroup": {"GroupName": "g"},
	} {
		call(root, idp, operation, of(in))
	}
	access := call(nil, idp, "InitiateAuth", signInInput(pool.Client, who, password))["AuthenticationResult"].(map[string]any)["AccessToken"]
	call(nil, idp, "GetUser", map[string]any{"AccessToken": access})
	call(nil, idp, "AssociateSoftwareToken", map[string]any{"AccessToken": access})

	details := map[string]any{"ProviderName": "Google", "ProviderType": "Google", "IdpIdentifiers": []string{"found"},
		"ProviderDetails": map[string]string{"client_id": "id", "client_secret": "Canary-of-an-answer", "authorize_scopes": "openid"}}
	call(root, idp, "CreateIdentityProvider", of(details))
	call(root, idp, "DescribeIdentityProvider", of(map[string]any{"ProviderName": "Google"}))
	call(root, idp, "GetIdentityProviderByIdentifier", of(map[string]any{"IdpIdentifier": "found"}))

	role := "arn:aws:iam::" + server.Account + ":role/" + p.importRole()
	job := call(root, idp, "CreateUserImportJob", of(map[string]any{"JobName": "j", "CloudWatchLogsRoleArn": role}))["UserImportJob"].(map[string]any)["JobId"]
	call(root, idp, "DescribeUserImportJob", of(map[string]any{"JobId": job}))
	call(root, idp, "ListUserImportJobs", of(map[string]any{"MaxResults": 1}))

	image := "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg=="
	look := call(root, idp, "CreateManagedLoginBranding", of(map[string]any{"ClientId": pool.Client, "Settings": map[string]any{},
		"Assets": []any{map[string]string{"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "SVG", "Bytes": image}}}))["ManagedLoginBranding"].(map[string]any)["ManagedLoginBrandingId"]
	call(root, idp, "DescribeManagedLoginBranding", of(map[string]any{"ManagedLoginBrandingId": look}))
	call(root, idp, "DescribeManagedLoginBrandingByClient", of(map[string]any{"ClientId": pool.Client}))

	rule := name("rule")
	p.root("events", "PutRule", map[string]any{"Name": rule, "EventPattern": `{"source":["none"]}`})
	p.root("events", "PutTargets", map[string]any{"Rule": rule, "Targets": []any{map[string]string{
		"Id": "t", "Arn": "arn:aws:sns:" + server.Region + ":" + server.Account + ":none", "Input": `{"of":"Canary-of-a-target"}`}}})
	call(root, "events", "ListTargetsByRule", map[string]any{"Rule": rule})

	_, key := p.user("")
	a, err := p.call(&key, "sts", "GetSessionToken", url.Values{})
	p.must(errOf(a, err))
	temporary := credentials(a)
	told["iam.CreateAccessKey"], told["sts.GetSessionToken"] = true, true
	for what, v := range map[string]string{"iam.CreateAccessKey": key.Secret, "sts.GetSessionToken": temporary.Secret} { // its token stands in records, as AWS's does
		out = append(out, planted{"the answer of " + what, v})
	}
	return out
}

// importRole makes a role that imports may write their log with.
func (p *probe) importRole() string {
	p.Helper()
	role := name("role")
	p.root("iam", "CreateRole", url.Values{"RoleName": {role}, "AssumeRolePolicyDocument": {
		strings.ReplaceAll(`{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Principal':{'Service':'cognito-idp.amazonaws.com'},'Action':'sts:AssumeRole'}]}`, "'", `"`)}})
	p.root("iam", "PutRolePolicy", url.Values{"RoleName": {role}, "PolicyName": {"p"}, "PolicyDocument": {allow(`"logs:*"`, "*")}})
	return role
}
