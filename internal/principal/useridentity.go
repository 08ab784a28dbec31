package principal

import (
	"slices"
	"unicode/utf8"
)

// AppendUserIdentity appends the CloudTrail userIdentity object to dst, members in the order of real records:
// type, principalId, arn, accountId, accessKeyId, userName, sessionContext, invokedBy, identityProvider.
func (p Principal) AppendUserIdentity(dst []byte) []byte {
	o := object{append(dst, '{'), true}
	o.text("type", string(p.Kind))
	o.text("principalId", p.ID)
	o.text("arn", p.ARN)
	o.text("accountId", p.Account)
	o.text("accessKeyId", p.AccessKeyID)
	o.text("userName", p.UserName)
	if p.Session != nil {
		o.key("sessionContext")
		o.b = p.Session.append(o.b)
	}
	o.text("invokedBy", p.InvokedBy)
	o.text("identityProvider", p.IdentityProvider)
	return append(o.b, '}')
}

func (s *Session) append(dst []byte) []byte {
	o := object{append(dst, '{'), true}
	if s.Issuer != (Issuer{}) {
		o.key("sessionIssuer")
		i := object{append(o.b, '{'), true}
		i.text("type", s.Issuer.Type)
		i.text("principalId", s.Issuer.ID)
		i.text("arn", s.Issuer.ARN)
		i.text("accountId", s.Issuer.Account)
		i.text("userName", s.Issuer.UserName)
		o.b = append(i.b, '}')
	}
	if s.Provider != "" {
		o.key("webIdFederationData")
		w := object{append(o.b, '{'), true}
		w.text("federatedProvider", s.Provider)
		if len(s.Attributes) > 0 {
			w.key("attributes")
			a := object{append(w.b, '{'), true}
			keys := make([]string, 0, len(s.Attributes))
			for k := range s.Attributes {
				keys = append(keys, k)
			}
			slices.Sort(keys) // a record must not depend on map order
			for _, k := range keys {
				a.key(k)
				a.b = appendString(a.b, s.Attributes[k])
			}
			w.b = append(a.b, '}')
		}
		o.b = append(w.b, '}')
	}
	o.key("attributes")
	a := object{append(o.b, '{'), true}
	if !s.Created.IsZero() {
		a.key("creationDate")
		a.b = append(a.b, '"')
		a.b = s.Created.UTC().AppendFormat(a.b, "2006-01-02T15:04:05Z")
		a.b = append(a.b, '"')
	}
	mfa := "false"
	if s.MFA {
		mfa = "true"
	}
	a.text("mfaAuthenticated", mfa)
	o.b = append(a.b, '}')
	o.text("sourceIdentity", s.SourceIdentity)
	return append(o.b, '}')
}

// object appends members to an open JSON object.
type object struct {
	b     []byte
	first bool
}

func (o *object) key(k string) {
	if !o.first {
		o.b = append(o.b, ',')
	}
	o.first = false
	o.b = append(appendString(o.b, k), ':')
}

// text adds a member unless its value is empty: CloudTrail leaves absent members out.
func (o *object) text(k, v string) {
	if v != "" {
		o.key(k)
		o.b = appendString(o.b, v)
	}
}

const hex = "0123456789abcdef"

// appendString quotes s. Control characters (DEL and C1 too, which terminals act upon) become \u escapes, and bytes that are no
// UTF-8 become U+FFFD, so that no name can break the record or forge a line.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c == '\n':
				b = append(b, '\\', 'n')
			case c == '\r':
				b = append(b, '\\', 'r')
			case c == '\t':
				b = append(b, '\\', 't')
			case c < 0x20 || c == 0x7f:
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			default:
				b = append(b, c)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, "\ufffd"...)
		case r < 0xa0:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		case r == '\u2028' || r == '\u2029':
			b = append(b, `\u202`...)
			b = append(b, hex[r&15])
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return append(b, '"')
}
