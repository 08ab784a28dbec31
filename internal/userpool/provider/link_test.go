package provider_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/provider"
)

// linkWorld is a pool with Google, an OIDC provider that maps e-mail addresses, and a user.
func linkWorld(t *testing.T) (w *pooltest.World, pool, client string) {
	w = pooltest.New(t)
	pool = w.Pool(nil)
	client = *w.Client(pool, nil).ClientId
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, input(pool, "Google", "Google", social()))
	corp := input(pool, "corp", "OIDC", openID())
	corp.AttributeMapping = map[string]string{"email": "mail"}
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, corp)
	w.User(pool, "ana", "ana@example.com")
	return w, pool, client
}

func identifier(provider, attribute, value string) *cognitoidp.ProviderUserIdentifierType {
	one := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	return &cognitoidp.ProviderUserIdentifierType{ProviderName: one(provider), ProviderAttributeName: one(attribute), ProviderAttributeValue: one(value)}
}

func link(w *pooltest.World, pool string, destination, source *cognitoidp.ProviderUserIdentifierType) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Provider.AdminLinkProviderForUser, &cognitoidp.AdminLinkProviderForUserInput{UserPoolId: pool, DestinationUser: destination, SourceUser: source})
	return res
}

func disable(w *pooltest.World, pool string, user *cognitoidp.ProviderUserIdentifierType) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Provider.AdminDisableProviderForUser, &cognitoidp.AdminDisableProviderForUserInput{UserPoolId: pool, User: user})
	return res
}

func shownIdentities(w *pooltest.World, pool, name string) string {
	for _, a := range pooltest.Must(w, w.S.User.AdminGetUser, &cognitoidp.AdminGetUserInput{UserPoolId: pool, Username: name}).UserAttributes {
		if a.Name == "identities" {
			return *a.Value
		}
	}
	return ""
}

// byIdentity is the user whom an identity means, empty for nobody.
func byIdentity(w *pooltest.World, pool, of, attribute, value string) (name string) {
	w.View(func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		name = ""
		row, err := provider.Providers.Get(tx, p.Key(of))
		if err != nil {
			return nil
		}
		if u, err := w.S.Realm.UserOfIdentity(tx, p, &userpool.Identity{Provider: of, ProviderID: row.ID, Attribute: attribute, Value: value}); err == nil {
			name = u.Username
		}
		return nil
	})
	return name
}

// made is the ID of a provider.
func made(w *pooltest.World, pool, name string) (id string) {
	w.View(func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		row, err := provider.Providers.Get(tx, p.Key(name))
		if err != nil {
			return err
		}
		id = row.ID
		return nil
	})
	return id
}

// again deletes a provider, and makes one of the same name if it comes back.
func again(w *pooltest.World, back bool, in *cognitoidp.CreateIdentityProviderInput) {
	w.T.Helper()
	pooltest.Must(w, pooltest.Nothing(w.S.Provider.DeleteIdentityProvider), &cognitoidp.DeleteIdentityProviderInput{UserPoolId: in.UserPoolId, ProviderName: in.ProviderName})
	if back {
		pooltest.Must(w, w.S.Provider.CreateIdentityProvider, in)
	}
}

