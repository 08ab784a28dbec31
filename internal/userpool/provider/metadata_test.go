package provider

import (
	"maps"
	"slices"
	"testing"

	"github.com/cogtrail/cogtrail/internal/model"
)

func FuzzParseMetadata(f *testing.F) {
	f.Add(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="e"><IDPSSODescriptor><X509Certificate xmlns="http://www.w3.org/2000/09/xmldsig#"/>` +
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://a.example/"/></IDPSSODescriptor></EntityDescriptor>`)
	f.Add(`<!DOCTYPE a><a/>`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseMetadata(text)
		if err == nil && (m.entity == "" || m.signOn != "" && !reachable(m.signOn, true)) {
			t.Errorf("%q gives %+v", text, m)
		}
	})
}

// What the row keeps in clear and what records show is one list.
func TestPublic_isWhatRecordsShow(t *testing.T) {
	t.Parallel()
	all, err := model.Overlays()
	if err != nil {
		t.Fatal(err)
	}
	shown := slices.Sorted(slices.Values(all["cognito-idp"].ShownKeys["ProviderDetailsType"]))
	if kept := slices.Sorted(maps.Keys(public)); !slices.Equal(shown, kept) {
		t.Errorf("records show %v, rows keep %v", shown, kept)
	}
}
