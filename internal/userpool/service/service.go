package service

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/password"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/authevent"
	"github.com/cogtrail/cogtrail/internal/userpool/branding"
	"github.com/cogtrail/cogtrail/internal/userpool/client"
	"github.com/cogtrail/cogtrail/internal/userpool/device"
	"github.com/cogtrail/cogtrail/internal/userpool/domain"
	"github.com/cogtrail/cogtrail/internal/userpool/group"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
	"github.com/cogtrail/cogtrail/internal/userpool/mfa"
	"github.com/cogtrail/cogtrail/internal/userpool/pool"
	"github.com/cogtrail/cogtrail/internal/userpool/profile"
	"github.com/cogtrail/cogtrail/internal/userpool/provider"
	"github.com/cogtrail/cogtrail/internal/userpool/recovery"
	"github.com/cogtrail/cogtrail/internal/userpool/resourceserver"
	"github.com/cogtrail/cogtrail/internal/userpool/risk"
	"github.com/cogtrail/cogtrail/internal/userpool/signin"
	"github.com/cogtrail/cogtrail/internal/userpool/signup"
	"github.com/cogtrail/cogtrail/internal/userpool/terms"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
	"github.com/cogtrail/cogtrail/internal/userpool/uicustomization"
	"github.com/cogtrail/cogtrail/internal/userpool/user"
	"github.com/cogtrail/cogtrail/internal/userpool/userimport"
	"github.com/cogtrail/cogtrail/internal/userpool/usersession"
	"github.com/cogtrail/cogtrail/internal/userpool/webauthn"
)

// Deps is what user pools depend on. Vault, Issuer, Messages and Keys are required.
type Deps struct {
	Vault *secret.Vault
	// Issuer is the iss of a pool's tokens, without a trailing slash.
	Issuer func(poolID string) string
	// Site is the base of the pages at a host of a pool's domain, without a trailing slash; if nil, https at the host.
	Site func(host string) string
	// DomainSuffix stands behind the Region in the names of prefix domains: localhost if empty.
	DomainSuffix string
	Messages     userpool.Sender
	Keys         userpool.KeySource
	// Functions asks pools' Lambda functions; if nil they cannot be reached.
	Functions *trigger.Functions
	// Import is what imports of users need; without it they cannot be made.
	Import userimport.Deps
	// Threat is what threat protection needs; its Realm is filled in, and Passwords if nil.
	Threat threat.Guard
	// LogBuckets takes log files; nil where there are no buckets.
	LogBuckets logdelivery.Buckets
	// LogStreams takes logs for streams of Firehose; nil where there is no way to them.
	LogStreams logdelivery.Streams
	// SRP is made if nil.
	SRP *srp.Group
	// Hasher is made if nil: two hashes at a time, 64 waiting.
	Hasher *password.Hasher
}

// Service is all areas of user pools.
type Service struct {
	Realm    *userpool.Realm
	Pool     *pool.Service
	Client   *client.Service
	Signup   *signup.Service
	Signin   *signin.Service
	Profile  *profile.Service
	Recovery *recovery.Service
	User     *user.Service
	Group    *group.Service
	Import   *userimport.Service
	MFA      *mfa.Service
	Device   *device.Service
	WebAuthn *webauthn.Service

	ResourceServer  *resourceserver.Service
	Provider        *provider.Service
	Domain          *domain.Service
	UICustomization *uicustomization.Service
	Branding        *branding.Service
	Terms           *terms.Service
	Risk            *risk.Service
	LogDelivery     *logdelivery.Service
	AuthEvent       *authevent.Service
	UserSession     *usersession.Service
}

