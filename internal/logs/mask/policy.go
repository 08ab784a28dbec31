package mask

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Limits of a policy. [CloudWatch Logs: PutDataProtectionPolicy; custom data identifiers]
const (
	MaxDocument  = 30_720 // characters
	maxCustom    = 10
	maxName      = 128
	maxRegex     = 200
	version      = "2021-06-01"
	managedSpace = "arn:aws:dataprotection::aws:data-identifier/"
)

// span is a part of a message, [from, to).
type span struct{ from, to int }

// finder appends what it finds in a message, in any order.
type finder func(found []span, message []byte) []span

// managed are the identifiers of AWS that are told by their form alone.
// [CloudWatch Logs: types of data that can be protected]
var managed = map[string]finder{
	"EmailAddress":      emails,
	"IpAddress":         addresses,
	"CreditCardNumber":  cards,
	"AwsSecretKey":      secretKeys,
	"OpenSshPrivateKey": privateKeys("OPENSSH PRIVATE KEY"),
	"PgpPrivateKey":     privateKeys("PGP PRIVATE KEY BLOCK"),
	"PkcsPrivateKey":    privateKeys("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
	"Ssn-US":            socialSecurity,
}

// Policy is a data protection policy, read.
type Policy struct {
	// Name is what its author called it.
	Name    string
	finders []finder
}

// document is the text of a policy.
type document struct {
	Name, Description, Version string
	Configuration              *struct {
		CustomDataIdentifier []struct{ Name, Regex string }
	}
	Statement []statement
}

type statement struct {
	Sid            string
	DataIdentifier []string
	Operation      struct {
		Audit      *struct{ FindingsDestination map[string]json.RawMessage }
		Deidentify *struct{ MaskConfig map[string]json.RawMessage }
	}
}

// Parse reads the text of a policy. Its errors are sentences for its author.
func Parse(text string) (*Policy, error) {
	if len(text) > MaxDocument {
		return nil, fmt.Errorf("The policy document must not be longer than %d characters", MaxDocument)
	}
	var d document
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil || dec.More() {
		return nil, errors.New("The policy document is not valid JSON of a data protection policy")
	}
	if d.Name == "" || d.Version != version {
		return nil, errors.New("The policy document must have a Name and the Version " + version)
	}
	custom, err := d.custom()
	if err != nil {
		return nil, err
	}
	if len(d.Statement) != 2 || d.Statement[0].Operation.Audit == nil || d.Statement[1].Operation.Deidentify == nil ||
		d.Statement[0].Operation.Deidentify != nil || d.Statement[1].Operation.Audit != nil {
		return nil, errors.New("The policy document must have two statements: one with the operation Audit, then one with Deidentify")
	}
	audit, hide := d.Statement[0], d.Statement[1]
	if len(audit.Operation.Audit.FindingsDestination) > 0 {
		return nil, errors.New("A FindingsDestination is not supported by this server")
	}
	if mask := hide.Operation.Deidentify.MaskConfig; mask == nil || len(mask) > 0 {
		return nil, errors.New("Deidentify must have an empty MaskConfig")
	}
	if len(hide.DataIdentifier) == 0 || !sameSet(audit.DataIdentifier, hide.DataIdentifier) {
		return nil, errors.New("Both statements must have the same DataIdentifier list")
	}
	p := &Policy{Name: d.Name}
	for _, id := range hide.DataIdentifier {
		name, isManaged := strings.CutPrefix(id, managedSpace)
		find := custom[id]
		if isManaged {
			find = managed[name]
		}
		if find == nil {
			return nil, fmt.Errorf("The data identifier %s is not supported by this server", id)
		}
		p.finders = append(p.finders, find)
	}
	return p, nil
}

// custom compiles the identifiers that a document brings along.
func (d *document) custom() (map[string]finder, error) {
	if d.Configuration == nil {
		return nil, nil
	}
	list := d.Configuration.CustomDataIdentifier
	if len(list) > maxCustom {
		return nil, fmt.Errorf("There may be %d custom data identifiers at most", maxCustom)
	}
	out := make(map[string]finder, len(list))
	for _, c := range list {
		if !customName.MatchString(c.Name) || len(c.Name) > maxName || out[c.Name] != nil {
			return nil, errors.New("The name of a custom data identifier must be unique, of letters, digits, _ and -, 128 at most")
		}
		re, err := regexp.Compile(c.Regex)
		if err != nil || c.Regex == "" || len(c.Regex) > maxRegex {
			return nil, fmt.Errorf("The regular expression of the custom data identifier %s is not valid", c.Name)
		}
		out[c.Name] = expression(re)
	}
	return out, nil
}

var customName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// expression finds what a regular expression matches; empty matches hide nothing.
func expression(re *regexp.Regexp) finder {
	return func(found []span, message []byte) []span {
		for _, m := range re.FindAllIndex(message, -1) {
			if m[1] > m[0] {
				found = append(found, span{m[0], m[1]})
			}
		}
		return found
	}
}

// privateKeys finds blocks between the lines that begin and end a key, also where
// line ends are written as \n. A block without end reaches to the end of the message.
func privateKeys(kinds ...string) finder {
	return func(found []span, message []byte) []span {
		for _, kind := range kinds {
			begin, end := []byte("-----BEGIN "+kind+"-----"), []byte("-----END "+kind+"-----")
			for at := 0; ; {
				i := bytes.Index(message[at:], begin)
				if i < 0 {
					break
				}
				from := at + i + len(begin)
				to := len(message)
				if j := bytes.Index(message[from:], end); j >= 0 {
					to = from + j
				}
				found = append(found, span{from, to})
				at = to
			}
		}
		return found
	}
}
