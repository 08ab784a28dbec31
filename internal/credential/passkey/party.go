package passkey

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Party is the relying party of a ceremony: the domain that passkeys belong to.
type Party struct {
	ID string
	// Verify demands that the authenticator verified its user, by a PIN or a finger, and not only his presence.
	Verify bool
}

var domainForm = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// maxPartyID is Cognito's limit of RelyingPartyId.
const maxPartyID = 127

// ValidID tells whether passkeys can belong to a domain: a name below a public suffix in lower case, or localhost, which browsers
// take for tests, and names below it. [WebAuthn 5.1.3: effective domain]
func ValidID(id string) bool {
	if len(id) > maxPartyID || !domainForm.MatchString(id) {
		return false
	}
	if local(id) {
		return true
	}
	if _, err := netip.ParseAddr(id); err == nil || !strings.Contains(id, ".") {
		return false
	}
	suffix, _ := publicsuffix.PublicSuffix(id)
	return suffix != id
}

func local(host string) bool { return host == "localhost" || strings.HasSuffix(host, ".localhost") }

// apps is the origin of an Android application: the hash of its certificate. That the application may use the domain's passkeys is
// checked by the system against the domain's asset links before it gives out an answer. [Android: verify the origin]
var apps = regexp.MustCompile(`^android:apk-key-hash:[A-Za-z0-9_-]{43}=?$`)

// allows tells whether an origin may use the party's passkeys: pages of the domain and of those below it, by https, or by http on
// this machine; and Android applications.
func (p Party) allows(origin string) bool {
	if apps.MatchString(origin) {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return false
	}
	host := u.Hostname()
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !local(host)):
		return false
	default:
		return host == p.ID || strings.HasSuffix(host, "."+p.ID)
	}
}
