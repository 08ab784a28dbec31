package domain_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/domain"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000"

func prefix(pool, name string) *cognitoidp.CreateUserPoolDomainInput {
	return &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: name}
}

func custom(pool, name string) *cognitoidp.CreateUserPoolDomainInput {
	return &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: name, CustomDomainConfig: &cognitoidp.CustomDomainConfigType{CertificateArn: certificate}}
}

func create(w *pooltest.World, in *cognitoidp.CreateUserPoolDomainInput) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Domain.CreateUserPoolDomain, in)
	return res
}

func describe(w *pooltest.World, name string) string {
	w.T.Helper()
	return optest.JSON(w.T, pooltest.Must(w, w.S.Domain.DescribeUserPoolDomain, &cognitoidp.DescribeUserPoolDomainInput{Domain: name}).DomainDescription)
}

func remove(w *pooltest.World, pool, name string) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Domain.DeleteUserPoolDomain, &cognitoidp.DeleteUserPoolDomainInput{UserPoolId: pool, Domain: name})
	return res
}

func TestUserPoolDomain_prefix(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	if got := describe(w, "shop"); got != "{}" {
		t.Errorf("an unknown domain is described as %s", got)
	}
	out := pooltest.Must(w, w.S.Domain.CreateUserPoolDomain, prefix(pool, "shop"))
	if got := optest.JSON(t, out); got != `{"ManagedLoginVersion":1}` {
		t.Errorf("answer is %s", got)
	}
	want := `{"AWSAccountId":"123456789012","Domain":"shop","ManagedLoginVersion":1,"S3Bucket":"aws-cognito-prod-iad-assets","Status":"ACTIVE","UserPoolId":"` + pool + `","Version":"20260303070509"}`
	if got := describe(w, "shop"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	p := pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: pool}).UserPool
	if p.Domain == nil || *p.Domain != "shop" || p.CustomDomain != nil {
		t.Errorf("the pool shows %v and %v", p.Domain, p.CustomDomain)
	}
	// Others see nothing of it.
	for _, who := range []struct{ account, region string }{{"999999999999", pooltest.Region}, {pooltest.Account, "eu-west-1"}} {
		out, res := pooltest.As(w, who.account, who.region, "AIDAOTHER", w.S.Domain.DescribeUserPoolDomain, &cognitoidp.DescribeUserPoolDomainInput{Domain: "shop"})
		if res.Err != nil || optest.JSON(t, out.DomainDescription) != "{}" {
			t.Errorf("%v sees %s, %v", who, optest.JSON(t, out), res.Err)
		}
	}

	remaining := "User pool cannot be deleted. It has a domain configured that should be deleted first."
	_, res := pooltest.Do(w, pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: pool})
	w.Refused(res, "InvalidParameterException", remaining)
	if res := remove(w, pool, "shop"); res.Err != nil {
		t.Fatal(res.Err)
	}
	if got := describe(w, "shop"); got != "{}" {
		t.Errorf("a deleted domain is described as %s", got)
	}
	w.Refused(remove(w, pool, "shop"), "InvalidParameterException", "No such domain or user pool exists.")
	pooltest.Must(w, pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: pool})
}

func TestUserPoolDomain_custom(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	in := custom(pool, "auth.example.com")
	in.ManagedLoginVersion = new(int64(2))
	out := pooltest.Must(w, w.S.Domain.CreateUserPoolDomain, in)
	if out.CloudFrontDomain == nil || !regexp.MustCompile(`^d[0-9a-z]{13}\.cloudfront\.net$`).MatchString(*out.CloudFrontDomain) || *out.ManagedLoginVersion != 2 {
		t.Errorf("answer is %s", optest.JSON(t, out))
	}
	want := `{"AWSAccountId":"123456789012","CloudFrontDistribution":"` + *out.CloudFrontDomain + `","CustomDomainConfig":{"CertificateArn":"` + certificate + `"},"Domain":"auth.example.com",` +
		`"ManagedLoginVersion":2,"S3Bucket":"aws-cognito-prod-iad-assets","Status":"ACTIVE","UserPoolId":"` + pool + `","Version":"20260303070509"}`
	if got := describe(w, "auth.example.com"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if res := create(w, prefix(pool, "shop")); res.Err != nil {
		t.Errorf("a prefix beside it: %v", res.Err)
	}
	p := pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: pool}).UserPool
	if *p.Domain != "shop" || *p.CustomDomain != "auth.example.com" {
		t.Errorf("the pool shows %v and %v", *p.Domain, *p.CustomDomain)
	}
}

