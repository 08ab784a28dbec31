package pools

import (
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const (
	jo       = "jo"
	mail     = "jo@example.com"
	pw       = pooltest.Password
	newPW    = "An0ther-Passw0rd!"
	noPool   = pooltest.Region + "_Missing00"
	noClient = "1h57kf5cpq17m0eml12example"
)

// with is an input of the pool with more members, in pairs.
func (s *scene) with(more ...any) m {
	out := m{"UserPoolId": s.pool}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

// about is with for the user jo.
func (s *scene) about(more ...any) m { return s.with(append([]any{"Username", jo}, more...)...) }

// by is an input of the client with more members.
func (s *scene) by(more ...any) m {
	out := s.with(more...)
	delete(out, "UserPoolId")
	out["ClientId"] = s.client
	return out
}

func attributes(pairs ...string) []m {
	out := []m{}
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, m{"Name": pairs[i], "Value": pairs[i+1]})
	}
	return out
}

// jo is a confirmed user with a verified address.
func (s *scene) jo() *scene { s.User(s.pool, jo, mail); return s }

func (s *scene) access() string { return *s.Tokens(s.client, jo).AccessToken }

func (s *scene) auth(flow string, pairs ...string) *answer {
	p := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		p[pairs[i]] = pairs[i+1]
	}
	return s.call("InitiateAuth", s.by("AuthFlow", flow, "AuthParameters", p))
}

func (s *scene) password(name, text string) *answer {
	return s.auth("USER_PASSWORD_AUTH", "USERNAME", name, "PASSWORD", text)
}

func (s *scene) respond(challenge, session string, pairs ...string) *answer {
	p := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		p[pairs[i]] = pairs[i+1]
	}
	in := s.by("ChallengeName", challenge, "ChallengeResponses", p)
	if session != "" {
		in["Session"] = session
	}
	return s.call("RespondToAuthChallenge", in)
}

// signUp signs jo up and sends a code.
func (s *scene) signUp() *scene {
	s.ok("SignUp", s.by("Username", jo, "Password", pw, "UserAttributes", attributes("email", mail)))
	return s
}

// wrong is a code other than the newest.
func (s *scene) wrong() string {
	if s.Code() == "000000" {
		return "000001"
	}
	return "000000"
}

// times makes a call again and again; the last answer counts.
func times(n int, call func() *answer) *answer {
	for range n - 1 {
		call()
	}
	return call()
}

// client makes the scene's client anew.
func (s *scene) clientWith(set func(*cognitoidp.CreateUserPoolClientInput)) *cognitoidp.UserPoolClientType {
	c := s.Client(s.pool, set)
	s.client = *c.ClientId
	s.vars["client"] = s.client
	return c
}

// forced is jo with a temporary password, signed in as far as that goes; it returns the session.
func (s *scene) forced() string {
	s.ok("AdminCreateUser", s.about("TemporaryPassword", pw, "MessageAction", "SUPPRESS", "UserAttributes", attributes("email", mail)))
	var out struct{ Session string }
	s.password(jo, pw).decode(s.T, &out)
	return out.Session
}

// totp is a pool with authenticators, jo having one; it returns the authenticator and a session that asks for its code.
func (s *scene) totp() (*pooltest.Authenticator, string) {
	s.use(s.MFAPool("OPTIONAL"))
	s.jo()
	a := s.Associate(s.access())
	s.Prefer(s.pool, jo, true, userpool.TOTPFactor)
	return a, s.session()
}

// session is that of the challenge which jo's password leads to.
func (s *scene) session() string {
	var out struct{ Session string }
	s.password(jo, pw).decode(s.T, &out)
	return out.Session
}

func (s *scene) createPool(more ...any) *answer {
	in := s.with(more...)
	delete(in, "UserPoolId")
	in["PoolName"] = "other"
	return s.call("CreateUserPool", in)
}

func (s *scene) recover() *scene {
	s.ok("ForgotPassword", s.by("Username", jo))
	return s
}

func (s *scene) reset(code, text string) *answer {
	return s.call("ConfirmForgotPassword", s.by("Username", jo, "ConfirmationCode", code, "Password", text))
}

func (s *scene) confirm(code string) *answer {
	return s.call("ConfirmSignUp", s.by("Username", jo, "ConfirmationCode", code))
}

func hiding(in *cognitoidp.CreateUserPoolClientInput) {
	in.PreventUserExistenceErrors = new("ENABLED")
}

func secret(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) }

func onlyRefresh(in *cognitoidp.CreateUserPoolClientInput) {
	in.ExplicitAuthFlows = []string{"ALLOW_REFRESH_TOKEN_AUTH"}
}

// unknownPool is a call about a pool that is not there.
func unknownPool(operation string, more ...any) func(*scene) *answer {
	return func(s *scene) *answer {
		s.vars["pool"] = noPool
		s.pool = noPool
		return s.call(operation, s.with(more...))
	}
}

// unknownClient is a call through a client that is not there.
func unknownClient(operation string, more ...any) func(*scene) *answer {
	return func(s *scene) *answer {
		s.nobodys = true
		s.vars["client"] = noClient
		s.client = noClient
		return s.call(operation, s.by(more...))
	}
}

// unknownUser is an administrator's call about a user who is not there.
func unknownUser(operation string, more ...any) func(*scene) *answer {
	return func(s *scene) *answer { return s.call(operation, s.about(more...)) }
}

func (s *scene) attribute(name, kind string, more ...any) []m {
	a := m{"Name": name}
	if kind != "" {
		a["AttributeDataType"] = kind
	}
	for i := 0; i < len(more); i += 2 {
		a[more[i].(string)] = more[i+1]
	}
	return []m{a}
}

func (s *scene) device() (*pooltest.Device, string) {
	s.use(s.DevicePool(true, false))
	s.jo()
	t := s.Tokens(s.client, jo)
	return s.NewDevice(t), *t.AccessToken
}