// New assembles the areas.
func New(d Deps) (*Service, error) {
	if d.SRP == nil {
		d.SRP = srp.New()
	}
	if d.Hasher == nil {
		h, err := password.NewHasher(password.Params{}, 2, 64)
		if err != nil {
			return nil, fmt.Errorf("make password hasher: %w", err)
		}
		d.Hasher = h
	}
	if d.Site == nil {
		d.Site = func(host string) string { return "https://" + host }
	}
	if d.DomainSuffix == "" {
		d.DomainSuffix = "localhost"
	}
	if d.Functions == nil {
		d.Functions = trigger.New(nil)
	}
	forget := []func(store.Tx, *userpool.Pool, userpool.ClientID) error{uicustomization.Forget, branding.Forget, terms.Forget, risk.Forget}
	r := userpool.NewRealm(d.Vault, d.SRP, d.Hasher, d.Issuer, d.Messages)
	r.Host = func(tx store.Tx, p *userpool.Pool) (string, error) { return domain.Host(tx, p, d.DomainSuffix) }
	r.Site = d.Site
	r.HasProvider = provider.Lives
	r.Functions = d.Functions
	guard := d.Threat
	guard.Realm = r
	if guard.Passwords == nil {
		guard.Passwords = threat.CommonPasswords()
	}
	return &Service{
		Realm: r, Pool: &pool.Service{Realm: r, Keys: d.Keys}, Client: &client.Service{Realm: r, Forget: forget}, Signup: &signup.Service{Realm: r, Guard: &guard},
		Signin: &signin.Service{Realm: r, Guard: &guard}, Profile: &profile.Service{Realm: r, Guard: &guard}, User: &user.Service{Realm: r}, Group: &group.Service{Realm: r},
		MFA: &mfa.Service{Realm: r}, Device: &device.Service{Realm: r}, WebAuthn: &webauthn.Service{Realm: r},
		Recovery: &recovery.Service{Realm: r, Guard: &guard}, Import: userimport.New(r, d.Import),
		ResourceServer: &resourceserver.Service{Realm: r}, Provider: &provider.Service{Realm: r}, Domain: &domain.Service{Realm: r},
		UICustomization: &uicustomization.Service{Realm: r}, Branding: &branding.Service{Realm: r}, Terms: &terms.Service{Realm: r},
		Risk: &risk.Service{Realm: r}, LogDelivery: &logdelivery.Service{Realm: r, Buckets: d.LogBuckets, Streams: d.LogStreams}, AuthEvent: &authevent.Service{Realm: r, Guard: &guard}, UserSession: &usersession.Service{Realm: r},
	}, nil
}

// Operations are the operations of all areas, the unsigned ones with their owners.
func (s *Service) Operations(svc *schema.Service) []*op.Operation {
	var ops []*op.Operation
	ops = append(ops, cognitoidp.PoolOps(svc, s.Pool)...)
	ops = append(ops, cognitoidp.ClientOps(svc, s.Client)...)
	ops = append(ops, cognitoidp.SignupOps(svc, s.Signup)...)
	ops = append(ops, cognitoidp.SigninOps(svc, s.Signin)...)
	ops = append(ops, cognitoidp.ProfileOps(svc, s.Profile)...)
	ops = append(ops, cognitoidp.RecoveryOps(svc, s.Recovery)...)
	ops = append(ops, cognitoidp.UserOps(svc, s.User)...)
	ops = append(ops, cognitoidp.GroupOps(svc, s.Group)...)
	ops = append(ops, cognitoidp.UserimportOps(svc, s.Import)...)
	ops = append(ops, cognitoidp.MfaOps(svc, s.MFA)...)
	ops = append(ops, cognitoidp.DeviceOps(svc, s.Device)...)
	ops = append(ops, cognitoidp.WebauthnOps(svc, s.WebAuthn)...)
	ops = append(ops, cognitoidp.ResourceserverOps(svc, s.ResourceServer)...)
	ops = append(ops, cognitoidp.ProviderOps(svc, s.Provider)...)
	ops = append(ops, cognitoidp.DomainOps(svc, s.Domain)...)
	ops = append(ops, cognitoidp.UicustomizationOps(svc, s.UICustomization)...)
	ops = append(ops, cognitoidp.BrandingOps(svc, s.Branding)...)
	ops = append(ops, cognitoidp.TermsOps(svc, s.Terms)...)
	ops = append(ops, cognitoidp.RiskOps(svc, s.Risk)...)
	ops = append(ops, cognitoidp.LogdeliveryOps(svc, s.LogDelivery)...)
	ops = append(ops, cognitoidp.AutheventOps(svc, s.AuthEvent)...)
	ops = append(ops, cognitoidp.UsersessionOps(svc, s.UserSession)...)
	s.Realm.Own(ops)
	return ops
}
