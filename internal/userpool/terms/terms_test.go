package terms_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func input(pool, client, name string) *cognitoidp.CreateTermsInput {
	return &cognitoidp.CreateTermsInput{UserPoolId: pool, ClientId: client, TermsName: name, TermsSource: "LINK", Enforcement: "NONE",
		Links: map[string]string{"cognito:default": "https://example.com/terms", "cognito:german": "https://example.com/agb"}}
}

func describe(w *pooltest.World, pool, id string) (string, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.Terms.DescribeTerms, &cognitoidp.DescribeTermsInput{UserPoolId: pool, TermsId: id})
	if res.Err != nil {
		return "", res
	}
	return optest.JSON(w.T, out.Terms), res
}

func TestTerms(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	made := pooltest.Must(w, w.S.Terms.CreateTerms, input(pool, client, "terms-of-use")).Terms
	want := `{"ClientId":"` + client + `","CreationDate":"2026-03-03T07:05:09.25Z","Enforcement":"NONE","LastModifiedDate":"2026-03-03T07:05:09.25Z",` +
		`"Links":{"cognito:default":"https://example.com/terms","cognito:german":"https://example.com/agb"},"TermsId":"` + made.TermsId + `","TermsName":"terms-of-use","TermsSource":"LINK","UserPoolId":"` + pool + `"}`
	if got := optest.JSON(t, made); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, res := describe(w, pool, made.TermsId); got != want {
		t.Errorf("described as %s, %v", got, res.Err)
	}
	twice := func(name string) string {
		return "Terms " + name + " already exists for user pool client " + client + "."
	}
	_, res := pooltest.Do(w, w.S.Terms.CreateTerms, input(pool, client, "terms-of-use"))
	w.Refused(res, "TermsExistsException", twice("terms-of-use"))
	second := pooltest.Must(w, w.S.Terms.CreateTerms, input(pool, client, "privacy-policy")).Terms
	_, res = pooltest.Do(w, w.S.Terms.UpdateTerms, &cognitoidp.UpdateTermsInput{UserPoolId: pool, TermsId: second.TermsId, TermsName: new("terms-of-use")})
	w.Refused(res, "TermsExistsException", twice("terms-of-use"))

	w.Advance(time.Minute)
	out := pooltest.Must(w, w.S.Terms.UpdateTerms, &cognitoidp.UpdateTermsInput{UserPoolId: pool, TermsId: made.TermsId, Links: map[string]string{"cognito:default": "https://example.com/2"}}).Terms
	if len(out.Links) != 1 || out.TermsName != "terms-of-use" || !out.LastModifiedDate.Equal(w.Now()) || !out.CreationDate.Equal(made.CreationDate) {
		t.Errorf("updated to %s", optest.JSON(t, out))
	}
	if got, _ := describe(w, pool, made.TermsId); got != optest.JSON(t, out) {
		t.Errorf("described as %s", got)
	}
	remove := pooltest.Nothing(w.S.Terms.DeleteTerms)
	pooltest.Must(w, remove, &cognitoidp.DeleteTermsInput{UserPoolId: pool, TermsId: made.TermsId})
	gone := "Terms " + made.TermsId + " does not exist."
	_, res = describe(w, pool, made.TermsId)
	w.Refused(res, "ResourceNotFoundException", gone)
	_, res = pooltest.Do(w, remove, &cognitoidp.DeleteTermsInput{UserPoolId: pool, TermsId: made.TermsId})
	w.Refused(res, "ResourceNotFoundException", gone)
	pooltest.Must(w, w.S.Terms.UpdateTerms, &cognitoidp.UpdateTermsInput{UserPoolId: pool, TermsId: second.TermsId, TermsName: new("terms-of-use")})
	// A deleted client's documents go with it.
	pooltest.Must(w, pooltest.Nothing(w.S.Client.DeleteUserPoolClient), &cognitoidp.DeleteUserPoolClientInput{UserPoolId: pool, ClientId: client})
	_, res = describe(w, pool, second.TermsId)
	w.Refused(res, "ResourceNotFoundException", "Terms "+second.TermsId+" does not exist.")
}

func TestCreateTerms_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	client, foreign := *w.Client(pool, nil).ClientId, *w.Client(other, nil).ClientId
	const bad = "Links must be http or https addresses."
	for _, c := range []struct {
		name    string
		links   map[string]string
		message string
	}{
		{"none", nil, "Links must contain cognito:default."},
		{"no default", map[string]string{"cognito:german": "https://example.com/agb"}, "Links must contain cognito:default."},
		{"attack 28: script", map[string]string{"cognito:default": "javascript:alert(1)"}, bad},
		{"no address", map[string]string{"cognito:default": "https://example.com/", "cognito:german": "/agb"}, bad},
		{"credentials", map[string]string{"cognito:default": "https://bank.example@evil.example/"}, bad},
	} {
		in := input(pool, client, "terms-of-use")
		in.Links = c.links
		if _, res := pooltest.Do(w, w.S.Terms.CreateTerms, in); res.Code != "InvalidParameterException" || res.Message != c.message {
			t.Errorf("%s: got %v", c.name, res.Err)
		}
	}
	_, res := pooltest.Do(w, w.S.Terms.CreateTerms, input(pool, foreign, "terms-of-use"))
	w.Refused(res, "ResourceNotFoundException", "User pool client "+foreign+" does not exist.")
	if got := pooltest.Must(w, w.S.Terms.ListTerms, &cognitoidp.ListTermsInput{UserPoolId: pool}); len(got.Terms) != 0 {
		t.Errorf("a refused call left %s", optest.JSON(t, got))
	}
}

func TestListTerms(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	for i := range 20 {
		client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.ClientName = fmt.Sprintf("c%d", i) }).ClientId
		for _, name := range []string{"terms-of-use", "privacy-policy"} {
			pooltest.Must(w, w.S.Terms.CreateTerms, input(pool, client, name))
		}
	}
	_, res := pooltest.Do(w, w.S.Terms.CreateTerms, input(pool, *w.Client(pool, nil).ClientId, "terms-of-use"))
	w.Refused(res, "LimitExceededException", "User pool cannot have more than 40 terms documents.")
	seen := map[string]bool{}
	in := &cognitoidp.ListTermsInput{UserPoolId: pool, MaxResults: new(int64(15))}
	pages := 0
	for ; pages < 5; pages++ {
		out := pooltest.Must(w, w.S.Terms.ListTerms, in)
		for _, d := range out.Terms {
			seen[d.TermsId] = true
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if len(seen) != 40 || pages != 2 {
		t.Errorf("listed %d on %d pages", len(seen), pages+1)
	}
	_, res = pooltest.Do(w, w.S.Terms.ListTerms, &cognitoidp.ListTermsInput{UserPoolId: pool, NextToken: new("x")})
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
}
