package uicustomization_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const css = ".logo-customizable { max-width: 60% }"

func get(w *pooltest.World, pool string, client *string) (string, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.UICustomization.GetUICustomization, &cognitoidp.GetUICustomizationInput{UserPoolId: pool, ClientId: client})
	if res.Err != nil {
		return "", res
	}
	return optest.JSON(w.T, out.UICustomization), res
}

func set(w *pooltest.World, in *cognitoidp.SetUICustomizationInput) (string, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.UICustomization.SetUICustomization, in)
	if res.Err != nil {
		return "", res
	}
	return optest.JSON(w.T, out.UICustomization), res
}

func TestUICustomization(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	const noDomain = "There has to be an existing domain associated with this user pool"
	_, res := get(w, pool, nil)
	w.Refused(res, "InvalidParameterException", noDomain)
	_, res = set(w, &cognitoidp.SetUICustomizationInput{UserPoolId: pool, CSS: new(css)})
	w.Refused(res, "InvalidParameterException", noDomain)
	pooltest.Must(w, w.S.Domain.CreateUserPoolDomain, &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: "shop"})
	if got, res := get(w, pool, nil); got != "{}" {
		t.Errorf("without a look: %s, %v", got, res.Err)
	}

	all, res := set(w, &cognitoidp.SetUICustomizationInput{UserPoolId: pool, CSS: new(css)})
	want := `{"CSS":"` + css + `","CSSVersion":"20260303070509","ClientId":"ALL","CreationDate":"2026-03-03T07:05:09.25Z","LastModifiedDate":"2026-03-03T07:05:09.25Z","UserPoolId":"` + pool + `"}`
	if all != want {
		t.Errorf("got  %s, %v\nwant %s", all, res.Err, want)
	}
	for _, c := range []*string{nil, new("ALL"), &client} {
		if got, res := get(w, pool, c); got != all {
			t.Errorf("described as %s, %v", got, res.Err)
		}
	}
	w.Advance(time.Minute)
	in := &cognitoidp.SetUICustomizationInput{UserPoolId: pool, ClientId: &client, ImageFile: []byte("\x89PNG\r\n\x1a\nCANARY")}
	own, res := set(w, in)
	want = `{"ClientId":"` + client + `","CreationDate":"2026-03-03T07:06:09.25Z","ImageUrl":"http://localhost:4700/` + pool + `/` + client +
		`/20260303070609/assets/images/image.jpg","LastModifiedDate":"2026-03-03T07:06:09.25Z","UserPoolId":"` + pool + `"}`
	if own != want {
		t.Errorf("got  %s, %v\nwant %s", own, res.Err, want)
	}
	if got, _ := get(w, pool, &client); got != own {
		t.Errorf("described as %s", got)
	}
	if got, _ := get(w, pool, nil); got != all {
		t.Errorf("all are described as %s", got)
	}
	if request, _ := w.Recorded("SetUICustomization", in, nil); request != `{"userPoolId":"`+pool+`","clientId":"`+client+`"}` {
		t.Errorf("the record is %s", request)
	}
	// Setting nothing takes the client's own away.
	if _, res := set(w, &cognitoidp.SetUICustomizationInput{UserPoolId: pool, ClientId: &client}); res.Err != nil {
		t.Fatal(res.Err)
	}
	if got, _ := get(w, pool, &client); got != all {
		t.Errorf("described as %s", got)
	}
}

func TestSetUICustomization_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	pooltest.Must(w, w.S.Domain.CreateUserPoolDomain, &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: "shop"})
	foreign := *w.Client(other, nil).ClientId
	for _, c := range []struct {
		name          string
		in            *cognitoidp.SetUICustomizationInput
		code, message string
	}{
		{"CSS", &cognitoidp.SetUICustomizationInput{UserPoolId: pool, CSS: new("body {color: red}")}, "InvalidParameterException", "Invalid CSS: a selector is not allowed"},
		{"image with a script", &cognitoidp.SetUICustomizationInput{UserPoolId: pool, ImageFile: []byte("<svg onload='alert(1)'/>")}, "InvalidParameterException", "ImageFile must be a PNG or JPEG image."},
		{"client of another pool", &cognitoidp.SetUICustomizationInput{UserPoolId: pool, ClientId: &foreign, CSS: new(css)}, "ResourceNotFoundException", "User pool client " + foreign + " does not exist."},
		{"unknown pool", &cognitoidp.SetUICustomizationInput{UserPoolId: "us-east-1_nothing00", CSS: new(css)}, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, res := set(w, c.in); res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	if got, _ := get(w, pool, nil); got != "{}" {
		t.Errorf("a refused call left %s", got)
	}
}