// weak is SignUp with a password that lacks something.
func weak(password string) func(*scene) *answer {
	return func(s *scene) *answer { return s.call("SignUp", s.by("Username", jo, "Password", password)) }
}

var situations = map[string]func(*scene) *answer{
	// ResourceNotFoundException
	"DescribeUserPool: unknown pool": unknownPool("DescribeUserPool"),
	"ListUsers: unknown pool":        unknownPool("ListUsers"),
	"AdminGetUser: unknown pool":     unknownPool("AdminGetUser", "Username", jo),
	"CreateGroup: unknown pool":      unknownPool("CreateGroup", "GroupName", "g"),
	"DescribeUserPoolClient: unknown client": func(s *scene) *answer {
		s.vars["client"] = noClient
		return s.call("DescribeUserPoolClient", s.with("ClientId", noClient))
	},
	"InitiateAuth: unknown client":           unknownClient("InitiateAuth", "AuthFlow", "USER_PASSWORD_AUTH", "AuthParameters", m{"USERNAME": jo, "PASSWORD": pw}),
	"RespondToAuthChallenge: unknown client": unknownClient("RespondToAuthChallenge", "ChallengeName", "SMS_MFA"),
	"SignUp: unknown client":                 unknownClient("SignUp", "Username", jo, "Password", pw),
	"ConfirmSignUp: unknown client":          unknownClient("ConfirmSignUp", "Username", jo, "ConfirmationCode", "123456"),
	"ForgotPassword: unknown client":         unknownClient("ForgotPassword", "Username", jo),
	"ConfirmForgotPassword: unknown client":  unknownClient("ConfirmForgotPassword", "Username", jo, "ConfirmationCode", "123456", "Password", pw),
	"ResendConfirmationCode: unknown client": unknownClient("ResendConfirmationCode", "Username", jo),
	"GetGroup: unknown group":                func(s *scene) *answer { return s.call("GetGroup", s.with("GroupName", "g")) },
	"UpdateGroup: unknown group":             func(s *scene) *answer { return s.call("UpdateGroup", s.with("GroupName", "g")) },
	"DeleteGroup: unknown group":             func(s *scene) *answer { return s.call("DeleteGroup", s.with("GroupName", "g")) },
	"AdminAddUserToGroup: unknown group":     func(s *scene) *answer { return s.jo().call("AdminAddUserToGroup", s.about("GroupName", "g")) },
	"DescribeResourceServer: unknown":        func(s *scene) *answer { return s.call("DescribeResourceServer", s.with("Identifier", "api")) },
	"DescribeIdentityProvider: unknown":      func(s *scene) *answer { return s.call("DescribeIdentityProvider", s.with("ProviderName", "Google")) },
	"GetDevice: unknown device": func(s *scene) *answer {
		_, access := s.device()
		return s.call("GetDevice", m{"AccessToken": access, "DeviceKey": "us-east-1_00000000-0000-4000-8000-000000000000"})
	},
	"AdminGetDevice: unknown device": func(s *scene) *answer {
		s.device()
		return s.call("AdminGetDevice", s.about("DeviceKey", "us-east-1_00000000-0000-4000-8000-000000000000"))
	},
	"RespondToAuthChallenge: unknown device in DEVICE_SRP_AUTH": func(s *scene) *answer {
		d, access := s.device()
		if _, res := d.Confirm(access); res.Err != nil {
			s.T.Fatal(res.Err)
		}
		out, res := d.SignIn(s.client, jo)
		if res.Err != nil {
			s.T.Fatal(res.Err)
		}
		var session string
		if out.Session != nil {
			session = *out.Session
		}
		return s.respond("DEVICE_SRP_AUTH", session, "USERNAME", jo, "DEVICE_KEY", "us-east-1_00000000-0000-4000-8000-000000000000", "SRP_A", pooltest.Group().NewClient().A())
	},
	"DeleteUserPoolClientSecret: unknown secret": func(s *scene) *answer {
		s.clientWith(secret)
		return s.call("DeleteUserPoolClientSecret", s.with("ClientId", s.client, "ClientSecretId", "none"))
	},

	// UserNotFoundException
	"AdminGetUser: unknown user":              unknownUser("AdminGetUser"),
	"AdminDeleteUser: unknown user":           unknownUser("AdminDeleteUser"),
	"AdminDisableUser: unknown user":          unknownUser("AdminDisableUser"),
	"AdminSetUserPassword: unknown user":      unknownUser("AdminSetUserPassword", "Password", pw),
	"AdminUpdateUserAttributes: unknown user": unknownUser("AdminUpdateUserAttributes", "UserAttributes", attributes("name", "n")),
	"AdminResetUserPassword: unknown user":    unknownUser("AdminResetUserPassword"),
	"AdminUserGlobalSignOut: unknown user":    unknownUser("AdminUserGlobalSignOut"),
	"AdminListGroupsForUser: unknown user":    unknownUser("AdminListGroupsForUser"),
	"AdminSetUserMFAPreference: unknown user": unknownUser("AdminSetUserMFAPreference"),
	"AdminConfirmSignUp: unknown user":        unknownUser("AdminConfirmSignUp"),
	"AdminCreateUser: resend to unknown user": unknownUser("AdminCreateUser", "MessageAction", "RESEND"),
	"InitiateAuth: unknown user":              func(s *scene) *answer { return s.password(jo, pw) },
	"ForgotPassword: unknown user":            func(s *scene) *answer { return s.call("ForgotPassword", s.by("Username", jo)) },
	"ConfirmForgotPassword: unknown user":     func(s *scene) *answer { return s.reset("123456", pw) },
	"ConfirmSignUp: unknown user":             func(s *scene) *answer { return s.confirm("123456") },
	"ResendConfirmationCode: unknown user":    func(s *scene) *answer { return s.call("ResendConfirmationCode", s.by("Username", jo)) },
	"InitiateAuth: unknown user, SRP": func(s *scene) *answer {
		return s.auth("USER_SRP_AUTH", "USERNAME", jo, "SRP_A", pooltest.Group().NewClient().A())
	},
	"InitiateAuth: unknown user, hidden":  func(s *scene) *answer { s.clientWith(hiding); return s.password(jo, pw) },
	"ConfirmSignUp: unknown user, hidden": func(s *scene) *answer { s.clientWith(hiding); return s.confirm("123456") },
	"ConfirmForgotPassword: unknown user, hidden": func(s *scene) *answer {
		s.clientWith(hiding)
		return s.reset("123456", pw)
	},
	"InitiateAuth: reset required, hidden": func(s *scene) *answer {
		s.jo().clientWith(hiding)
		s.ok("AdminResetUserPassword", s.about())
		return s.password(jo, pw)
	},

	// UsernameExistsException, AliasExistsException
	"SignUp: name taken": func(s *scene) *answer {
		return s.jo().call("SignUp", s.by("Username", jo, "Password", pw))
	},
	"SignUp: e-mail taken": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} }))
		s.ok("SignUp", s.by("Username", mail, "Password", pw))
		return s.call("SignUp", s.by("Username", mail, "Password", pw))
	},
	"SignUp: phone number taken": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"phone_number"} }))
		s.ok("SignUp", s.by("Username", "+15550100", "Password", pw))
		return s.call("SignUp", s.by("Username", "+15550100", "Password", pw))
	},
	"AdminCreateUser: name taken": func(s *scene) *answer { return s.jo().call("AdminCreateUser", s.about()) },
	"ConfirmSignUp: alias taken": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} }))
		s.User(s.pool, "owner", mail)
		return s.signUp().confirm(s.Code())
	},
	"AdminUpdateUserAttributes: alias taken": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} }))
		s.User(s.pool, "owner", mail)
		s.User(s.pool, jo, "")
		return s.call("AdminUpdateUserAttributes", s.about("UserAttributes", attributes("email", mail, "email_verified", "true")))
	},
	"AdminCreateUser: alias taken": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} }))
		s.User(s.pool, "owner", mail)
		return s.call("AdminCreateUser", s.about("UserAttributes", attributes("email", mail, "email_verified", "true")))
	},

	// NotAuthorizedException
	"InitiateAuth: wrong password": func(s *scene) *answer { return s.jo().password(jo, newPW) },
	"RespondToAuthChallenge: wrong SRP signature": func(s *scene) *answer {
		s.jo()
		side, out, res := s.StartSRP(s.client, jo)
		if res.Err != nil {
			s.T.Fatal(res.Err)
		}
		claim := s.Claim(side, s.pool, s.client, out, newPW)
		return s.call("RespondToAuthChallenge", s.by("ChallengeName", claim.ChallengeName, "ChallengeResponses", claim.ChallengeResponses))
	},
	"ChangePassword: wrong previous password": func(s *scene) *answer {
		return s.jo().call("ChangePassword", m{"AccessToken": s.access(), "PreviousPassword": newPW, "ProposedPassword": newPW})
	},
	"AdminInitiateAuth: wrong password": func(s *scene) *answer {
		s.jo().clientWith(func(in *cognitoidp.CreateUserPoolClientInput) {
			in.ExplicitAuthFlows = []string{"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
		})
		return s.call("AdminInitiateAuth", s.with("ClientId", s.client, "AuthFlow", "ADMIN_USER_PASSWORD_AUTH", "AuthParameters", m{"USERNAME": jo, "PASSWORD": newPW}))
	},
	"InitiateAuth: locked out": func(s *scene) *answer {
		s.jo()
		return times(6, func() *answer { return s.password(jo, newPW) })
	},
	"InitiateAuth: disabled user": func(s *scene) *answer {
		s.jo().ok("AdminDisableUser", s.about())
		return s.password(jo, pw)
	},
	"InitiateAuth: refresh of a disabled user": func(s *scene) *answer {
		t := *s.jo().Tokens(s.client, jo).RefreshToken
		s.ok("AdminDisableUser", s.about())
		return s.auth("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", t)
	},
	"ForgotPassword: disabled user": func(s *scene) *answer {
		s.jo().ok("AdminDisableUser", s.about())
		return s.call("ForgotPassword", s.by("Username", jo))
	},
	"AdminResetUserPassword: disabled user": func(s *scene) *answer {
		s.jo().ok("AdminDisableUser", s.about())
		return s.call("AdminResetUserPassword", s.about())
	},
	"InitiateAuth: unconfirmed user":                 func(s *scene) *answer { return s.signUp().password(jo, pw) },
	"InitiateAuth: unconfirmed user, wrong password": func(s *scene) *answer { return s.signUp().password(jo, newPW) },
	"InitiateAuth: temporary password expired": func(s *scene) *answer {
		s.forced()
		s.Advance(8 * 24 * time.Hour)
		return s.password(jo, pw)
	},
	"ForgotPassword: temporary password": func(s *scene) *answer {
		s.forced()
		return s.call("ForgotPassword", s.by("Username", jo))
	},
	"AdminResetUserPassword: temporary password": func(s *scene) *answer {
		s.forced()
		return s.call("AdminResetUserPassword", s.about())
	},
	"AdminResetUserPassword: unconfirmed user": func(s *scene) *answer { return s.signUp().call("AdminResetUserPassword", s.about()) },
	"ForgotPassword: administrators only": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) {
			in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Name: "admin_only", Priority: 1}}}
		}))
		return s.jo().call("ForgotPassword", s.by("Username", jo))
	},
	"SignUp: administrators only": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) {
			in.AdminCreateUserConfig = &cognitoidp.AdminCreateUserConfigType{AllowAdminCreateUserOnly: new(true)}
		}))
		return s.call("SignUp", s.by("Username", jo, "Password", pw))
	},
	"ConfirmSignUp: confirmed user":      func(s *scene) *answer { return s.jo().confirm("123456") },
	"AdminConfirmSignUp: confirmed user": func(s *scene) *answer { return s.jo().call("AdminConfirmSignUp", s.about()) },
	"InitiateAuth: no secret hash": func(s *scene) *answer {
		s.jo().clientWith(secret)
		return s.password(jo, pw)
	},
	"SignUp: no secret hash": func(s *scene) *answer {
		s.clientWith(secret)
		return s.call("SignUp", s.by("Username", jo, "Password", pw))
	},
	"InitiateAuth: wrong secret hash": func(s *scene) *answer {
		s.jo().clientWith(secret)
		return s.auth("USER_PASSWORD_AUTH", "USERNAME", jo, "PASSWORD", pw, "SECRET_HASH", "d3Jvbmc=")
	},
	"ForgotPassword: wrong secret hash": func(s *scene) *answer {
		s.jo().clientWith(secret)
		return s.call("ForgotPassword", s.by("Username", jo, "SecretHash", "d3Jvbmc="))
	},
	"InitiateAuth: wrong secret hash on refresh": func(s *scene) *answer {
		c := s.jo().clientWith(secret)
		right := userpool.SecretHash(*c.ClientSecret, jo, userpool.ClientID(s.client))
		var out struct{ AuthenticationResult struct{ RefreshToken string } }
		s.auth("USER_PASSWORD_AUTH", "USERNAME", jo, "PASSWORD", pw, "SECRET_HASH", right).decode(s.T, &out)
		return s.auth("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", out.AuthenticationResult.RefreshToken, "SECRET_HASH", "d3Jvbmc=")
	},
	"SignUp: attribute not writable": func(s *scene) *answer {
		s.clientWith(func(in *cognitoidp.CreateUserPoolClientInput) { in.WriteAttributes = []string{"email"} })
		return s.call("SignUp", s.by("Username", jo, "Password", pw, "UserAttributes", attributes("nickname", "j")))
	},
	"UpdateUserAttributes: attribute not writable": func(s *scene) *answer {
		s.jo().clientWith(func(in *cognitoidp.CreateUserPoolClientInput) { in.WriteAttributes = []string{"email"} })
		return s.call("UpdateUserAttributes", m{"AccessToken": s.access(), "UserAttributes": attributes("nickname", "j")})
	},
	"GetUser: no access token": func(s *scene) *answer {
		s.nobodys = true
		return s.call("GetUser", m{"AccessToken": "nonsense"})
	},
	"GetUser: ID token": func(s *scene) *answer {
		return s.jo().call("GetUser", m{"AccessToken": *s.Tokens(s.client, jo).IdToken})
	},
	"GetUser: expired access token": func(s *scene) *answer {
		token := s.jo().access()
		s.Advance(2 * time.Hour)
		return s.call("GetUser", m{"AccessToken": token})
	},
	"GetUser: after GlobalSignOut": func(s *scene) *answer {
		token := s.jo().access()
		s.ok("GlobalSignOut", m{"AccessToken": token})
		return s.call("GetUser", m{"AccessToken": token})
	},
	"GetUser: after AdminUserGlobalSignOut": func(s *scene) *answer {
		token := s.jo().access()
		s.ok("AdminUserGlobalSignOut", s.about())
		return s.call("GetUser", m{"AccessToken": token})
	},
	"GetUser: after RevokeToken": func(s *scene) *answer {
		t := s.jo().Tokens(s.client, jo)
		s.ok("RevokeToken", s.by("Token", *t.RefreshToken))
		return s.call("GetUser", m{"AccessToken": *t.AccessToken})
	},
	"InitiateAuth: no refresh token": func(s *scene) *answer { return s.auth("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "nonsense") },
	"InitiateAuth: refresh token of another client": func(s *scene) *answer {
		t := *s.jo().Tokens(s.client, jo).RefreshToken
		s.clientWith(nil)
		return s.auth("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", t)
	},
	"InitiateAuth: refresh token with another device": func(s *scene) *answer {
		s.use(s.DevicePool(true, false))
		t := s.jo().Tokens(s.client, jo)
		if _, res := s.NewDevice(t).Confirm(*t.AccessToken); res.Err != nil {
			s.T.Fatal(res.Err)
		}
		return s.auth("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", *t.RefreshToken, "DEVICE_KEY", "us-east-1_00000000-0000-4000-8000-000000000000")
	},
	"InitiateAuth: expired refresh token": func(s *scene) *answer {
		t := *s.jo().Tokens(s.client, jo).RefreshToken
		s.Advance(31 * 24 * time.Hour)
		return s.auth("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", t)
	},
	"InitiateAuth: revoked refresh token": func(s *scene) *answer {
		t := *s.jo().Tokens(s.client, jo).RefreshToken
		s.ok("RevokeToken", s.by("Token", t))
		return s.auth("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", t)
	},
	"RespondToAuthChallenge: session of nobody": func(s *scene) *answer {
		return s.jo().respond("NEW_PASSWORD_REQUIRED", strings.Repeat("x", 100), "USERNAME", jo, "NEW_PASSWORD", newPW)
	},
	"RespondToAuthChallenge: session expired": func(s *scene) *answer {
		session := s.forced()
		s.Advance(time.Hour)
		return s.respond("NEW_PASSWORD_REQUIRED", session, "USERNAME", jo, "NEW_PASSWORD", newPW)
	},
	"RespondToAuthChallenge: session used before": func(s *scene) *answer {
		session := s.forced()
		if a := s.respond("NEW_PASSWORD_REQUIRED", session, "USERNAME", jo, "NEW_PASSWORD", newPW); a.code != "" {
			s.T.Fatal(a.message)
		}
		return s.respond("NEW_PASSWORD_REQUIRED", session, "USERNAME", jo, "NEW_PASSWORD", newPW)
	},
	"DeleteUserPoolClientSecret: only secret": func(s *scene) *answer {
		s.clientWith(secret)
		list := s.ok("ListUserPoolClientSecrets", s.with("ClientId", s.client))["ClientSecrets"].([]any)
		return s.call("DeleteUserPoolClientSecret", s.with("ClientId", s.client, "ClientSecretId", list[0].(m)["ClientSecretId"]))
	},

	// InvalidParameterException
	"GetUser: model":        func(s *scene) *answer { s.nobodys = true; return s.call("GetUser", m{}) },
	"CreateUserPool: model": func(s *scene) *answer { return s.call("CreateUserPool", m{"PoolName": ""}) },
	"InitiateAuth: model":   func(s *scene) *answer { return s.auth("X") },
	"SignUp: model": func(s *scene) *answer {
		return s.call("SignUp", s.by("Username", jo, "Password", strings.Repeat("x", 257)))
	},
	"InitiateAuth: no USERNAME":      func(s *scene) *answer { return s.auth("USER_PASSWORD_AUTH", "PASSWORD", pw) },
	"InitiateAuth: no PASSWORD":      func(s *scene) *answer { return s.auth("USER_PASSWORD_AUTH", "USERNAME", jo) },
	"InitiateAuth: no SRP_A":         func(s *scene) *answer { return s.auth("USER_SRP_AUTH", "USERNAME", jo) },
	"InitiateAuth: no REFRESH_TOKEN": func(s *scene) *answer { return s.auth("REFRESH_TOKEN_AUTH", "USERNAME", jo) },
	"InitiateAuth: no parameters":    func(s *scene) *answer { return s.call("InitiateAuth", s.by("AuthFlow", "USER_PASSWORD_AUTH")) },
	"RespondToAuthChallenge: no parameters": func(s *scene) *answer {
		return s.call("RespondToAuthChallenge", s.by("ChallengeName", "NEW_PASSWORD_REQUIRED", "Session", strings.Repeat("x", 100)))
	},
	"RespondToAuthChallenge: no session": func(s *scene) *answer {
		return s.respond("NEW_PASSWORD_REQUIRED", "", "USERNAME", jo, "NEW_PASSWORD", pw)
	},
	"InitiateAuth: flow not allowed": func(s *scene) *answer { s.clientWith(onlyRefresh); return s.password(jo, pw) },
	"InitiateAuth: SRP not allowed": func(s *scene) *answer {
		s.clientWith(onlyRefresh)
		return s.auth("USER_SRP_AUTH", "USERNAME", jo, "SRP_A", "AA")
	},
	"AdminInitiateAuth: flow not allowed": func(s *scene) *answer {
		return s.call("AdminInitiateAuth", s.with("ClientId", s.client, "AuthFlow", "ADMIN_USER_PASSWORD_AUTH", "AuthParameters", m{"USERNAME": jo, "PASSWORD": pw}))
	},
	"InitiateAuth: administrators' flow": func(s *scene) *answer { return s.auth("ADMIN_USER_PASSWORD_AUTH", "USERNAME", jo, "PASSWORD", pw) },
	"AdminInitiateAuth: public flow": func(s *scene) *answer {
		return s.call("AdminInitiateAuth", s.with("ClientId", s.client, "AuthFlow", "USER_PASSWORD_AUTH", "AuthParameters", m{"USERNAME": jo, "PASSWORD": pw}))
	},
	"SignUp: name no e-mail": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} }))
		return s.call("SignUp", s.by("Username", jo, "Password", pw))
	},
	"SignUp: name no phone number": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"phone_number"} }))
		return s.call("SignUp", s.by("Username", jo, "Password", pw))
	},
	"SignUp: name neither e-mail nor phone number": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email", "phone_number"} }))
		return s.call("SignUp", s.by("Username", jo, "Password", pw))
	},
	"SignUp: name like an e-mail alias": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} }))
		return s.call("SignUp", s.by("Username", mail, "Password", pw))
	},
	"SignUp: name like a phone alias": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"phone_number"} }))
		return s.call("SignUp", s.by("Username", "+15550100", "Password", pw))
	},
	"SignUp: no phone number": func(s *scene) *answer {
		return s.call("SignUp", s.by("Username", jo, "Password", pw, "UserAttributes", attributes("phone_number", "555")))
	},
	"SignUp: no e-mail address": func(s *scene) *answer {
		return s.call("SignUp", s.by("Username", jo, "Password", pw, "UserAttributes", attributes("email", "nowhere")))
	},
	"SignUp: required attribute missing": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) {
			in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("email"), Required: new(true)}}
		}))
		return s.call("SignUp", s.by("Username", jo, "Password", pw))
	},
	"SignUp: required attributes missing": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) {
			in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("email"), Required: new(true)}, {Name: new("name"), Required: new(true)}}
		}))
		return s.call("SignUp", s.by("Username", jo, "Password", pw))
	},
	"SignUp: unknown custom attribute": func(s *scene) *answer {
		return s.call("SignUp", s.by("Username", jo, "Password", pw, "UserAttributes", attributes("custom:x", "1")))
	},
	"SignUp: unknown attribute": func(s *scene) *answer {
		return s.call("SignUp", s.by("Username", jo, "Password", pw, "UserAttributes", attributes("x", "1")))
	},
	"AdminDeleteUserAttributes: unknown attribute": func(s *scene) *answer {
		return s.jo().call("AdminDeleteUserAttributes", s.about("UserAttributeNames", []string{"custom:x"}))
	},
	"DeleteUserAttributes: unknown attribute": func(s *scene) *answer {
		return s.jo().call("DeleteUserAttributes", m{"AccessToken": s.access(), "UserAttributeNames": []string{"custom:x"}})
	},
	"CreateUserPool: attribute too long": func(s *scene) *answer {
		return s.createPool("Schema", s.attribute("x", "String", "StringAttributeConstraints", m{"MinLength": "1", "MaxLength": "2049"}))
	},
	"CreateUserPool: lengths in wrong order": func(s *scene) *answer {
		return s.createPool("Schema", s.attribute("x", "String", "StringAttributeConstraints", m{"MinLength": "5", "MaxLength": "2"}))
	},
	"CreateUserPool: values in wrong order": func(s *scene) *answer {
		return s.createPool("Schema", s.attribute("x", "Number", "NumberAttributeConstraints", m{"MinValue": "5", "MaxValue": "2"}))
	},
	"UpdateUserAttributes: sub": func(s *scene) *answer {
		return s.jo().call("UpdateUserAttributes", m{"AccessToken": s.access(), "UserAttributes": attributes("sub", "x")})
	},
	"UpdateUserAttributes: email_verified": func(s *scene) *answer {
		return s.jo().call("UpdateUserAttributes", m{"AccessToken": s.access(), "UserAttributes": attributes("email_verified", "true")})
	},
	"UpdateUserAttributes: immutable attribute": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) {
			in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("x"), AttributeDataType: new("String"), Mutable: new(false)}}
		}))
		s.jo().ok("SignUp", s.by("Username", "other", "Password", pw))
		return s.call("UpdateUserAttributes", m{"AccessToken": s.access(), "UserAttributes": attributes("custom:x", "1")})
	},
	"RespondToAuthChallenge: new password with email_verified": func(s *scene) *answer {
		return s.respond("NEW_PASSWORD_REQUIRED", s.forced(), "USERNAME", jo, "NEW_PASSWORD", newPW, "userAttributes.email_verified", "true")
	},
	"RespondToAuthChallenge: new password with another e-mail": func(s *scene) *answer {
		return s.respond("NEW_PASSWORD_REQUIRED", s.forced(), "USERNAME", jo, "NEW_PASSWORD", newPW, "userAttributes.email", "b@example.com")
	},
	"CreateUserPool: required custom attribute": func(s *scene) *answer {
		return s.createPool("Schema", s.attribute("x", "String", "Required", true))
	},
	"CreateUserPool: type of a standard attribute": func(s *scene) *answer { return s.createPool("Schema", s.attribute("email", "Number")) },
	"CreateUserPool: attribute without type":       func(s *scene) *answer { return s.createPool("Schema", s.attribute("x", "")) },
	"CreateUserPool: lengths no numbers": func(s *scene) *answer {
		return s.createPool("Schema", s.attribute("x", "String", "StringAttributeConstraints", m{"MinLength": "a"}))
	},
	"CreateUserPool: values no numbers": func(s *scene) *answer {
		return s.createPool("Schema", s.attribute("x", "Number", "NumberAttributeConstraints", m{"MinValue": "a"}))
	},
	"AddCustomAttributes: attribute is there": func(s *scene) *answer {
		s.ok("AddCustomAttributes", s.with("CustomAttributes", s.attribute("x", "String")))
		return s.call("AddCustomAttributes", s.with("CustomAttributes", s.attribute("x", "String")))
	},
	"ForgotPassword: nothing verified": func(s *scene) *answer {
		s.User(s.pool, jo, "")
		return s.call("ForgotPassword", s.by("Username", jo))
	},
	"AdminResetUserPassword: nothing verified": func(s *scene) *answer {
		s.User(s.pool, jo, "")
		return s.call("AdminResetUserPassword", s.about())
	},
	"ResendConfirmationCode: confirmed user": func(s *scene) *answer { return s.jo().call("ResendConfirmationCode", s.by("Username", jo)) },
	"ResendConfirmationCode: nothing is verified": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AutoVerifiedAttributes = nil }))
		return s.signUp().call("ResendConfirmationCode", s.by("Username", jo))
	},
	"GetUserAttributeVerificationCode: nothing is verified": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AutoVerifiedAttributes = nil }))
		return s.jo().call("GetUserAttributeVerificationCode", m{"AccessToken": s.access(), "AttributeName": "email"})
	},
	"SetUserMFAPreference: authenticator not verified": func(s *scene) *answer {
		s.use(s.MFAPool("OPTIONAL"))
		return s.jo().call("SetUserMFAPreference", m{"AccessToken": s.access(), "SoftwareTokenMfaSettings": m{"Enabled": true}})
	},
	"AdminSetUserMFAPreference: authenticator not verified": func(s *scene) *answer {
		s.use(s.MFAPool("OPTIONAL"))
		return s.jo().call("AdminSetUserMFAPreference", s.about("SoftwareTokenMfaSettings", m{"Enabled": true}))
	},
	"CreateUserPool: second factors without SMS": func(s *scene) *answer { return s.createPool("MfaConfiguration", "ON") },
	"SetUserPoolMfaConfig: factors while off": func(s *scene) *answer {
		return s.call("SetUserPoolMfaConfig", s.with("MfaConfiguration", "OFF", "SoftwareTokenMfaConfiguration", m{"Enabled": false}))
	},
	"SetUserPoolMfaConfig: no factors": func(s *scene) *answer { return s.call("SetUserPoolMfaConfig", s.with("MfaConfiguration", "ON")) },
	"UpdateUserPool: verification before update of what is not verified": func(s *scene) *answer {
		return s.call("UpdateUserPool", s.with("UserAttributeUpdateSettings", m{"AttributesRequireVerificationBeforeUpdate": []string{"email"}}))
	},
	"UpdateUserPool: two validities": func(s *scene) *answer {
		return s.call("UpdateUserPool", s.with(
			"AdminCreateUserConfig", m{"UnusedAccountValidityDays": 9},
			"Policies", m{"PasswordPolicy": m{"MinimumLength": 8, "TemporaryPasswordValidityDays": 7}}))
	},
	"CreateUserPoolClient: write attributes": func(s *scene) *answer {
		return s.call("CreateUserPoolClient", s.with("ClientName", "x", "WriteAttributes", []string{"nothing"}))
	},
	"UpdateUserPoolClient: write attributes": func(s *scene) *answer {
		return s.call("UpdateUserPoolClient", s.with("ClientId", s.client, "WriteAttributes", []string{"nothing"}))
	},
	"CreateUserPoolClient: read attributes": func(s *scene) *answer {
		return s.call("CreateUserPoolClient", s.with("ClientName", "x", "ReadAttributes", []string{"nothing"}))
	},
	"DeleteUserPool: domain": func(s *scene) *answer {
		s.ok("CreateUserPoolDomain", s.with("Domain", "front"))
		return s.call("DeleteUserPool", s.with())
	},
	"DeleteUserPool: protected": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.DeletionProtection = new("ACTIVE") }))
		return s.call("DeleteUserPool", s.with())
	},
	"CreateUserPoolDomain: its own": func(s *scene) *answer {
		s.ok("CreateUserPoolDomain", s.with("Domain", "front"))
		return s.call("CreateUserPoolDomain", s.with("Domain", "front"))
	},
	"CreateUserPoolDomain: taken": func(s *scene) *answer {
		s.ok("CreateUserPoolDomain", s.with("Domain", "front"))
		return s.call("CreateUserPoolDomain", m{"UserPoolId": s.Pool(nil), "Domain": "front"})
	},
	"DeleteUserPoolDomain: unknown": func(s *scene) *answer { return s.call("DeleteUserPoolDomain", s.with("Domain", "front")) },
	"ListUsers: bad filter":         func(s *scene) *answer { return s.call("ListUsers", s.with("Filter", "what?")) },
	"ListUsers: custom attribute":   func(s *scene) *answer { return s.call("ListUsers", s.with("Filter", `custom:x = "1"`)) },

	// Codes, limits and the rest
	"ConfirmSignUp: wrong code":         func(s *scene) *answer { s.signUp(); return s.confirm(s.wrong()) },
	"ConfirmForgotPassword: wrong code": func(s *scene) *answer { s.jo().recover(); return s.reset(s.wrong(), newPW) },
	"VerifyUserAttribute: wrong code": func(s *scene) *answer {
		access := s.jo().access()
		s.ok("GetUserAttributeVerificationCode", m{"AccessToken": access, "AttributeName": "email"})
		return s.call("VerifyUserAttribute", m{"AccessToken": access, "AttributeName": "email", "Code": s.wrong()})
	},
	"RespondToAuthChallenge: wrong TOTP": func(s *scene) *answer {
		a, session := s.totp()
		return s.respond("SOFTWARE_TOKEN_MFA", session, "USERNAME", jo, "SOFTWARE_TOKEN_MFA_CODE", a.Wrong())
	},
	"RespondToAuthChallenge: wrong SMS code": func(s *scene) *answer {
		s.use(s.MFAPool("OPTIONAL"))
		s.jo().GivePhone(s.pool, jo, true)
		s.Prefer(s.pool, jo, true, userpool.SMSFactor)
		session := s.session()
		return s.respond("SMS_MFA", session, "USERNAME", jo, "SMS_MFA_CODE", s.wrong())
	},
	"RespondToAuthChallenge: wrong e-mail code": func(s *scene) *answer {
		s.use(s.MFAPool("OPTIONAL"))
		s.jo().Prefer(s.pool, jo, true, userpool.EmailFactor)
		session := s.session()
		return s.respond("EMAIL_OTP", session, "USERNAME", jo, "EMAIL_OTP_CODE", s.wrong())
	},
	"VerifySoftwareToken: wrong code": func(s *scene) *answer {
		s.use(s.MFAPool("OPTIONAL"))
		access := s.jo().access()
		key := s.ok("AssociateSoftwareToken", m{"AccessToken": access})["SecretCode"].(string)
		return s.call("VerifySoftwareToken", m{"AccessToken": access, "UserCode": s.Authenticator(key).Wrong()})
	},
	"VerifySoftwareToken: wrong code with a session": func(s *scene) *answer {
		s.use(s.MFAPool("ON"))
		s.SetMFA(s.pool, "ON", userpool.TOTPFactor)
		out := s.jo().ok("AssociateSoftwareToken", m{"Session": s.session()})
		return s.call("VerifySoftwareToken", m{"Session": out["Session"], "UserCode": s.Authenticator(out["SecretCode"].(string)).Wrong()})
	},
	"ConfirmSignUp: expired code": func(s *scene) *answer {
		s.signUp()
		code := s.Code()
		s.Advance(25 * time.Hour)
		return s.confirm(code)
	},
	"ConfirmForgotPassword: expired code": func(s *scene) *answer {
		s.jo().recover()
		code := s.Code()
		s.Advance(2 * time.Hour)
		return s.reset(code, newPW)
	},
	"ConfirmForgotPassword: no code": func(s *scene) *answer { return s.jo().reset("123456", newPW) },
	"VerifyUserAttribute: no code": func(s *scene) *answer {
		return s.jo().call("VerifyUserAttribute", m{"AccessToken": s.access(), "AttributeName": "email", "Code": "123456"})
	},
	"RespondToAuthChallenge: TOTP used": func(s *scene) *answer {
		a, session := s.totp()
		if x := s.respond("SOFTWARE_TOKEN_MFA", session, "USERNAME", jo, "SOFTWARE_TOKEN_MFA_CODE", a.Code(0)); x.code != "" {
			s.T.Fatal(x.message)
		}
		return s.respond("SOFTWARE_TOKEN_MFA", s.session(), "USERNAME", jo, "SOFTWARE_TOKEN_MFA_CODE", a.Code(0))
	},
	"ForgotPassword: limit": func(s *scene) *answer {
		s.jo()
		return times(userpool.RecoveryLimit.Max+1, func() *answer { return s.call("ForgotPassword", s.by("Username", jo)) })
	},
	"ConfirmForgotPassword: limit": func(s *scene) *answer {
		s.jo()
		return times(userpool.RecoveryLimit.Max+1, func() *answer { return s.reset("123456", newPW) })
	},
	"ResendConfirmationCode: limit": func(s *scene) *answer {
		s.signUp()
		return times(userpool.ResendLimit.Max+1, func() *answer { return s.call("ResendConfirmationCode", s.by("Username", jo)) })
	},
	"ConfirmSignUp: limit": func(s *scene) *answer {
		s.signUp()
		return times(userpool.ConfirmLimit.Max+1, func() *answer { return s.confirm(s.wrong()) })
	},
	"ChangePassword: limit": func(s *scene) *answer {
		access := s.jo().access()
		return times(userpool.ChangePasswordLimit.Max+1, func() *answer {
			return s.call("ChangePassword", m{"AccessToken": access, "PreviousPassword": newPW, "ProposedPassword": newPW})
		})
	},
	"GetUserAttributeVerificationCode: limit": func(s *scene) *answer {
		access := s.jo().access()
		return times(userpool.AttributeCodeLimit.Max+1, func() *answer {
			return s.call("GetUserAttributeVerificationCode", m{"AccessToken": access, "AttributeName": "email"})
		})
	},
	"VerifyUserAttribute: limit": func(s *scene) *answer {
		access := s.jo().access()
		return times(userpool.VerifyLimit.Max+1, func() *answer {
			return s.call("VerifyUserAttribute", m{"AccessToken": access, "AttributeName": "email", "Code": "123456"})
		})
	},
	"AddUserPoolClientSecret: third secret": func(s *scene) *answer {
		s.clientWith(secret)
		s.ok("AddUserPoolClientSecret", s.with("ClientId", s.client))
		return s.call("AddUserPoolClientSecret", s.with("ClientId", s.client))
	},
	"SignUp: password too short":         weak("Aa1!"),
	"SignUp: password without uppercase": weak("passw0rd!"),
	"SignUp: password without lowercase": weak("PASSW0RD!"),
	"SignUp: password without number":    weak("Password!"),
	"SignUp: password without symbol":    weak("Passw0rd"),
	"ChangePassword: too short": func(s *scene) *answer {
		return s.jo().call("ChangePassword", m{"AccessToken": s.access(), "PreviousPassword": pw, "ProposedPassword": "Aa1!"})
	},
	"AdminSetUserPassword: too short":  func(s *scene) *answer { return s.jo().call("AdminSetUserPassword", s.about("Password", "Aa1!")) },
	"ConfirmForgotPassword: too short": func(s *scene) *answer { s.jo().recover(); return s.reset(s.Code(), "Aa1!") },
	"RespondToAuthChallenge: too short": func(s *scene) *answer {
		return s.respond("NEW_PASSWORD_REQUIRED", s.forced(), "USERNAME", jo, "NEW_PASSWORD", "Aa1!")
	},
	"ChangePassword: password used before": func(s *scene) *answer {
		s.use(s.Pool(func(in *cognitoidp.CreateUserPoolInput) {
			in.Policies = &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{MinimumLength: new(int64(8)), PasswordHistorySize: new(int64(2))}}
		}))
		return s.jo().call("ChangePassword", m{"AccessToken": s.access(), "PreviousPassword": pw, "ProposedPassword": pw})
	},
	"InitiateAuth: reset required": func(s *scene) *answer {
		s.jo().ok("AdminResetUserPassword", s.about())
		return s.password(jo, pw)
	},
	"AssociateSoftwareToken: not enabled": func(s *scene) *answer { return s.jo().call("AssociateSoftwareToken", m{"AccessToken": s.access()}) },
	"CreateGroup: taken": func(s *scene) *answer {
		s.ok("CreateGroup", s.with("GroupName", "g"))
		return s.call("CreateGroup", s.with("GroupName", "g"))
	},
	"CreateIdentityProvider: taken": func(s *scene) *answer {
		in := s.with("ProviderName", "Google", "ProviderType", "Google", "ProviderDetails", m{"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"})
		s.ok("CreateIdentityProvider", in)
		return s.call("CreateIdentityProvider", in)
	},
	"CreateResourceServer: taken": func(s *scene) *answer {
		s.ok("CreateResourceServer", s.with("Identifier", "api", "Name", "n"))
		return s.call("CreateResourceServer", s.with("Identifier", "api", "Name", "n"))
	},
	"RevokeToken: token of another client": func(s *scene) *answer {
		t := *s.jo().Tokens(s.client, jo).RefreshToken
		s.clientWith(nil)
		return s.call("RevokeToken", s.by("Token", t))
	},
	"RevokeToken: access token": func(s *scene) *answer { return s.jo().call("RevokeToken", s.by("Token", s.access())) },
	"RevokeToken: not enabled": func(s *scene) *answer {
		s.jo().clientWith(func(in *cognitoidp.CreateUserPoolClientInput) { in.EnableTokenRevocation = new(false) })
		return s.call("RevokeToken", s.by("Token", *s.Tokens(s.client, jo).RefreshToken))
	},
	"GetTokensFromRefreshToken: rotated token used again": func(s *scene) *answer {
		s.jo().clientWith(func(in *cognitoidp.CreateUserPoolClientInput) {
			in.ExplicitAuthFlows = []string{"ALLOW_USER_PASSWORD_AUTH"}
			in.RefreshTokenRotation = &cognitoidp.RefreshTokenRotationType{Feature: "ENABLED", RetryGracePeriodSeconds: new(int64(0))}
		})
		t := *s.Tokens(s.client, jo).RefreshToken
		s.ok("GetTokensFromRefreshToken", s.by("RefreshToken", t))
		s.Advance(time.Second)
		return s.call("GetTokensFromRefreshToken", s.by("RefreshToken", t))
	},
	"DescribeRiskConfiguration: not enabled": func(s *scene) *answer { return s.call("DescribeRiskConfiguration", s.with()) },
	"ListUsers: model":                       func(s *scene) *answer { return s.call("ListUsers", s.with("Limit", 61)) },
	"CreateUserPoolClient: several members": func(s *scene) *answer {
		return s.call("CreateUserPoolClient", s.with("ClientName", "", "RefreshTokenValidity", 315360001))
	},
	"SetUserPoolMfaConfig: model": func(s *scene) *answer { return s.call("SetUserPoolMfaConfig", s.with("MfaConfiguration", "X")) },
}