// A link shows in every answer and in tokens as AWS writes it, and goes as it came.
func TestAdminLinkProviderForUser(t *testing.T) {
	t.Parallel()
	w, pool, client := linkWorld(t)
	ana := identifier("Cognito", "", "ana")
	in := &cognitoidp.AdminLinkProviderForUserInput{UserPoolId: pool, DestinationUser: ana, SourceUser: identifier("Google", "Cognito_Subject", "1234<5>")}
	out, res := pooltest.Do(w, w.S.Provider.AdminLinkProviderForUser, in)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if res.Sub != w.Stored(pool, "ana").Sub {
		t.Errorf("the record is about %q", res.Sub)
	}
	request, response := w.Recorded("AdminLinkProviderForUser", in, out)
	if strings.Contains(request+response, "1234") || strings.Contains(request, `"ana"`) || strings.Count(request, `"providerAttributeValue":"HIDDEN_FOR_SECURITY_REASONS"`) != 2 || !strings.Contains(request, `"providerName":"Google"`) {
		t.Errorf("record %s %s", request, response)
	}
	first := fmt.Sprint(w.Now().UnixMilli())
	w.Advance(time.Second)
	if res := link(w, pool, ana, identifier("corp", "email", "ana@corp.example")); res.Err != nil {
		t.Fatal(res.Err)
	}
	second := fmt.Sprint(w.Now().UnixMilli())
	want := `[{"userId":"1234<5>","providerName":"Google","providerType":"Google","issuer":null,"primary":false,"dateCreated":` + first + `},` +
		`{"userId":"ana@corp.example","providerName":"corp","providerType":"OIDC","issuer":null,"primary":false,"dateCreated":` + second + `}]`
	if got := shownIdentities(w, pool, "ana"); got != want {
		t.Errorf("AdminGetUser: %s, want %s", got, want)
	}
	list := pooltest.Must(w, w.S.User.ListUsers, &cognitoidp.ListUsersInput{UserPoolId: pool, AttributesToGet: []string{"identities"}})
	if len(list.Users) != 1 || len(list.Users[0].Attributes) != 1 || *list.Users[0].Attributes[0].Value != want {
		t.Errorf("ListUsers: %+v", list.Users)
	}
	tokens := w.Tokens(client, "ana")
	claims, err := base64.RawURLEncoding.DecodeString(strings.Split(*tokens.IdToken, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	claim := `"identities":[{"userId":"1234<5>","providerName":"Google","providerType":"Google","issuer":null,"primary":"false","dateCreated":"` + first + `"},` +
		`{"userId":"ana@corp.example","providerName":"corp","providerType":"OIDC","issuer":null,"primary":"false","dateCreated":"` + second + `"}]`
	if !strings.Contains(string(claims), claim) {
		t.Errorf("ID token %s, want %s", claims, claim)
	}
	if access, err := base64.RawURLEncoding.DecodeString(strings.Split(*tokens.AccessToken, ".")[1]); err != nil || strings.Contains(string(access), "identities") {
		t.Errorf("access token %s, %v", access, err)
	}
	shown, res := w.GetUser(*tokens.AccessToken)
	if res.Err != nil || !strings.Contains(fmt.Sprint(len(shown.UserAttributes), *shown.UserAttributes[len(shown.UserAttributes)-2].Value), want) {
		t.Errorf("GetUser %+v, %v", shown, res.Err)
	}
	if a, b := byIdentity(w, pool, "Google", "Cognito_Subject", "1234<5>"), byIdentity(w, pool, "corp", "email", "ana@corp.example"); a != "ana" || b != "ana" {
		t.Errorf("found %q and %q", a, b)
	}

	remove := &cognitoidp.AdminDisableProviderForUserInput{UserPoolId: pool, User: identifier("corp", "email", "ana@corp.example")}
	pooltest.Must(w, w.S.Provider.AdminDisableProviderForUser, remove)
	if request, _ := w.Recorded("AdminDisableProviderForUser", remove, nil); strings.Contains(request, "ana") {
		t.Errorf("record %s", request)
	}
	if got := shownIdentities(w, pool, "ana"); strings.Contains(got, "corp") || !strings.Contains(got, "Google") || byIdentity(w, pool, "corp", "email", "ana@corp.example") != "" {
		t.Errorf("after the link is gone: %s", got)
	}
	if res := disable(w, pool, identifier("Google", "Cognito_Subject", "1234<5>")); res.Err != nil || shownIdentities(w, pool, "ana") != "" {
		t.Errorf("%v, %s", res.Err, shownIdentities(w, pool, "ana"))
	}
	w.Tokens(client, "ana") // the password still works
}

func TestAdminLinkProviderForUser_refuses(t *testing.T) {
	t.Parallel()
	w, pool, _ := linkWorld(t)
	w.User(pool, "bob", "bob@example.com")
	w.User(pool, "Google_77", "g@example.com")
	w.ChangeUser(pool, "Google_77", func(u *userpool.User) {
		u.Status, u.Credential = userpool.External, userpool.Credential{}
		u.Link(userpool.Identity{Provider: "Google", ProviderID: made(w, pool, "Google"), Type: "Google", Attribute: userpool.Subject, Value: "77", Primary: true}, w.Now())
	})
	w.User(pool, "Google_78", "h@example.com")
	w.ChangeUser(pool, "Google_78", func(u *userpool.User) { u.Status = userpool.External })
	ana, google := identifier("Cognito", "", "ana"), func(v string) *cognitoidp.ProviderUserIdentifierType {
		return identifier("Google", "Cognito_Subject", v)
	}
	if res := link(w, pool, ana, google("1")); res.Err != nil {
		t.Fatal(res.Err)
	}
	const ipe, merge = "InvalidParameterException", "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link"
	for name, c := range map[string]struct {
		pool                string
		destination, source *cognitoidp.ProviderUserIdentifierType
		code, message       string
	}{
		"no pool":                {"us-east-1_000000000", ana, google("2"), "ResourceNotFoundException", "User pool us-east-1_000000000 does not exist."},
		"no user":                {pool, identifier("Cognito", "", "nobody"), google("2"), "UserNotFoundException", "User does not exist."},
		"no federated user":      {pool, google("nobody"), google("2"), "UserNotFoundException", "User does not exist."},
		"no provider":            {pool, ana, identifier("Facebook", "Cognito_Subject", "2"), "ResourceNotFoundException", "Identity provider Facebook does not exist."},
		"a local source":         {pool, ana, identifier("Cognito", "Cognito_Subject", "bob"), ipe, "Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only as a DestinationUser"},
		"again":                  {pool, ana, google("1"), ipe, "SourceUser is already linked to DestinationUser"},
		"another's":              {pool, identifier("Cognito", "", "bob"), google("1"), "AliasExistsException", "SourceUser is already linked to another user."},
		"a profile of its own":   {pool, ana, google("77"), ipe, merge},
		"a profile by its name":  {pool, ana, google("78"), ipe, merge},
		"source without name":    {pool, ana, identifier("", "Cognito_Subject", "2"), ipe, "Invalid SourceUser: ProviderName is required"},
		"source without what":    {pool, ana, identifier("Google", "", "2"), ipe, "Invalid SourceUser: ProviderAttributeName is required"},
		"source without value":   {pool, ana, identifier("Google", "Cognito_Subject", ""), ipe, "Invalid SourceUser: ProviderAttributeValue is required"},
		"a long value":           {pool, ana, google(strings.Repeat("x", 1025)), ipe, "Invalid SourceUser: ProviderAttributeValue is too long"},
		"social by an attribute": {pool, ana, identifier("Google", "email", "x@example.com"), ipe, "Invalid SourceUser: ProviderAttributeName must be Cognito_Subject"},
		"not mapped":             {pool, ana, identifier("corp", "phone_number", "1"), ipe, "Invalid SourceUser: ProviderAttributeName is not in the attribute mapping of the provider"},
		"destination of nothing": {pool, identifier("", "", "ana"), google("2"), ipe, "Invalid DestinationUser: ProviderName is required"},
		"destination of nobody":  {pool, identifier("Cognito", "", ""), google("2"), ipe, "Invalid DestinationUser: ProviderAttributeValue is required"},
	} {
		t.Run(name, func(t *testing.T) { w.Refused(link(w, c.pool, c.destination, c.source), c.code, c.message) })
	}
	// Five identities; a profile that a provider made counts its own.
	for i := range 4 {
		for _, d := range []*cognitoidp.ProviderUserIdentifierType{ana, google("77")} {
			if res := link(w, pool, d, identifier("corp", "Cognito_Subject", fmt.Sprint(*d.ProviderAttributeValue, i))); res.Err != nil {
				t.Fatal(res.Err)
			}
		}
	}
	w.Refused(link(w, pool, ana, google("6")), "LimitExceededException", "A user cannot have more than 5 linked identities.")
	w.Refused(link(w, pool, google("77"), google("6")), "LimitExceededException", "A user cannot have more than 5 linked identities.")
	if n := len(w.Stored(pool, "ana").Identities); n != 5 || byIdentity(w, pool, "Google", "Cognito_Subject", "6") != "" {
		t.Errorf("%d identities", n)
	}
}

// Immutable custom attributes could not follow the provider.
func TestAdminLinkProviderForUser_immutable(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("tenant"), AttributeDataType: new("String"), Mutable: new(false)}}
	})
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, input(pool, "Google", "Google", social()))
	w.User(pool, "ana", "ana@example.com")
	w.User(pool, "bob", "bob@example.com")
	w.ChangeUser(pool, "ana", func(u *userpool.User) { u.Set("custom:tenant", "7") })
	w.Refused(link(w, pool, identifier("Cognito", "", "ana"), identifier("Google", "Cognito_Subject", "1")), "InvalidParameterException", "Invalid DestinationUser: the attribute custom:tenant is immutable")
	if res := link(w, pool, identifier("Cognito", "", "bob"), identifier("Google", "Cognito_Subject", "1")); res.Err != nil {
		t.Error(res.Err)
	}
}

