package domain

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxCustom is Cognito's default quota of custom domains of an account.
const maxCustom = 4

// Domain is a domain of a pool.
type Domain struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	// Name is a prefix, or a whole name if Custom.
	Name   string
	Custom bool
	// Settings is the domain as it is described.
	Settings cognitoidp.DomainDescriptionType
}

// Indexes of domains.
const (
	byPool        = "pool"
	customOfOwner = "custom"
)

// Domains holds the domains of all accounts.
var Domains = store.Table[Domain]{
	Name: "userpool.domains",
	Key: func(d *Domain) store.Key {
		if d.Custom {
			return customKey(d.Name)
		}
		return prefixKey(d.Region, d.Name)
	},
	Indexes: []store.Index[Domain]{
		{Name: byPool, Unique: true, Of: func(d *Domain) []store.Key { return []store.Key{store.K(d.Account, d.Region, string(d.Pool), d.Name)} }},
		{Name: customOfOwner, Unique: true, Of: func(d *Domain) []store.Key {
			if !d.Custom {
				return nil
			}
			return []store.Key{store.K(d.Account, d.Name)}
		}},
	},
}

// A prefix has no dot and a custom domain has one, so no Region's prefixes meet the custom domains' empty Region.
func prefixKey(region, name string) store.Key { return store.K(region, name) }
func customKey(name string) store.Key         { return store.K("", name) }

// Service is the area domain.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.DomainAPI = (*Service)(nil)

// Find returns the domain with a name as the operations give it, or store.ErrNotFound: a prefix of the Region, or a custom domain.
func Find(tx store.Tx, region, name string) (*Domain, error) {
	if strings.Contains(name, ".") {
		return Domains.Get(tx, customKey(name))
	}
	return Domains.Get(tx, prefixKey(region, name))
}

// Of returns a pool's prefix and its custom domain, nil where it has none.
func Of(tx store.Tx, p *userpool.Pool) (prefix, custom *Domain, err error) {
	for at, err := range Domains.ScanIndex(tx, byPool, p.Key(), nil, false) {
		if err != nil {
			return nil, nil, fmt.Errorf("look for domains of a user pool: %w", err)
		}
		if at.Row.Custom {
			custom = at.Row
		} else {
			prefix = at.Row
		}
	}
	return prefix, custom, nil
}

// owned returns a domain of a pool of the caller's, or AWS's answer that does not tell which of them is missing.
func (s *Service) owned(c *op.Call, pool, name string) (*userpool.Pool, *Domain, error) {
	d, err := Find(c.Tx, c.Region, name)
	if errors.Is(err, store.ErrNotFound) || err == nil && (d.Account != c.Account || d.Region != c.Region || string(d.Pool) != pool) {
		return nil, nil, noDomain()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read domain: %w", err)
	}
	p, err := s.Realm.Pool(c, pool)
	return p, d, err
}

var (
	prefixForm      = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`)
	customForm      = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9\-]{0,61}[a-z0-9]$`)
	certificateForm = regexp.MustCompile(`^arn:[a-z\-]+:acm:us-east-1:[0-9]{12}:certificate/[A-Za-z0-9\-]+$`)
)

// reserved are words no prefix may contain.
var reserved = []string{"aws", "amazon", "cognito"}

func checkName(name string, custom bool) error {
	if custom {
		if !customForm.MatchString(name) {
			return badCustom()
		}
		return nil
	}
	if !prefixForm.MatchString(name) {
		return badPrefix()
	}
	for _, word := range reserved {
		if strings.Contains(name, word) {
			return reservedWord(word)
		}
	}
	return nil
}

// checkVersion checks a branding version against the pool's feature plan.
func checkVersion(p *userpool.Pool, version int64) error {
	switch {
	case version != 1 && version != 2:
		return badVersion()
	case version == 2 && p.Settings.UserPoolTier != nil && *p.Settings.UserPoolTier == "LITE":
		return managedLoginTier()
	}
	return nil
}

// checkCertificate wants a certificate of the pool's own account: the name goes with it.
func checkCertificate(p *userpool.Pool, config *cognitoidp.CustomDomainConfigType) error {
	if a, err := arn.Parse(config.CertificateArn); err != nil || a.Account != p.Account || !certificateForm.MatchString(config.CertificateArn) {
		return badCertificate()
	}
	return nil
}

// At returns the domain whose pages are at a host without port, or store.ErrNotFound; the inverse of Host.
func At(tx store.Tx, host, suffix string) (*Domain, error) {
	host = strings.ToLower(host)
	if name, region, ok := cutPrefix(host, suffix); ok {
		return Domains.Get(tx, prefixKey(region, name))
	}
	if !customForm.MatchString(host) {
		return nil, store.ErrNotFound
	}
	return Domains.Get(tx, customKey(host))
}

// IsPrefix tells whether a host in lower case has the form of a prefix domain's, whether there is one or not.
func IsPrefix(host, suffix string) bool {
	_, _, ok := cutPrefix(host, suffix)
	return ok
}

func cutPrefix(host, suffix string) (name, region string, ok bool) {
	rest, ok := strings.CutSuffix(host, "."+suffix)
	name, region, of := strings.Cut(rest, ".auth.")
	return name, region, ok && of && arn.IsRegion(region) && prefixForm.MatchString(name)
}

// Host is the name at which a pool's pages are reached: that of its custom domain, else of its prefix, else empty. suffix is what
// stands behind the prefixes' Region.
func Host(tx store.Tx, p *userpool.Pool, suffix string) (string, error) {
	prefix, custom, err := Of(tx, p)
	switch {
	case err != nil:
		return "", err
	case custom != nil:
		return custom.Name, nil
	case prefix != nil:
		return prefix.Name + ".auth." + prefix.Region + "." + suffix, nil
	}
	return "", nil
}
