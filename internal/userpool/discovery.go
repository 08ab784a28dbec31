package userpool

import (
	"encoding/json"

	"github.com/cogtrail/cogtrail/internal/store"
)

// discovery is the document of a pool without a domain, members in alphabetical order.
type discovery struct {
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	IDTokenSigning        []string `json:"id_token_signing_alg_values_supported"`
	Issuer                string   `json:"issuer"`
	JWKSURI               string   `json:"jwks_uri"`
	ResponseTypes         []string `json:"response_types_supported"`
	Scopes                []string `json:"scopes_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	TokenEndpointAuth     []string `json:"token_endpoint_auth_methods_supported"`
}

// Discovery is the body of a pool's /.well-known/openid-configuration, or store.ErrNotFound. Without a domain there is neither a
// token endpoint nor a sign-in page; the authorization endpoint, a member OpenID Connect demands, is named all the same, as
// Cognito does.
func (r *Realm) Discovery(tx store.Tx, poolID string) ([]byte, error) {
	if _, err := r.AnyPool(tx, PoolID(poolID)); err != nil {
		return nil, err
	}
	iss := r.Issuer(poolID)
	return json.Marshal(discovery{
		AuthorizationEndpoint: iss + "/authorize",
		IDTokenSigning:        []string{"RS256"},
		Issuer:                iss,
		JWKSURI:               iss + "/.well-known/jwks.json",
		ResponseTypes:         []string{"code", "token"},
		Scopes:                []string{"openid", "email", "phone", "profile"},
		SubjectTypes:          []string{"public"},
		TokenEndpointAuth:     []string{"client_secret_basic", "client_secret_post"},
	})
}
