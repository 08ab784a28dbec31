package domain

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// CreateUserPoolDomain gives a pool a prefix or a custom domain, which is ready at once. A pool has at most one of each.
func (s *Service) CreateUserPoolDomain(c *op.Call, in *cognitoidp.CreateUserPoolDomainInput) (*cognitoidp.CreateUserPoolDomainOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	d := &Domain{Account: p.Account, Region: p.Region, Pool: p.ID, Name: in.Domain, Custom: in.CustomDomainConfig != nil}
	if err := checkName(d.Name, d.Custom); err != nil {
		return nil, err
	}
	version := int64(1)
	if in.ManagedLoginVersion != nil {
		version = *in.ManagedLoginVersion
	}
	if err := checkVersion(p, version); err != nil {
		return nil, err
	}
	if d.Custom {
		if err := checkCertificate(p, in.CustomDomainConfig); err != nil {
			return nil, err
		}
	}
	if err := s.free(c, p, d); err != nil {
		return nil, err
	}
	d.Settings = cognitoidp.DomainDescriptionType{
		UserPoolId: &in.UserPoolId, AWSAccountId: &d.Account, Domain: &d.Name, S3Bucket: new(bucket(p.Region)), Version: new(c.Now.UTC().Format("20060102150405")),
		Status: new("ACTIVE"), CustomDomainConfig: in.CustomDomainConfig, ManagedLoginVersion: &version,
	}
	out := &cognitoidp.CreateUserPoolDomainOutput{ManagedLoginVersion: &version}
	if d.Custom {
		d.Settings.CloudFrontDistribution = new(distribution())
		out.CloudFrontDomain = d.Settings.CloudFrontDistribution
	}
	if err := Domains.Insert(c.Tx, d); err != nil {
		return nil, fmt.Errorf("write domain: %w", err)
	}
	return out, nil
}

// free checks that nobody has the domain, that the pool has none of its kind, and the quota.
func (s *Service) free(c *op.Call, p *userpool.Pool, d *Domain) error {
	old, err := Find(c.Tx, p.Region, d.Name)
	switch {
	case err == nil && old.Pool == p.ID:
		return exists()
	case err == nil:
		return ofAnother()
	case !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("read domain: %w", err)
	}
	prefix, custom, err := Of(c.Tx, p)
	if err != nil {
		return err
	}
	if d.Custom && custom != nil || !d.Custom && prefix != nil {
		return hasDomain()
	}
	if !d.Custom {
		return nil
	}
	n := 0
	for _, err := range Domains.ScanIndex(c.Tx, customOfOwner, store.K(p.Account), nil, false) {
		if err != nil {
			return fmt.Errorf("count custom domains: %w", err)
		}
		if n++; n >= maxCustom {
			return tooMany()
		}
	}
	return nil
}

// distribution is a name of the form custom domains point to. It is shown only.
func distribution() string {
	const letters = "0123456789abcdefghijklmnopqrstuv"
	var b [13]byte
	rand.Read(b[:])
	for i, x := range b {
		b[i] = letters[x%32]
	}
	return "d" + string(b[:]) + ".cloudfront.net"
}

// airports are the codes that names of Cognito's own buckets have, by Region.
var airports = map[string]string{
	"us-east-1": "iad", "us-east-2": "cmh", "us-west-1": "sfo", "us-west-2": "pdx", "ca-central-1": "yul", "sa-east-1": "gru", "eu-west-1": "dub",
	"eu-west-2": "lhr", "eu-west-3": "cdg", "eu-central-1": "fra", "eu-north-1": "arn", "eu-south-1": "mxp", "ap-south-1": "bom",
	"ap-southeast-1": "sin", "ap-southeast-2": "syd", "ap-northeast-1": "nrt", "ap-northeast-2": "icn", "ap-northeast-3": "kix", "me-south-1": "bah",
	"af-south-1": "cpt",
}

// bucket is the S3Bucket of descriptions. It is shown only.
func bucket(region string) string {
	code := airports[region]
	if code == "" {
		code = region // (inferred)
	}
	return "aws-cognito-prod-" + code + "-assets"
}