func TestCreateUserPoolDomain_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	lite := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UserPoolTier = new("LITE") })
	for _, in := range []*cognitoidp.CreateUserPoolDomainInput{prefix(other, "taken"), custom(other, "auth.taken.example")} {
		if res := create(w, in); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	const character = "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. " +
		`Please enter a different name that follows this format: ^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`
	version := func(in *cognitoidp.CreateUserPoolDomainInput, v int64) *cognitoidp.CreateUserPoolDomainInput {
		in.ManagedLoginVersion = &v
		return in
	}
	foreign := custom(pool, "auth.example.com")
	foreign.CustomDomainConfig = &cognitoidp.CustomDomainConfigType{CertificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"}
	for _, c := range []struct {
		name          string
		in            *cognitoidp.CreateUserPoolDomainInput
		code, message string
	}{
		{"word aws", prefix(pool, "my-aws-shop"), "", "Domain cannot contain reserved word: aws"},
		{"word amazon", prefix(pool, "amazonshop"), "", "Domain cannot contain reserved word: amazon"},
		{"word cognito", prefix(pool, "newcognito"), "", "Domain cannot contain reserved word: cognito"},
		{"upper case", prefix(pool, "Shop"), "", character},
		{"dot without certificate", prefix(pool, "auth.example.com"), "", character},
		{"hyphen at the end", prefix(pool, "shop-"), "", character},
		{"newline", prefix(pool, "shop\n"), "", character},
		{"custom without dot", custom(pool, "shop"), "", "Custom domain is not a valid subdomain."},
		{"custom with port", custom(pool, "auth.example.com:80"), "", "Custom domain is not a valid subdomain."},
		{"custom with empty label", custom(pool, "auth..example.com"), "", "Custom domain is not a valid subdomain."},
		{"custom address", custom(pool, "10.0.0.1"), "", "Custom domain is not a valid subdomain."},
		{"certificate elsewhere", foreign, "", "CertificateArn must be the ARN of an ACM certificate in us-east-1."},
		{"version", version(prefix(pool, "shop"), 3), "", "ManagedLoginVersion must be 1 or 2."},
		{"plan", version(prefix(lite, "shop"), 2), "FeatureUnavailableInTierException", "Managed login is not available in the user pool's feature plan."},
		{"taken", prefix(pool, "taken"), "", "Domain already associated with another user pool."},
		{"taken custom", custom(pool, "auth.taken.example"), "", "Domain already associated with another user pool."},
		{"own", prefix(other, "taken"), "", "Domain already exists."},
		{"second prefix", prefix(other, "second"), "", "User pool already has a domain configured."},
		{"second custom", custom(other, "auth2.taken.example"), "", "User pool already has a domain configured."},
		{"unknown pool", prefix("us-east-1_nothing00", "shop"), "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.code == "" {
				c.code = "InvalidParameterException"
			}
			if res := create(w, c.in); res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	for _, name := range []string{"shop", "auth.example.com"} {
		if got := describe(w, name); got != "{}" {
			t.Errorf("a refused call left %s", got)
		}
	}
}

// A name belongs to one pool over all accounts: a prefix in its Region, a custom domain everywhere.
func TestCreateUserPoolDomain_otherAccounts(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	mine := w.Pool(nil)
	for _, in := range []*cognitoidp.CreateUserPoolDomainInput{prefix(mine, "shop"), custom(mine, "auth.example.com")} {
		if res := create(w, in); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	const them = "999999999999"
	poolIn := func(region string) string {
		out, res := pooltest.As(w, them, region, "AIDAOTHER", w.S.Pool.CreateUserPool, &cognitoidp.CreateUserPoolInput{PoolName: "theirs"})
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		return *out.UserPool.Id
	}
	try := func(region string, in *cognitoidp.CreateUserPoolDomainInput) pooltest.Result {
		if c := in.CustomDomainConfig; c != nil { // a certificate of their own
			c.CertificateArn = strings.ReplaceAll(c.CertificateArn, pooltest.Account, them)
		}
		_, res := pooltest.As(w, them, region, "AIDAOTHER", w.S.Domain.CreateUserPoolDomain, in)
		return res
	}
	near, far := poolIn(pooltest.Region), poolIn("eu-west-1")
	const taken = "Domain already associated with another user pool."
	w.Refused(try(pooltest.Region, prefix(near, "shop")), "InvalidParameterException", taken)
	w.Refused(try(pooltest.Region, custom(near, "auth.example.com")), "InvalidParameterException", taken)
	w.Refused(try("eu-west-1", custom(far, "auth.example.com")), "InvalidParameterException", taken)
	if res := try("eu-west-1", prefix(far, "shop")); res.Err != nil {
		t.Errorf("the prefix in another Region: %v", res.Err)
	}
	_, res := pooltest.As(w, them, pooltest.Region, "AIDAOTHER", w.S.Domain.DeleteUserPoolDomain, &cognitoidp.DeleteUserPoolDomainInput{UserPoolId: mine, Domain: "shop"})
	w.Refused(res, "InvalidParameterException", "No such domain or user pool exists.")
	w.Refused(remove(w, near, "shop"), "InvalidParameterException", "No such domain or user pool exists.")
}

func TestCreateUserPoolDomain_customQuota(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	for _, name := range []string{"a.example.com", "b.example.com", "c.example.com", "d.example.com"} {
		if res := create(w, custom(w.Pool(nil), name)); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	w.Refused(create(w, custom(w.Pool(nil), "e.example.com")), "LimitExceededException", "Account cannot have more than 4 custom domains.")
}

func TestUpdateUserPoolDomain(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	for _, in := range []*cognitoidp.CreateUserPoolDomainInput{prefix(pool, "shop"), custom(pool, "auth.example.com")} {
		if res := create(w, in); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	update := func(in *cognitoidp.UpdateUserPoolDomainInput) (*cognitoidp.UpdateUserPoolDomainOutput, pooltest.Result) {
		return pooltest.Do(w, w.S.Domain.UpdateUserPoolDomain, in)
	}
	out, res := update(&cognitoidp.UpdateUserPoolDomainInput{UserPoolId: pool, Domain: "shop", ManagedLoginVersion: new(int64(2))})
	if res.Err != nil || optest.JSON(t, out) != `{"ManagedLoginVersion":2}` {
		t.Errorf("answer is %s, %v", optest.JSON(t, out), res.Err)
	}
	other := "arn:aws:acm:us-east-1:123456789012:certificate/1a1b2c3d-0000-4000-8000-000000000000"
	if _, res := update(&cognitoidp.UpdateUserPoolDomainInput{UserPoolId: pool, Domain: "auth.example.com", CustomDomainConfig: &cognitoidp.CustomDomainConfigType{CertificateArn: other}}); res.Err != nil {
		t.Fatal(res.Err)
	}
	got := pooltest.Must(w, w.S.Domain.DescribeUserPoolDomain, &cognitoidp.DescribeUserPoolDomainInput{Domain: "auth.example.com"}).DomainDescription
	if got.CustomDomainConfig.CertificateArn != other || *got.ManagedLoginVersion != 1 {
		t.Errorf("described as %s", optest.JSON(t, got))
	}
	for _, c := range []struct {
		name    string
		in      *cognitoidp.UpdateUserPoolDomainInput
		message string
	}{
		{"certificate of a prefix", &cognitoidp.UpdateUserPoolDomainInput{UserPoolId: pool, Domain: "shop", CustomDomainConfig: &cognitoidp.CustomDomainConfigType{CertificateArn: other}},
			"CustomDomainConfig is for custom domains only."},
		{"version", &cognitoidp.UpdateUserPoolDomainInput{UserPoolId: pool, Domain: "shop", ManagedLoginVersion: new(int64(0))}, "ManagedLoginVersion must be 1 or 2."},
		{"unknown domain", &cognitoidp.UpdateUserPoolDomainInput{UserPoolId: pool, Domain: "nothing"}, "No such domain or user pool exists."},
		{"another pool", &cognitoidp.UpdateUserPoolDomainInput{UserPoolId: w.Pool(nil), Domain: "shop"}, "No such domain or user pool exists."},
	} {
		_, res := update(c.in)
		if res.Code != "InvalidParameterException" || res.Message != c.message {
			t.Errorf("%s: got %v", c.name, res.Err)
		}
	}
}

// At finds by host what Host names, and nothing else.
func TestAt(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	create(w, prefix(pool, "shop"))
	create(w, custom(pool, "login.example.com"))
	for host, want := range map[string]string{
		"shop.auth.us-east-1.localhost": "shop", "Shop.Auth.us-east-1.LOCALHOST": "shop", "login.example.com": "login.example.com", "Login.Example.com": "login.example.com",
		"shop": "", "shop.auth.us-east-1": "", "shop.auth.eu-west-1.localhost": "", "shop.auth.us-east-1.localhost.": "", ".auth.us-east-1.localhost": "", "x.shop.auth.us-east-1.localhost": "",
		"login.example.com.localhost": "", "example.com": "", "": "", "localhost": "", "shop.auth.\x00.localhost": "",
	} {
		var got string
		w.View(func(tx store.Tx) error {
			d, err := domain.At(tx, host, "localhost")
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			got = d.Name
			return nil
		})
		if got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}
