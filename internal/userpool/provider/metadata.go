package provider

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// metadata is what this server says about a provider's SAML metadata.
type metadata struct {
	entity  string
	signOn  string // address for the redirect binding, may be empty
	signOut string
}

// Names of SAML 2.0 metadata.
const (
	metadataSpace   = "urn:oasis:names:tc:SAML:2.0:metadata"
	signatureSpace  = "http://www.w3.org/2000/09/xmldsig#"
	redirectBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	maxMetadata     = 128 << 10 // the model's bound of a detail
	maxDepth        = 32
	maxElements     = 10_000
)

var errMetadata = errors.New("not the metadata of one SAML identity provider")

// parseMetadata reads the metadata of one identity provider. It bounds size, depth and elements, and takes no document type.
func parseMetadata(text string) (metadata, error) {
	var m metadata
	if len(text) > maxMetadata {
		return m, errMetadata
	}
	dec := xml.NewDecoder(strings.NewReader(text))
	var depth, elements, roles, services, certificates int
	inRole := 0 // the depth at which the provider's role began
	for {
		t, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return m, fmt.Errorf("read saml metadata: %w", err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return m, errMetadata
		case xml.EndElement:
			if depth == inRole {
				inRole = 0
			}
			depth--
		case xml.StartElement:
			depth++
			if elements++; depth > maxDepth || elements > maxElements {
				return m, errMetadata
			}
			at := t.Name.Local
			switch {
			case t.Name.Space == signatureSpace && at == "X509Certificate" && inRole > 0:
				certificates++
			case t.Name.Space != metadataSpace:
			case at == "EntityDescriptor":
				if m.entity != "" {
					return m, errMetadata // which of them signs in is not to be guessed
				}
				m.entity = attribute(t, "entityID")
			case at == "IDPSSODescriptor":
				roles++
				inRole = depth
			case at == "SingleSignOnService" && inRole > 0:
				services++
				if attribute(t, "Binding") == redirectBinding && m.signOn == "" {
					m.signOn = attribute(t, "Location")
				}
			case at == "SingleLogoutService" && inRole > 0 && attribute(t, "Binding") == redirectBinding && m.signOut == "":
				m.signOut = attribute(t, "Location")
			}
		}
	}
	if m.entity == "" || roles != 1 || services == 0 || certificates == 0 {
		return m, errMetadata
	}
	for _, u := range []string{m.signOn, m.signOut} {
		if u != "" && !reachable(u, true) {
			return m, errMetadata
		}
	}
	return m, nil
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