// A user of the pool loses his password, what he could set another with, and his sign-ins; an administrator gives him one again.
func TestAdminDisableProviderForUser_local(t *testing.T) {
	t.Parallel()
	w, pool, client := linkWorld(t)
	tokens := w.Tokens(client, "ana")
	pooltest.Must(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "ana"})
	code := w.Code()
	if res := disable(w, pool, identifier("Cognito", "Cognito_Subject", "ana")); res.Err != nil {
		t.Fatal(res.Err)
	}
	if u := w.Stored(pool, "ana"); u.HasPassword() || u.Status != userpool.External || !u.Enabled {
		t.Errorf("user %+v", u)
	}
	_, res := w.SignIn(client, "ana", pooltest.Password)
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	_, res = w.GetUser(*tokens.AccessToken)
	w.Refused(res, "NotAuthorizedException", "Access Token has been revoked")
	_, res = pooltest.Do(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "ana"})
	w.Refused(res, "NotAuthorizedException", "User password cannot be reset in the current state.")
	_, res = pooltest.Do(w, w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{ClientId: client, Username: "ana", ConfirmationCode: code, Password: "N3w-Passw0rd!"})
	if res.Err == nil {
		t.Error("the code from before sets a password")
	}
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "ana", Password: pooltest.Password, Permanent: new(true)})
	if u := w.Stored(pool, "ana"); u.Status != userpool.Confirmed {
		t.Errorf("status %s", u.Status)
	}
	w.Tokens(client, "ana")
}

