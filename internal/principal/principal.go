package principal

import (
	"maps"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
)

// Kind is userIdentity.type as CloudTrail writes it.
type Kind string

// The kinds. Anonymous is "Unknown" in records. AccountOnly is the identity of a service event: it has no type at all.
const (
	Root            Kind = "Root"
	IAMUser         Kind = "IAMUser"
	AssumedRole     Kind = "AssumedRole"
	FederatedUser   Kind = "FederatedUser"
	AWSAccount      Kind = "AWSAccount" // a foreign principal, as the owner of the resource sees it
	AWSService      Kind = "AWSService"
	SAMLUser        Kind = "SAMLUser"        // only in AssumeRoleWithSAML itself
	WebIdentityUser Kind = "WebIdentityUser" // only in AssumeRoleWithWebIdentity itself
	Unknown         Kind = "Unknown"
	AccountOnly     Kind = ""
)

// Principal is one actor. Fields that its kind does not have are empty, and empty fields are left out of the record.
type Principal struct {
	Kind             Kind
	Account          string // 12 digits; empty for services, web identities and anonymous callers
	ID               string // principalId: account, AIDA…, AROA…:SESSION, ACCOUNT:NAME, ISSUER:AUD:SUB, Anonymous
	ARN              string // session ARN for sessions; empty where CloudTrail has none
	AccessKeyID      string // AKIA… or ASIA…
	UserName         string // IAM user name, web identity's sub, account alias for root
	InvokedBy        string // service DNS name if a service calls, by itself or for the caller
	IdentityProvider string // SAMLUser and WebIdentityUser only
	Session          *Session
}

// Session is what temporary credentials remember of their making.
type Session struct {
	Issuer         Issuer            // zero for GetSessionToken: the user himself goes on
	Created        time.Time         // zero leaves creationDate out
	MFA            bool              // shown as mfaAuthenticated "true" or "false"
	SourceIdentity string            // once set, carried through role chaining
	Provider       string            // webIdFederationData.federatedProvider; empty if no web identity made the session
	Attributes     map[string]string // webIdFederationData.attributes
}

// Issuer is the entity whose permissions a session has.
type Issuer struct {
	Type     string // Role, IAMUser, Root
	ID       string // AROA…, AIDA…, account
	ARN      string // with path; for a role this is aws:PrincipalArn
	Account  string
	UserName string // role or user name; for root only the account alias
}

// RootOf is the root user of an account. accessKeyID may be empty.
func RootOf(account, accessKeyID string) Principal {
	return Principal{Kind: Root, Account: account, ID: account, ARN: arn.Root(account), AccessKeyID: accessKeyID}
}

// User is an IAM user with long-term keys. path is "/" or /…/; id is AIDA….
func User(account, path, name, id, accessKeyID string) Principal {
	return Principal{Kind: IAMUser, Account: account, ID: id, ARN: arn.User(account, path, name), AccessKeyID: accessKeyID, UserName: name}
}

// WithSession turns root or a user into the same actor under temporary credentials of GetSessionToken. s.Issuer is ignored.
func (p Principal) WithSession(accessKeyID string, s Session) Principal {
	s.Issuer = Issuer{}
	s.Attributes = maps.Clone(s.Attributes)
	p.AccessKeyID, p.Session = accessKeyID, &s
	return p
}

// RoleSession is a session of a role. roleID is AROA…; s.Issuer is filled in from the role.
func RoleSession(account, rolePath, roleName, roleID, session, accessKeyID string, s Session) Principal {
	s.Issuer = Issuer{Type: "Role", ID: roleID, ARN: arn.Role(account, rolePath, roleName), Account: account, UserName: roleName}
	s.Attributes = maps.Clone(s.Attributes)
	return Principal{
		Kind: AssumedRole, Account: account, ID: roleID + ":" + session, ARN: arn.AssumedRole(account, roleName, session),
		AccessKeyID: accessKeyID, Session: &s,
	}
}

// Federated is the session that parent (a user or root) made with GetFederationToken.
func Federated(parent Principal, name, accessKeyID string, s Session) Principal {
	s.Issuer = Issuer{Type: string(parent.Kind), ID: parent.ID, ARN: parent.ARN, Account: parent.Account, UserName: parent.UserName}
	return Principal{
		Kind: FederatedUser, Account: parent.Account, ID: parent.Account + ":" + name, ARN: arn.FederatedUser(parent.Account, name),
		AccessKeyID: accessKeyID, Session: &s,
	}
}

// Service is an AWS service acting by itself, such as cloudtrail.amazonaws.com.
func Service(name string) Principal { return Principal{Kind: AWSService, InvokedBy: name} }

// WebIdentity is the bearer of a provider's token within AssumeRoleWithWebIdentity.
func WebIdentity(provider, audience, subject string) Principal {
	return Principal{Kind: WebIdentityUser, ID: provider + ":" + audience + ":" + subject, UserName: subject, IdentityProvider: provider}
}

// SAML is the subject of an assertion within AssumeRoleWithSAML.
func SAML(nameQualifier, subject string) Principal {
	return Principal{Kind: SAMLUser, ID: nameQualifier + ":" + subject, UserName: subject, IdentityProvider: nameQualifier}
}

// Anonymous is the caller of an operation that takes no signature.
func Anonymous() Principal { return Principal{Kind: Unknown, ID: "Anonymous"} }

// OfAccount is the identity of service events: the account alone, with invokedBy if that is not empty.
func OfAccount(account, invokedBy string) Principal {
	return Principal{Account: account, InvokedBy: invokedBy}
}

// Foreign is how the owner of a resource sees p, a principal of another account.
func (p Principal) Foreign() Principal {
	return Principal{Kind: AWSAccount, ID: p.ID, Account: p.Account}
}

// IsRoot tells whether p is an account's root user, with long-term keys or in a session.
func (p Principal) IsRoot() bool { return p.Kind == Root }

// IsAnonymous tells whether nobody proved anything.
func (p Principal) IsAnonymous() bool { return p.Kind == Unknown }

// IsTemporary tells whether the credentials were temporary.
func (p Principal) IsTemporary() bool { return p.Session != nil }

// RoleARN is the ARN (with path) of the role p has taken, or empty.
func (p Principal) RoleARN() string {
	if p.Kind == AssumedRole && p.Session != nil {
		return p.Session.Issuer.ARN
	}
	return ""
}

// SessionName is the part of a role session's ID after the colon, or empty.
func (p Principal) SessionName() string {
	if p.Kind != AssumedRole {
		return ""
	}
	_, name, _ := strings.Cut(p.ID, ":")
	return name
}
