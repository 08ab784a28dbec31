package userpool

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

// Bounds of values that serve as logins, in bytes.
const (
	maxEmail     = 254 // [RFC 5321 section 4.5.3.1]
	maxLoginName = 128 * utf8.UTFMax
)

// Schema returns the rules of an attribute, nil if the pool has none of that name.
func (p *Pool) Schema(name string) *cognitoidp.SchemaAttributeType { return p.attributes[name] }

// ParseEmail tells whether s is an e-mail address in the one form this server takes: one @, a domain of letters, digits, dots and
// hyphens, nothing invisible, nothing that could end a header line.
func ParseEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(s) > maxEmail || !utf8.ValidString(s) || strings.Contains(domain, "@") {
		return false
	}
	for _, c := range local {
		if !unicode.IsGraphic(c) || unicode.IsSpace(c) || strings.ContainsRune(`<>()[]\,;:"`, c) {
			return false
		}
	}
	if domain == "" || domain[0] == '.' || domain[0] == '-' || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") {
		return false
	}
	for i := range len(domain) {
		c := domain[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-') {
			return false // names in other scripts come as xn--
		}
	}
	return true
}

// ParsePhone tells whether s is a number in E.164: a plus sign and up to 15 digits, of which the first is not 0.
func ParsePhone(s string) bool {
	if len(s) < 2 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// CheckAttribute checks one value against the pool's schema.
func (p *Pool) CheckAttribute(name, v string) error {
	a := p.attributes[name]
	if a == nil {
		if strings.HasPrefix(name, "custom:") || strings.HasPrefix(name, "dev:") {
			return nonconforming("Type for attribute {" + name + "} could not be determined")
		}
		return nonconforming("The attribute " + name + " is not defined in schema.")
	}
	if v == "" {
		return nil // no value; CheckRequired answers if one is needed
	}
	switch {
	case !utf8.ValidString(v): // rows hold valid text only, or an index would miss them
		return nonconforming(name + ": The value is not valid text\n") // (inferred)
	case len(v) > 2048:
		return cognitoidp.InvalidParameterException("user." + name + ": String attributes cannot have a length of more than 2048")
	case name == Email && !ParseEmail(v):
		return cognitoidp.InvalidParameterException("Invalid email address format.")
	case name == Phone && !ParsePhone(v):
		return cognitoidp.InvalidParameterException("Invalid phone number format.")
	case name == PreferredUsername && p.SignsInWith(name) && len(v) > maxLoginName:
		return nonconforming(name + ": String must be no longer than 128 characters\n") // (inferred)
	case name == PreferredUsername && p.SignsInWith(name):
		if err := p.checkForm(v); err != nil { // (inferred): it is a name that nobody proves
			return err
		}
	}
	switch value(a.AttributeDataType) {
	case "Number":
		return p.checkNumber(a, v)
	case "Boolean":
		if v != "true" && v != "false" {
			return nonconforming(name + ": Boolean attributes must be true or false\n") // (inferred)
		}
	case "String":
		return p.checkString(a, v)
	}
	return nil
}

func (p *Pool) checkString(a *cognitoidp.SchemaAttributeType, v string) error {
	s := a.StringAttributeConstraints
	if s == nil {
		return nil
	}
	n := utf8.RuneCountInString(v)
	if limit, ok := atoi(s.MinLength); ok && n < limit { // (inferred) wording, here and below
		return nonconforming(*a.Name + ": String must be at least " + *s.MinLength + " characters long\n")
	}
	if limit, ok := atoi(s.MaxLength); ok && n > limit {
		return nonconforming(*a.Name + ": String must be no longer than " + *s.MaxLength + " characters\n")
	}
	return nil
}

func (p *Pool) checkNumber(a *cognitoidp.SchemaAttributeType, v string) error {
	n, ok := new(big.Int).SetString(v, 10)
	if !ok {
		return nonconforming(*a.Name + ": Number attributes must be whole numbers\n") // (inferred) wording, here and below
	}
	s := a.NumberAttributeConstraints
	if s == nil {
		return nil
	}
	if limit, ok := new(big.Int).SetString(value(s.MinValue), 10); ok && n.Cmp(limit) < 0 {
		return nonconforming(*a.Name + ": Number must be at least " + *s.MinValue + "\n")
	}
	if limit, ok := new(big.Int).SetString(value(s.MaxValue), 10); ok && n.Cmp(limit) > 0 {
		return nonconforming(*a.Name + ": Number must be no more than " + *s.MaxValue + "\n")
	}
	return nil
}

func atoi(s *string) (int, bool) {
	n, err := strconv.Atoi(value(s))
	return n, err == nil
}

// Missing are the attributes the pool requires and the user lacks, in the schema's order.
func (p *Pool) Missing(u *User) []string {
	var out []string
	for i := range p.Settings.SchemaAttributes {
		a := &p.Settings.SchemaAttributes[i]
		if !value(a.Required) || *a.Name == "sub" {
			continue
		}
		if v, _ := u.Get(*a.Name); v == "" {
			out = append(out, *a.Name)
		}
	}
	return out
}

// CheckRequired answers AWS's sentence about every attribute the user lacks.
func (p *Pool) CheckRequired(u *User) error {
	var b strings.Builder
	for _, name := range p.Missing(u) {
		b.WriteString(name + ": The attribute is required\n")
	}
	if b.Len() > 0 {
		return nonconforming(b.String())
	}
	return nil
}

// SetByUser sets attributes a user gives himself through a client: only what the client may write, and never sub or what says that
// something is verified.
func (p *Pool) SetByUser(c *Client, u *User, list []cognitoidp.AttributeType) error {
	for _, a := range list {
		if Guarded(a.Name) {
			return cognitoidp.InvalidParameterException("Cannot modify the non-mutable attribute " + a.Name)
		}
		if !c.Writes(a.Name) {
			return cognitoidp.NotAuthorizedException("A client attempted to write unauthorized attribute")
		}
	}
	return p.set(u, list)
}

// Guarded tells that only the server or an administrator sets an attribute.
func Guarded(name string) bool {
	return name == "sub" || name == "email_verified" || name == "phone_number_verified" || name == "identities"
}

// SetByAdmin sets attributes an administrator gives a new user.
func (p *Pool) SetByAdmin(u *User, list []cognitoidp.AttributeType) error {
	for _, a := range list {
		if a.Name == "sub" || a.Name == "identities" {
			return cognitoidp.InvalidParameterException("Cannot modify the non-mutable attribute " + a.Name)
		}
	}
	return p.set(u, list)
}

func (p *Pool) set(u *User, list []cognitoidp.AttributeType) error {
	for _, a := range list {
		if err := p.CheckAttribute(a.Name, value(a.Value)); err != nil {
			return err
		}
	}
	for _, a := range list {
		u.Set(a.Name, value(a.Value))
	}
	// An address is unverified until a code or an administrator says otherwise.
	for _, name := range []string{Email, Phone} {
		_, has := u.Get(name)
		_, told := u.Get(name + "_verified")
		switch {
		case has && !told:
			u.Set(name+"_verified", "false")
		case !has && told:
			u.Set(name+"_verified", "")
		}
	}
	return nil
}

// NameUser gives a new user his names from the Username of the call, by the rules of the pool: free text, or an e-mail address or
// phone number that becomes an attribute while the sub becomes the name. It is called after the attributes are set.
func (p *Pool) NameUser(u *User, text string) error {
	if !utf8.ValidString(text) {
		return cognitoidp.InvalidParameterException("Username is not valid text.") // (inferred)
	}
	if p.UsesAttributes() {
		return p.nameByAttribute(u, text)
	}
	if err := p.checkForm(text); err != nil {
		return err
	}
	u.Username = p.Fold(text) // case-insensitive pools store lower case (inferred)
	return nil
}

// checkForm refuses a name in the form of an alias of the pool: without proof it would stand in the way of who has that address.
func (p *Pool) checkForm(text string) error {
	for _, form := range []struct {
		attribute, word, alias string
		is                     func(string) bool
	}{
		{Email, "email", "email", looksLikeEmail},
		{Phone, "phone number", "phone", ParsePhone},
	} {
		if p.SignsInWith(form.attribute) && form.is(text) {
			return cognitoidp.InvalidParameterException("Username cannot be of " + form.word + " format, since user pool is configured for " + form.alias + " alias.")
		}
	}
	return nil
}

// looksLikeEmail is wider than ParseEmail: a name that a reader would take for an address is none.
func looksLikeEmail(s string) bool {
	i := strings.IndexByte(s, '@')
	return i > 0 && i < len(s)-1
}

func (p *Pool) nameByAttribute(u *User, text string) error {
	email, phone := p.SignsInWith(Email), p.SignsInWith(Phone)
	name := ""
	switch {
	case email && ParseEmail(text):
		name = Email
	case phone && ParsePhone(text):
		name = Phone
	case email && phone:
		return cognitoidp.InvalidParameterException("Username should be either an email or a phone number.")
	case email:
		return cognitoidp.InvalidParameterException("Username should be an email.")
	default:
		return cognitoidp.InvalidParameterException("Username should be a phone number.")
	}
	if v, ok := u.Get(name); ok && p.Fold(v) != p.Fold(text) {
		// Which of the two AWS keeps is not known; neither is guessed at. (inferred)
		return cognitoidp.InvalidParameterException("Username and attribute " + name + " do not match.")
	}
	u.Username = u.Sub
	return p.set(u, []cognitoidp.AttributeType{{Name: name, Value: &text}})
}

// appendFormatted writes {"formatted":"…" without its end.
func appendFormatted(b []byte, s string) []byte {
	raw, err := json.Marshal(s)
	if err != nil {
		panic("BUG: a text has no JSON form: " + err.Error())
	}
	return append(append(b, `{"formatted":`...), raw...)
}
