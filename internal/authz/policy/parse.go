package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/policy/pattern"
)

// Parse reads a document of a kind. The error is an *Error with the text AWS answers.
func Parse(text string, kind Kind) (*Document, error) {
	p := parser{kind: kind}
	root, off, err := decode(text)
	if err != nil {
		if _, ok := errors.AsType[duplicateError](err); ok && kind != Bucket {
			return nil, &Error{textSyntax, off, err}
		}
		return nil, &Error{p.words(textJSON, textBucketJSON), off, err}
	}
	if root.kind != '{' {
		return nil, &Error{p.words(textSyntax, textBucketJSON), 0, nil}
	}
	d, perr := p.document(&root)
	if perr != nil {
		return nil, perr
	}
	return d, nil
}

type parser struct {
	kind      Kind
	variables bool
	sids      map[string]bool
}

func (p *parser) words(iam, bucket string) string {
	if p.kind == Bucket {
		return bucket
	}
	return iam
}

func bad(n *node, text, format string, a ...any) *Error {
	return &Error{text, n.start, fmt.Errorf(format, a...)}
}

func (p *parser) document(root *node) (*Document, *Error) {
	d := &Document{Version: Version2008}
	var statements *node
	for i := range root.members {
		m := &root.members[i]
		switch m.name {
		case "Version":
			if m.value.kind != 's' || m.value.text != Version2008 && m.value.text != Version2012 {
				return nil, bad(&m.value, textSyntax, "version %q", m.value.text)
			}
			d.Version = m.value.text
		case "Id":
			if m.value.kind != 's' {
				return nil, bad(&m.value, textSyntax, "Id is no string")
			}
			d.ID = m.value.text
		case "Statement":
			statements = &m.value
		default:
			return nil, bad(&m.value, textSyntax, "unknown element %q", m.name)
		}
	}
	p.variables = d.Version == Version2012
	p.sids = make(map[string]bool)
	if statements == nil {
		return nil, bad(root, p.words(textSyntax, textNoStatement), "no Statement")
	}
	list := statements.items
	if statements.kind == '{' {
		list = []node{*statements}
	}
	if len(list) == 0 {
		return nil, bad(statements, p.words(textSyntax, textNoStatement), "Statement is empty")
	}
	for i := range list {
		s, err := p.statement(&list[i], i)
		if err != nil {
			return nil, err
		}
		d.Statements = append(d.Statements, s)
	}
	return d, nil
}