// A profile that a provider made is disabled by its own identity, and stays as it is by a link's.
func TestAdminDisableProviderForUser_federated(t *testing.T) {
	t.Parallel()
	w, pool, _ := linkWorld(t)
	w.User(pool, "Google_77", "g@example.com")
	w.ChangeUser(pool, "Google_77", func(u *userpool.User) {
		u.Status = userpool.External
		u.Link(userpool.Identity{Provider: "Google", ProviderID: made(w, pool, "Google"), Type: "Google", Attribute: userpool.Subject, Value: "77", Primary: true}, w.Now())
	})
	if res := link(w, pool, identifier("Google", "", "77"), identifier("corp", "Cognito_Subject", "x")); res.Err != nil {
		t.Fatal(res.Err)
	}
	if res := disable(w, pool, identifier("corp", "Cognito_Subject", "x")); res.Err != nil || !w.Stored(pool, "Google_77").Enabled {
		t.Errorf("%v, %+v", res.Err, w.Stored(pool, "Google_77"))
	}
	if res := disable(w, pool, identifier("Google", "Cognito_Subject", "77")); res.Err != nil || w.Stored(pool, "Google_77").Enabled || len(w.Stored(pool, "Google_77").Identities) != 1 {
		t.Errorf("%v, %+v", res.Err, w.Stored(pool, "Google_77"))
	}
}

