package branding_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

var png = []byte("\x89PNG\r\n\x1a\nCANARY")

func asset(category, extension string, b []byte) cognitoidp.AssetType {
	return cognitoidp.AssetType{Category: category, ColorMode: "LIGHT", Extension: extension, Bytes: b}
}

func describe(w *pooltest.World, pool, id string) (string, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.Branding.DescribeManagedLoginBranding, &cognitoidp.DescribeManagedLoginBrandingInput{UserPoolId: pool, ManagedLoginBrandingId: id})
	if res.Err != nil {
		return "", res
	}
	return optest.JSON(w.T, out.ManagedLoginBranding), res
}

func byClient(w *pooltest.World, pool, client string) (string, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.Branding.DescribeManagedLoginBrandingByClient, &cognitoidp.DescribeManagedLoginBrandingByClientInput{UserPoolId: pool, ClientId: client, ReturnMergedResources: new(true)})
	if res.Err != nil {
		return "", res
	}
	return optest.JSON(w.T, out.ManagedLoginBranding), res
}

func TestManagedLoginBranding(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	none := "Managed login branding for user pool client " + client + " does not exist."
	_, res := byClient(w, pool, client)
	w.Refused(res, "ResourceNotFoundException", none)
	in := &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: client, Settings: json.RawMessage(`{"categories":{},"components":{"form":{"borderRadius":8}}}`),
		Assets: []cognitoidp.AssetType{asset("FORM_LOGO", "PNG", png)}}
	made := pooltest.Must(w, w.S.Branding.CreateManagedLoginBranding, in)
	id := *made.ManagedLoginBranding.ManagedLoginBrandingId
	want := `{"Assets":[{"Bytes":"iVBORw0KGgpDQU5BUlk=","Category":"FORM_LOGO","ColorMode":"LIGHT","Extension":"PNG"}],"CreationDate":"2026-03-03T07:05:09.25Z","LastModifiedDate":"2026-03-03T07:05:09.25Z",` +
		`"ManagedLoginBrandingId":"` + id + `","Settings":{"categories":{},"components":{"form":{"borderRadius":8}}},"UseCognitoProvidedValues":false,"UserPoolId":"` + pool + `"}`
	if got := optest.JSON(t, made.ManagedLoginBranding); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, res := describe(w, pool, id); got != want {
		t.Errorf("described as %s, %v", got, res.Err)
	}
	if got, res := byClient(w, pool, client); got != want {
		t.Errorf("described by client as %s, %v", got, res.Err)
	}
	request, response := w.Recorded("CreateManagedLoginBranding", in, made)
	if strings.Contains(request+response, "Q0FOQVJZ") || strings.Contains(request+response, "iVBOR") || !strings.Contains(response, id) {
		t.Errorf("the record is %s %s", request, response)
	}
	_, res = pooltest.Do(w, w.S.Branding.CreateManagedLoginBranding, in)
	w.Refused(res, "ManagedLoginBrandingExistsException", "Managed login branding already exists for user pool client "+client+".")

	w.Advance(time.Minute)
	out := pooltest.Must(w, w.S.Branding.UpdateManagedLoginBranding, &cognitoidp.UpdateManagedLoginBrandingInput{UserPoolId: &pool, ManagedLoginBrandingId: &id, Settings: json.RawMessage(`{"components":{}}`)}).ManagedLoginBranding
	if string(out.Settings) != `{"components":{}}` || len(out.Assets) != 1 || !out.LastModifiedDate.Equal(w.Now()) || out.CreationDate.Equal(w.Now()) {
		t.Errorf("updated to %s", optest.JSON(t, out))
	}
	out = pooltest.Must(w, w.S.Branding.UpdateManagedLoginBranding, &cognitoidp.UpdateManagedLoginBrandingInput{UserPoolId: &pool, ManagedLoginBrandingId: &id, UseCognitoProvidedValues: new(true)}).ManagedLoginBranding
	if out.Settings != nil || out.Assets != nil || !*out.UseCognitoProvidedValues {
		t.Errorf("updated to %s", optest.JSON(t, out))
	}
	out = pooltest.Must(w, w.S.Branding.UpdateManagedLoginBranding, &cognitoidp.UpdateManagedLoginBrandingInput{UserPoolId: &pool, ManagedLoginBrandingId: &id, Settings: json.RawMessage(`{"categories":{}}`)}).ManagedLoginBranding
	if *out.UseCognitoProvidedValues {
		t.Errorf("updated to %s", optest.JSON(t, out))
	}

	remove := pooltest.Nothing(w.S.Branding.DeleteManagedLoginBranding)
	pooltest.Must(w, remove, &cognitoidp.DeleteManagedLoginBrandingInput{UserPoolId: pool, ManagedLoginBrandingId: id})
	_, res = pooltest.Do(w, remove, &cognitoidp.DeleteManagedLoginBrandingInput{UserPoolId: pool, ManagedLoginBrandingId: id})
	w.Refused(res, "ResourceNotFoundException", "Managed login branding "+id+" does not exist.")
	_, res = describe(w, pool, id)
	w.Refused(res, "ResourceNotFoundException", "Managed login branding "+id+" does not exist.")
	_, res = byClient(w, pool, client)
	w.Refused(res, "ResourceNotFoundException", none)
}

