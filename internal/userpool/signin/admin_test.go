package signin_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func adminFlows(in *cognitoidp.CreateUserPoolClientInput) {
	in.ExplicitAuthFlows = append(in.ExplicitAuthFlows, "ALLOW_ADMIN_USER_PASSWORD_AUTH")
}

func adminInitiate(w *pooltest.World, pool, client, flow string, params map[string]string) (*cognitoidp.AdminInitiateAuthOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.Signin.AdminInitiateAuth, &cognitoidp.AdminInitiateAuthInput{AuthFlow: flow, UserPoolId: pool, ClientId: client, AuthParameters: params})
}

func TestAdminInitiateAuth(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, adminFlows).ClientId
	old := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.ExplicitAuthFlows = []string{"ADMIN_NO_SRP_AUTH"} }).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	params := map[string]string{"USERNAME": "jo", "PASSWORD": pooltest.Password}
	for _, flow := range []string{"ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"} {
		for _, id := range []string{client, old} {
			out, res := adminInitiate(w, pool, id, flow, params)
			if res.Err != nil || res.Sub != sub || out.AuthenticationResult == nil || out.ChallengeName != nil || out.Session != nil {
				t.Fatalf("%s: %+v, %v", flow, out, res)
			}
			if _, res := w.GetUser(*out.AuthenticationResult.AccessToken); res.Err != nil {
				t.Errorf("%s: its token is refused: %v", flow, res.Err)
			}
			again, res := adminInitiate(w, pool, id, "REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": *out.AuthenticationResult.RefreshToken})
			if res.Err != nil || again.AuthenticationResult.RefreshToken != nil || again.AuthenticationResult.AccessToken == nil {
				t.Errorf("%s: refresh: %+v, %v", flow, again, res)
			}
		}
	}
}

func TestAdminInitiateAuth_SRP(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "")
	side := pooltest.Group().NewClient()
	out, res := adminInitiate(w, pool, client, "USER_SRP_AUTH", map[string]string{"USERNAME": "jo", "SRP_A": side.A()})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	claim := w.Claim(side, pool, client, &cognitoidp.InitiateAuthOutput{ChallengeParameters: out.ChallengeParameters}, pooltest.Password)
	// The public form does not know the block, and leaves it to the form that does.
	_, res = w.Respond(claim)
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	done, res := pooltest.Do(w, w.S.Signin.AdminRespondToAuthChallenge, &cognitoidp.AdminRespondToAuthChallengeInput{
		UserPoolId: pool, ClientId: client, ChallengeName: claim.ChallengeName, ChallengeResponses: claim.ChallengeResponses,
	})
	if res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res)
	}
}

func TestAdminInitiateAuth_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	client, public, foreign := *w.Client(pool, adminFlows).ClientId, *w.Client(pool, nil).ClientId, *w.Client(other, adminFlows).ClientId
	quiet := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { adminFlows(in); hidden(in) }).ClientId
	w.User(pool, "jo", "")
	right, nobody := map[string]string{"USERNAME": "jo", "PASSWORD": pooltest.Password}, map[string]string{"USERNAME": "nobody", "PASSWORD": "x"}
	const ipe, nae, admin = "InvalidParameterException", "NotAuthorizedException", "ADMIN_USER_PASSWORD_AUTH"
	for _, c := range []struct {
		name, pool, client, flow string
		params                   map[string]string
		code, message            string
	}{
		{"unknown pool", "us-east-1_none", client, admin, right, "ResourceNotFoundException", "User pool us-east-1_none does not exist."},
		{"client of another pool", pool, foreign, admin, right, "ResourceNotFoundException", "User pool client " + foreign + " does not exist."},
		{"public password flow", pool, client, "USER_PASSWORD_AUTH", right, ipe, "Initiate Auth method not supported"},
		{"not allowed", pool, public, admin, right, ipe, "Auth flow not enabled for this client"},
		{"not allowed by the older name", pool, public, "ADMIN_NO_SRP_AUTH", right, ipe, "Auth flow not enabled for this client"},
		{"another flow not allowed", pool, client, "USER_AUTH", right, ipe, "USER_AUTH flow not enabled for this client"},
		{"no password", pool, client, admin, map[string]string{"USERNAME": "jo"}, ipe, "Missing required parameter PASSWORD"},
		{"wrong password", pool, client, admin, map[string]string{"USERNAME": "jo", "PASSWORD": "x"}, nae, "Incorrect username or password."},
		{"unknown user", pool, client, admin, nobody, "UserNotFoundException", "User does not exist."},
		{"unknown user, hidden", pool, quiet, admin, nobody, nae, "Incorrect username or password."},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, res := adminInitiate(w, c.pool, c.client, c.flow, c.params)
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v\nwant %s: %s", res.Err, c.code, c.message)
			}
		})
	}
	_, res := pooltest.As(w, "210987654321", pooltest.Region, "AIDAOTHER", w.S.Signin.AdminInitiateAuth, &cognitoidp.AdminInitiateAuthInput{
		AuthFlow: admin, UserPoolId: pool, ClientId: client, AuthParameters: right,
	})
	w.Refused(res, "ResourceNotFoundException", "User pool "+pool+" does not exist.")
}

func TestAdminRespondToAuthChallenge_newPassword(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, adminFlows).ClientId
	w.User(pool, "jo", "")
	temporary := func() {
		pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: pooltest.Password})
	}
	answer := map[string]string{"USERNAME": "jo", "NEW_PASSWORD": "N3w-password"}
	admin := func(session *string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Signin.AdminRespondToAuthChallenge, &cognitoidp.AdminRespondToAuthChallengeInput{
			UserPoolId: pool, ClientId: client, ChallengeName: "NEW_PASSWORD_REQUIRED", Session: session, ChallengeResponses: answer,
		})
		return res
	}
	public := func(session *string) pooltest.Result {
		_, res := w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "NEW_PASSWORD_REQUIRED", Session: session, ChallengeResponses: answer})
		return res
	}
	const nae, invalid = "NotAuthorizedException", "Invalid session for the user."
	temporary()
	out, res := w.AdminSignIn(pool, client, "jo", pooltest.Password)
	if res.Err != nil || *out.ChallengeName != "NEW_PASSWORD_REQUIRED" {
		t.Fatal(res)
	}
	w.Refused(public(out.Session), nae, invalid)
	if res := admin(out.Session); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(admin(out.Session), nae, "Invalid session for the user, session can only be used once.")
	temporary()
	began, res := w.SignIn(client, "jo", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(admin(began.Session), nae, invalid)
	if res := public(began.Session); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(admin(nil), "InvalidParameterException", "Missing required parameter Session")
	_, res = pooltest.Do(w, w.S.Signin.AdminRespondToAuthChallenge, &cognitoidp.AdminRespondToAuthChallengeInput{UserPoolId: "us-east-1_none", ClientId: client, ChallengeName: "NEW_PASSWORD_REQUIRED"})
	w.Refused(res, "ResourceNotFoundException", "User pool us-east-1_none does not exist.")
}

// One counter holds guesses through both forms.
func TestAttack33_adminForm(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, adminFlows).ClientId
	w.User(pool, "jo", "")
	for i := range 5 {
		var res pooltest.Result
		if i%2 == 0 {
			_, res = w.AdminSignIn(pool, client, "jo", "wrong")
		} else {
			_, res = w.SignIn(client, "jo", "wrong")
		}
		w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	}
	_, res := w.AdminSignIn(pool, client, "jo", pooltest.Password)
	w.Refused(res, "NotAuthorizedException", "Password attempts exceeded")
	_, res = w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, "NotAuthorizedException", "Password attempts exceeded")
}