func TestAdminDisableProviderForUser_refuses(t *testing.T) {
	t.Parallel()
	w, pool, _ := linkWorld(t)
	const ipe = "InvalidParameterException"
	for name, c := range map[string]struct {
		pool          string
		user          *cognitoidp.ProviderUserIdentifierType
		code, message string
	}{
		"no pool":         {"us-east-1_000000000", identifier("Cognito", "Cognito_Subject", "ana"), "ResourceNotFoundException", "User pool us-east-1_000000000 does not exist."},
		"no user":         {pool, identifier("Cognito", "Cognito_Subject", "nobody"), "UserNotFoundException", "User does not exist."},
		"no link":         {pool, identifier("Google", "Cognito_Subject", "1"), "UserNotFoundException", "User does not exist."},
		"by an attribute": {pool, identifier("Cognito", "email", "ana"), ipe, "Invalid User: ProviderAttributeName must be Cognito_Subject"},
		"nothing":         {pool, identifier("", "", ""), ipe, "Invalid User: ProviderName and ProviderAttributeValue are required"},
		"by nothing":      {pool, identifier("Google", "", "1"), ipe, "Invalid User: ProviderAttributeName is required"},
	} {
		t.Run(name, func(t *testing.T) { w.Refused(disable(w, c.pool, c.user), c.code, c.message) })
	}
}

// A deleted user's identities are free again; another pool's are its own.
func TestAdminLinkProviderForUser_deleted(t *testing.T) {
	t.Parallel()
	w, pool, _ := linkWorld(t)
	w.User(pool, "bob", "bob@example.com")
	source := identifier("Google", "Cognito_Subject", "1")
	other := w.Pool(nil)
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, input(other, "Google", "Google", social()))
	w.User(other, "eve", "eve@example.com")
	for _, res := range []pooltest.Result{link(w, pool, identifier("Cognito", "", "ana"), source), link(w, other, identifier("Cognito", "", "eve"), source)} {
		if res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	if _, res := pooltest.Do(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "ana"}); res.Err != nil {
		t.Fatal(res.Err)
	}
	if res := link(w, pool, identifier("Cognito", "", "bob"), source); res.Err != nil || byIdentity(w, pool, "Google", "Cognito_Subject", "1") != "bob" {
		t.Errorf("%v", res.Err)
	}
}