func TestCreateManagedLoginBranding_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	client, foreign := *w.Client(pool, nil).ClientId, *w.Client(other, nil).ClientId
	const badSettings = "Settings is not a valid managed login branding document."
	notAFile := func(category string) string {
		return "The asset of category " + category + " is not a valid file of its extension."
	}
	svg := func(inside string) []cognitoidp.AssetType {
		return []cognitoidp.AssetType{asset("PAGE_HEADER_LOGO", "SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">`+inside+`</svg>`))}
	}
	for _, c := range []struct {
		name     string
		settings string
		assets   []cognitoidp.AssetType
		use      *bool
		message  string
	}{
		{"provided values with settings", `{}`, nil, new(true), "Settings and Assets cannot be given when UseCognitoProvidedValues is true."},
		{"provided values with assets", "", []cognitoidp.AssetType{asset("FORM_LOGO", "PNG", png)}, new(true), "Settings and Assets cannot be given when UseCognitoProvidedValues is true."},
		{"settings of a list", `[]`, nil, nil, badSettings},
		{"unknown section", `{"scripts":{}}`, nil, nil, badSettings},
		{"section of a text", `{"components":"x"}`, nil, nil, badSettings},
		{"settings too deep", `{"components":{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`, nil, nil, badSettings},
		{"asset of another kind", "", []cognitoidp.AssetType{asset("FORM_LOGO", "JPEG", png)}, nil, notAFile("FORM_LOGO")},
		{"asset without bytes", "", []cognitoidp.AssetType{asset("FORM_LOGO", "PNG", nil)}, nil, notAFile("FORM_LOGO")},
		{"favicon of another kind", "", []cognitoidp.AssetType{asset("FAVICON_ICO", "PNG", png)}, nil, notAFile("FAVICON_ICO")},
		{"twice", "", []cognitoidp.AssetType{asset("FORM_LOGO", "PNG", png), asset("FORM_LOGO", "PNG", png)}, nil, "More than one asset of category FORM_LOGO is given for a color mode."},
		{"attack 28: script", "", svg(`<script>alert(1)</script>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: handler", "", svg(`<path onclick="alert(1)"/>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: link", "", svg(`<a xlink:href=" JavaScript:alert(1)"><path/></a>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: HTML inside", "", svg(`<foreignObject/>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: loads", "", svg(`<image href="https://evil.example/a.png"/>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: loads by style", "", svg(`<path style="fill:url(https://evil.example/)"/>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: style imports", "", svg(`<style>@import url(https://evil.example/)</style>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: style loads", "", svg(`<style>.a{fill:url(https://evil.example/)}</style>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: style in two pieces", "", svg(`<style><!-- -->.a{fill:url(https://evil.example/)}</style>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: style behind an element", "", svg(`<style><g/>.a{fill:url(https://evil.example/)}</style>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: escape", "", svg(`<path style="fill:u\72l(https://evil.example/)"/>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: page that goes elsewhere", "", svg(`<meta xmlns="http://www.w3.org/1999/xhtml" http-equiv="refresh" content="0;u=https://evil.example"/>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: form", "", svg(`<form xmlns="http://www.w3.org/1999/xhtml" action="https://evil.example"/>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"attack 28: moves", "", svg(`<animateTransform/>`), nil, notAFile("PAGE_HEADER_LOGO")},
		{"entity", "", []cognitoidp.AssetType{asset("PAGE_HEADER_LOGO", "SVG", []byte(`<!DOCTYPE svg [<!ENTITY a "b">]><svg/>`))}, nil, notAFile("PAGE_HEADER_LOGO")},
		{"no SVG", "", []cognitoidp.AssetType{asset("PAGE_HEADER_LOGO", "SVG", []byte(`<html/>`))}, nil, notAFile("PAGE_HEADER_LOGO")},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: client, UseCognitoProvidedValues: c.use, Assets: c.assets}
			if c.settings != "" {
				in.Settings = json.RawMessage(c.settings)
			}
			if _, res := pooltest.Do(w, w.S.Branding.CreateManagedLoginBranding, in); res.Code != "InvalidParameterException" || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	_, res := pooltest.Do(w, w.S.Branding.CreateManagedLoginBranding, &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: foreign})
	w.Refused(res, "ResourceNotFoundException", "User pool client "+foreign+" does not exist.")
	_, res = pooltest.Do(w, w.S.Branding.UpdateManagedLoginBranding, &cognitoidp.UpdateManagedLoginBrandingInput{UserPoolId: &pool})
	w.Refused(res, "InvalidParameterException", "UserPoolId and ManagedLoginBrandingId are required.")
	if _, res := byClient(w, pool, client); res.Err == nil {
		t.Error("a refused call left a style")
	}
	drawn := svg(`<defs><linearGradient id="g"/></defs><style>.a{fill:red}</style><path fill="url(#g)" class="a"/><use href="#g"/><image href="data:image/png;base64,AA=="/>`)
	pooltest.Must(w, w.S.Branding.CreateManagedLoginBranding, &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: client, Assets: drawn})
	for range 19 {
		pooltest.Must(w, w.S.Branding.CreateManagedLoginBranding, &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: *w.Client(pool, nil).ClientId, UseCognitoProvidedValues: new(true)})
	}
	_, res = pooltest.Do(w, w.S.Branding.CreateManagedLoginBranding, &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: *w.Client(pool, nil).ClientId})
	w.Refused(res, "LimitExceededException", "User pool cannot have more than 20 managed login branding styles.")
	// A deleted client's style goes with it and no longer counts.
	pooltest.Must(w, pooltest.Nothing(w.S.Client.DeleteUserPoolClient), &cognitoidp.DeleteUserPoolClientInput{UserPoolId: pool, ClientId: client})
	pooltest.Must(w, w.S.Branding.CreateManagedLoginBranding, &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: *w.Client(pool, nil).ClientId})
}
