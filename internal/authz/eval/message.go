package eval

// Message is AWS's text for a refusal: of AccessDenied, AccessDeniedException and AuthorizationError alike. For an allowed request it
// is empty.
//
// S3 tells the reason only within one account and otherwise says "Access Denied".
func Message(r *Request, d Decision) string {
	if d.Allowed {
		return ""
	}
	who, resource := r.Principal.ARN, r.Resource
	if who == "" {
		switch {
		case r.Principal.IsAnonymous():
			who = "anonymous"
		case r.Principal.InvokedBy != "":
			who = r.Principal.InvokedBy
		default:
			who = r.Principal.ID
		}
	}
	if resource == "" {
		resource = "*"
	}
	if r.isS3() {
		if r.foreign() {
			return "Access Denied"
		}
		resource = `"` + resource + `"`
	}
	text := "User: " + who + " is not authorized to perform: " + r.Action + " on resource: " + resource
	if d.Explicit {
		text += " with an explicit deny in " + d.Layer.article()
		if d.Document != nil && d.Document.ARN != "" {
			text += ": " + d.Document.ARN
		}
		return text
	}
	return text + " because no " + d.Layer.noun() + " allows the " + r.Action + " action"
}

func (l Layer) noun() string {
	switch l {
	case IdentityLayer:
		return "identity-based policy"
	case BoundaryLayer:
		return "permissions boundary"
	case SessionLayer:
		return "session policy"
	case TrustLayer:
		return "role trust policy"
	}
	return "resource-based policy"
}

func (l Layer) article() string {
	switch l {
	case IdentityLayer:
		return "an identity-based policy"
	case TrustLayer:
		return "a resource-based policy" // an explicit deny in a trust policy has no name of its own (inferred)
	}
	return "a " + l.noun()
}