// A link ends with its provider: one made later under the same name knows nobody, and whom it knows is not told by the former one's links.
func TestDeleteIdentityProvider_links(t *testing.T) {
	t.Parallel()
	w, pool, client := linkWorld(t)
	w.User(pool, "bob", "bob@example.com")
	ana, bob := identifier("Cognito", "", "ana"), identifier("Cognito", "", "bob")
	google := func(v string) *cognitoidp.ProviderUserIdentifierType {
		return identifier("Google", "Cognito_Subject", v)
	}
	for _, source := range []*cognitoidp.ProviderUserIdentifierType{google("1"), google("2"), google("3"), google("4"), identifier("corp", "Cognito_Subject", "5")} {
		if res := link(w, pool, ana, source); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	for n, back := range []bool{false, true} {
		in := input(pool, "Google", "Google", social())
		again(w, back, in)
		if got := shownIdentities(w, pool, "ana"); strings.Contains(got, "Google") || !strings.Contains(got, "corp") {
			t.Errorf("%d: AdminGetUser shows %s", n, got)
		}
		list := pooltest.Must(w, w.S.User.ListUsers, &cognitoidp.ListUsersInput{UserPoolId: pool, Filter: new(`username = "ana"`), AttributesToGet: []string{"identities"}})
		if got := *list.Users[0].Attributes[0].Value; strings.Contains(got, "Google") || !strings.Contains(got, "corp") {
			t.Errorf("%d: ListUsers shows %s", n, got)
		}
		claims, err := base64.RawURLEncoding.DecodeString(strings.Split(*w.Tokens(client, "ana").IdToken, ".")[1])
		if err != nil || strings.Contains(string(claims), "Google") || !strings.Contains(string(claims), `"providerName":"corp"`) {
			t.Errorf("%d: ID token %s, %v", n, claims, err)
		}
		if who := byIdentity(w, pool, "Google", "Cognito_Subject", "1"); who != "" {
			t.Errorf("%d: the link means %q", n, who)
		}
		w.Refused(link(w, pool, google("1"), identifier("corp", "Cognito_Subject", "6")), "UserNotFoundException", "User does not exist.")
		if !back {
			pooltest.Must(w, w.S.Provider.CreateIdentityProvider, in)
		}
	}
	// The same text may be another's at the new provider. Dead links count for nothing, and are still found to be taken away.
	if res := link(w, pool, bob, google("1")); res.Err != nil || byIdentity(w, pool, "Google", "Cognito_Subject", "1") != "bob" {
		t.Errorf("%v, now %q", res.Err, byIdentity(w, pool, "Google", "Cognito_Subject", "1"))
	}
	for range 2 { // first the living one
		if res := disable(w, pool, google("1")); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	w.Refused(disable(w, pool, google("1")), "UserNotFoundException", "User does not exist.")
	if a, b := w.Stored(pool, "ana"), w.Stored(pool, "bob"); len(a.Identities) != 4 || len(b.Identities) != 0 || !a.Enabled || !a.HasPassword() {
		t.Errorf("ana %+v, bob %+v", a.Identities, b.Identities)
	}
	for n := range 4 {
		if res := link(w, pool, ana, google(fmt.Sprint(n))); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	w.Refused(link(w, pool, ana, google("9")), "LimitExceededException", "A user cannot have more than 5 linked identities.")
	if n := len(w.Stored(pool, "ana").Identities); n != 5 {
		t.Errorf("%d identities: dead links stay", n)
	}
	// With its last provider gone a user has no identities at all.
	again(w, false, input(pool, "Google", "Google", social()))
	again(w, false, input(pool, "corp", "OIDC", openID()))
	if got := shownIdentities(w, pool, "ana"); got != "" {
		t.Errorf("identities of no provider: %s", got)
	}
}

// A profile whose provider is gone still stands in the way of a merger, and can be disabled.
func TestDeleteIdentityProvider_profile(t *testing.T) {
	t.Parallel()
	w, pool, _ := linkWorld(t)
	w.User(pool, "Google_77", "g@example.com")
	w.ChangeUser(pool, "Google_77", func(u *userpool.User) {
		u.Status = userpool.External
		u.Link(userpool.Identity{Provider: "Google", ProviderID: made(w, pool, "Google"), Type: "Google", Attribute: userpool.Subject, Value: "77", Primary: true}, w.Now())
	})
	again(w, true, input(pool, "Google", "Google", social()))
	source := identifier("Google", "Cognito_Subject", "77")
	w.Refused(link(w, pool, identifier("Cognito", "", "ana"), source), "InvalidParameterException", "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link")
	if res := disable(w, pool, source); res.Err != nil || w.Stored(pool, "Google_77").Enabled || len(w.Stored(pool, "Google_77").Identities) != 1 {
		t.Errorf("%v, %+v", res.Err, w.Stored(pool, "Google_77"))
	}
}
