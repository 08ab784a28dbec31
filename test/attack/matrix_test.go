package attack

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/test/server"
)

// free operations need no permission: they tell the caller about himself, or
// decide for each key of their input.
var free = []string{"sts.GetCallerIdentity", "sts.GetSessionToken", "s3.DeleteObjects"}

// denials are the codes of a refused authorisation.
var denials = []string{"AccessDenied", "AccessDeniedException", "AuthorizationError"}

// Every served operation by every kind of caller who may not: a user without
// policies, one who may do the same elsewhere, one who may do all but this, and
// nobody at all.
func TestAttack41_ForeignCallers_CVE_2025_27507(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	p.put("a41", "x")
	g := &sampler{known: map[string]any{
		"UserPoolId": pool.ID, "ClientId": pool.Client, "Bucket": trail.Data, "Key": "a41", "Name": "attack", "TrailName": "attack", "logGroupName": trail.Group,
		"CopySource": "/" + trail.Data + "/a41", "UploadId": "x", "PartNumber": 1, "MaxResults": 1, "RoleArn": "arn:aws:iam::" + server.Account + ":role/attack-role",
		"TopicArn": "arn:aws:sns:us-east-1:" + server.Account + ":none", "ResourceArn": "arn:aws:sns:us-east-1:" + server.Account + ":none",
		"SubscriptionArn": "arn:aws:sns:us-east-1:" + server.Account + ":none:00000000-0000-4000-8000-000000000000", "Policy": "{}",
		"ResourceIdList": []any{"arn:aws:cloudtrail:us-east-1:" + server.Account + ":trail/attack"}, "RoleSessionName": "session",
		"JobId": "import-0a1b2c3d4e", "TermsName": "terms-of-use", "TermsId": "00000000-0000-4000-8000-000000000000", "ManagedLoginBrandingId": "00000000-0000-4000-8000-000000000000",
	}}
	_, stranger := p.user("")
	_, elsewhere := p.user(allow(`"*"`, "arn:aws:s3:::nothing/*"))
	_, everything := p.user(allow(`"*"`, "*"))
	operations := 0
	for _, o := range served(t) {
		full := o.Service.Name + "." + o.Name
		if o.Unsigned || o.Action == "-" {
			if !o.Unsigned && !slices.Contains(free, full) {
				t.Errorf("%s needs no permission", full)
			}
			continue
		}
		operations++
		in := g.structure(o.Input, false, 0)
		a, err := send(t, nil, o, in)
		p.refused(full+" by nobody", a, err)
		for who, c := range map[string]*server.Credentials{"a stranger": &stranger, "one who may elsewhere": &elsewhere} {
			a, err := send(t, c, o, in)
			p.denied(o, full+" by "+who, a, err)
		}
	}
	p.denyEach(g)
	// The same inputs do reach the operation, or the denials above prove nothing.
	for _, o := range served(t) {
		if !o.ReadOnly || o.Unsigned || o.Name == "AssumeRole" { // a role also wants to trust
			continue
		}
		a, err := send(t, &everything, o, g.structure(o.Input, false, 0))
		if err != nil || slices.Contains(denials, a.Code) || a.Status/100 == 5 {
			t.Errorf("%s.%s by one who may everything: %v %d %s", o.Service.Name, o.Name, err, a.Status, a.Body)
		}
	}
	t.Logf("%d operations", operations)
	p.settle()
	if a, err := p.call(&srv.Root, idp, "DescribeUserPool", map[string]any{"UserPoolId": pool.ID}); err != nil || a.Err() != nil {
		t.Errorf("the pool is gone: %v %v", err, a)
	}
}

// denied is refused by policy, and recorded if it is a management event.
func (p *probe) denied(o *schema.Operation, variant string, a *server.Answer, err error) {
	p.Helper()
	codes := denials
	if o.Name == "HeadObject" || o.Name == "HeadBucket" {
		codes = nil // answers to HEAD have no body
	}
	if o.Category == "Management" {
		p.recorded(variant, a, err, codes...)
		return
	}
	p.refused(variant, a, err, codes...)
}

// denyEach gives a user everything but one service's actions, service by service.
func (p *probe) denyEach(g *sampler) {
	p.Helper()
	by := map[*schema.Service][]*schema.Operation{}
	for _, o := range served(p.T) {
		if !o.Unsigned && o.Action != "-" {
			by[o.Service] = append(by[o.Service], o)
		}
	}
	for s, list := range by {
		_, c := p.user(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"%s:*","Resource":"*"}]}`, s.IAMPrefix))
		for _, o := range list {
			a, err := send(p.T, &c, o, g.structure(o.Input, false, 0))
			p.denied(o, o.Name+" by one whom a policy denies it", a, err)
		}
	}
}