func (p *parser) statement(n *node, index int) (*Statement, *Error) {
	if n.kind != '{' {
		return nil, bad(n, textSyntax, "statement is no object")
	}
	s := &Statement{Index: index, Start: n.start, End: n.end, trust: p.kind == Trust}
	var effect, action, resource bool
	for i := range n.members {
		name, v := n.members[i].name, &n.members[i].value
		var err *Error
		switch name {
		case "Sid":
			err = p.sid(s, v)
		case "Effect":
			effect = v.kind == 's' && (v.text == "Allow" || v.text == "Deny")
			s.Effect = v.text == "Allow"
			if !effect {
				err = bad(v, textSyntax, "effect %q", v.text)
			}
		case "Principal", "NotPrincipal":
			if s.Principals != nil {
				return nil, bad(v, textSyntax, "Principal and NotPrincipal")
			}
			if p.kind == Identity {
				return nil, bad(v, textHasPrincipal, "identity policy with %s", name)
			}
			s.Principals, err = p.principals(v)
			if err == nil {
				s.Principals.Not = name == "NotPrincipal"
			}
		case "Action", "NotAction":
			if action {
				return nil, bad(v, textSyntax, "Action and NotAction")
			}
			action, s.NotAction = true, name == "NotAction"
			err = p.actions(s, v)
		case "Resource", "NotResource":
			if resource {
				return nil, bad(v, textSyntax, "Resource and NotResource")
			}
			if p.kind == Trust {
				return nil, bad(v, textHasResource, "trust policy with %s", name)
			}
			resource, s.NotRes = true, name == "NotResource"
			err = p.resources(s, v)
		case "Condition":
			err = p.conditions(s, v)
		default:
			err = bad(v, textSyntax, "unknown element %q", name)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case !effect:
		return nil, bad(n, textSyntax, "no Effect")
	case !action:
		return nil, bad(n, textNoAction, "no Action")
	case !resource && p.kind != Trust:
		return nil, bad(n, textNoResource, "no Resource")
	case s.Principals == nil && p.kind != Identity:
		return nil, bad(n, p.words(textNoPrincipal, textPrincipal), "no Principal")
	}
	return s, nil
}

func (p *parser) sid(s *Statement, v *node) *Error {
	if v.kind != 's' {
		return bad(v, textSyntax, "Sid is no string")
	}
	s.Sid = v.text
	if p.kind != Identity {
		return nil // services other than IAM take blanks in it
	}
	for i := range len(v.text) {
		c := v.text[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') {
			return bad(v, textSidShape, "Sid %q", v.text)
		}
	}
	if v.text != "" && p.sids[v.text] {
		return bad(v, textSidUnique, "Sid %q", v.text)
	}
	p.sids[v.text] = true
	return nil
}

func (p *parser) actions(s *Statement, v *node) *Error {
	list, ok := v.texts()
	if !ok || len(list) == 0 {
		return bad(v, p.words(textNoAction, textBucketAction), "actions are no strings")
	}
	for _, text := range list {
		a, ok := parseAction(text)
		if !ok {
			return bad(v, p.words(textVendor, textBucketAction), "action %q", text)
		}
		s.Actions = append(s.Actions, a)
	}
	return nil
}

func parseAction(text string) (Action, bool) {
	if text == "*" {
		return Action{all: true, source: text}, true
	}
	service, name, ok := strings.Cut(text, ":")
	if !ok || service == "" || name == "" || strings.ContainsAny(text, " \t\r\n") || strings.ContainsAny(service, "*?") {
		return Action{}, false
	}
	return Action{
		service: strings.ToLower(service), source: text,
		name: pattern.New(name, pattern.Options{Wildcards: true, Fold: true}),
	}, true
}

func (p *parser) resources(s *Statement, v *node) *Error {
	list, ok := v.texts()
	if !ok || len(list) == 0 {
		return bad(v, p.words(textNoResource, textBucketRes), "resources are no strings")
	}
	for _, text := range list {
		if text != "*" {
			rest, isARN := strings.CutPrefix(text, "arn:")
			_, rest, hasService := strings.Cut(rest, ":")
			service, _, _ := strings.Cut(rest, ":")
			switch {
			case !isARN || !hasService || service == "":
				return bad(v, p.words(fmt.Sprintf(textResourceARN, text), textBucketRes), "resource %q", text)
			case strings.ContainsAny(service, "*?"):
				return bad(v, p.words(textServiceWild, textBucketRes), "service of resource %q", text)
			}
		}
		s.Resources = append(s.Resources, pattern.NewARN(text, p.variables, false))
	}
	return nil
}

func (p *parser) conditions(s *Statement, v *node) *Error {
	if v.kind != '{' {
		return bad(v, textSyntax, "Condition is no object")
	}
	for _, op := range v.members {
		if op.value.kind != '{' {
			return bad(&op.value, textSyntax, "condition operator %q has no object", op.name)
		}
		for _, key := range op.value.members {
			values, ok := key.value.scalars()
			if !ok {
				return bad(&key.value, textSyntax, "values of condition key %q", key.name)
			}
			if key.name == "" {
				return bad(&key.value, textSyntax, "empty condition key")
			}
			c, err := condition.Parse(op.name, key.name, values, p.variables)
			if err != nil {
				return &Error{textSyntax, key.value.start, err}
			}
			s.Conditions = append(s.Conditions, c)
		}
		if len(op.value.members) == 0 { // still, the operator must exist
			if _, err := condition.Parse(op.name, "k", nil, false); err != nil {
				return &Error{textSyntax, op.value.start, err}
			}
		}
	}
	return nil
}

func (p *parser) principals(v *node) (*Principals, *Error) {
	if v.kind == 's' && v.text == "*" {
		return &Principals{Everyone: true}, nil
	}
	wrong := func(family, text string) *Error {
		words := textPrincipal
		if p.kind != Bucket && family != "" {
			words = fmt.Sprintf(`Invalid principal in policy: "%s":"%s"`, family, text) // (inferred)
		}
		return bad(v, words, "principal %s %q", family, text)
	}
	if v.kind != '{' || len(v.members) == 0 {
		return nil, wrong("", v.text)
	}
	out := &Principals{}
	for i := range v.members {
		family := v.members[i].name
		list, ok := v.members[i].value.texts()
		if !ok || len(list) == 0 {
			return nil, wrong(family, v.members[i].value.text)
		}
		var to *[]string
		switch family {
		case "AWS":
			to = &out.AWS
			for _, t := range list {
				if !awsPrincipal(t) {
					return nil, wrong(family, t)
				}
				out.Everyone = out.Everyone || t == "*"
			}
		case "Service":
			to = &out.Service
		case "Federated":
			to = &out.Federated
		case "CanonicalUser":
			to = &out.Canonical
		default:
			return nil, wrong(family, list[0])
		}
		for _, t := range list {
			if t == "" {
				return nil, wrong(family, t)
			}
		}
		*to = list
	}
	return out, nil
}

// awsPrincipal: "*", an account, a user, role, session or root ARN, or the unique id IAM puts in place of a role or user.
func awsPrincipal(t string) bool {
	if t == "*" || arn.IsAccount(t) {
		return true
	}
	if strings.HasPrefix(t, "AROA") || strings.HasPrefix(t, "AIDA") {
		return len(t) >= 16 && len(t) <= 128 && strings.Trim(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
	}
	a, err := arn.Parse(t)
	if err != nil || a.Region != "" || !arn.IsAccount(a.Account) || strings.ContainsAny(t, "*?") {
		return false
	}
	switch a.Service {
	case "iam":
		return a.Resource == "root" || a.Type() == "user" && a.Name() != "" || a.Type() == "role" && a.Name() != ""
	case "sts":
		parts := strings.Count(a.Resource, "/")
		return a.Type() == "assumed-role" && parts == 2 && a.Name() != "" || a.Type() == "federated-user" && parts == 1 && a.Name() != ""
	}
	return false
}
