package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authn/sigv2"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// maxObject is the largest body of one S3 request. [S3: PutObject]
const maxObject = 5 << 30

// authenticate is step 3: it proves who signed, or that nobody had to.
func (x *exchange) authenticate() error {
	o := x.match.Operation
	switch {
	case o.Unsigned:
		return nil // a signature that comes anyway is ignored
	case x.g.Dev:
		return x.assume()
	case x.sigErr != nil:
		return x.authError(x.sigErr)
	case x.older != nil && x.match.Service.Name == "s3":
		return x.authenticateOlder()
	case x.sig == nil && x.match.Service.Name == "s3":
		if q := x.r.URL.Query(); q.Has("AWSAccessKeyId") && q.Has("Signature") {
			return oldScheme()
		}
		return x.plainBody() // a bucket policy may let everybody in
	case x.sig == nil:
		return x.authError(sigv4.MissingTokenError())
	}
	opts := sigv4.Options{Service: x.match.Service.SigningName, ValidRegion: arn.IsRegion, Body: x.body}
	if err := sigv4.Check(x.r, x.sig, x.now, opts); err != nil {
		return x.authError(err)
	}
	id, err := x.g.Identities.Identify(x.call.Tx, x.sig.AccessKeyID)
	if errors.Is(err, store.ErrNotFound) {
		return x.authError(x.g.verifier.VerifyUnknown(x.r, x.sig, x.now, opts))
	}
	if err != nil {
		return fmt.Errorf("identify caller: %w", err)
	}
	proof, err := x.g.verifier.Verify(x.r, x.sig, id.Secret, x.now, opts)
	if err != nil {
		return x.authError(err)
	}
	if err := x.checkToken(id, x.sig.SessionToken); err != nil {
		return err
	}
	x.is(id)
	return x.provenBody(proof)
}

// authenticateOlder proves a presigned URL of S3's older kind. Nothing in it speaks of the body.
func (x *exchange) authenticateOlder() error {
	s, bucket := x.older, x.hostBucket()
	if err := sigv2.Check(s, x.now); err != nil {
		return x.authError(err)
	}
	id, err := x.g.Identities.Identify(x.call.Tx, s.AccessKeyID)
	if errors.Is(err, store.ErrNotFound) {
		return x.authError(sigv2.VerifyUnknown(x.r, s, bucket, x.now))
	}
	if err != nil {
		return fmt.Errorf("identify caller: %w", err)
	}
	if err := sigv2.Verify(x.r, s, id.Secret, bucket, x.now); err != nil {
		return x.authError(err)
	}
	if err := x.checkToken(id, s.SessionToken); err != nil {
		return err
	}
	x.is(id)
	return x.plainBody()
}

// checkToken demands the session token that belongs to the key, in its time; long-term keys have none.
func (x *exchange) checkToken(id *Identity, token string) error {
	switch {
	case id.Temporary && !id.TokenValid(token), !id.Temporary && token != "":
		return x.authError(sigv4.InvalidSessionToken(token))
	case id.Temporary && !x.now.Before(id.Expires):
		return x.authError(sigv4.ExpiredSessionToken(token))
	}
	return nil
}

// hostBucket is the bucket if the host names it, empty if the path does. Routing has put the two forms into the same labels; a
// path that holds bucket and key is as long as both.
func (x *exchange) hostBucket() string {
	bucket, key := x.match.Labels["Bucket"], x.match.Labels["Key"]
	path := strings.TrimPrefix(x.r.URL.Path, "/")
	if key == "" && strings.TrimSuffix(path, "/") == bucket || key != "" && len(path) == len(bucket)+1+len(key) {
		return ""
	}
	return bucket
}

// is makes the identity the caller of this call.
func (x *exchange) is(id *Identity) {
	x.identity, x.caller, x.owned = id, id.Principal, true
	x.call.Caller, x.call.Account, x.call.Region = id.Principal, id.Principal.Account, x.g.Region
	if x.sig != nil && x.sig.Region != "" {
		x.call.Region = x.sig.Region
	}
}

// assume is authentication in dev mode: whoever comes is root of the account
// that a 12-digit access key id names, or of the default one.
func (x *exchange) assume() error {
	if x.g.LocalPage != nil && !x.g.LocalPage(x.r) {
		return denied(x.match, "In dev mode browsers may call from pages of this machine only.")
	}
	account, key := x.g.Account, ""
	if x.older != nil {
		key = x.older.AccessKeyID
	} else if x.sig != nil {
		key = x.sig.AccessKeyID
	}
	if x.sig != nil && !arn.IsRegion(x.sig.Region) {
		return x.authError(sigv4.Check(x.r, x.sig, x.now, sigv4.Options{Service: x.sig.Service, ValidRegion: arn.IsRegion}))
	}
	if len(key) == 12 && strings.Trim(key, "0123456789") == "" {
		account = key
	}
	x.is(&Identity{Principal: principal.RootOf(account, key), Policies: eval.Policies{}})
	return x.plainBody()
}

// provenBody replaces the body of an S3 call by its verified content. Other
// services' bodies are part of the signature already.
func (x *exchange) provenBody(p *sigv4.Proof) error {
	if x.match.Service.Name != "s3" || x.content {
		return nil
	}
	x.content = true
	if x.stream == nil {
		x.r.Body = io.NopCloser(bytes.NewReader(x.body))
	}
	b, err := p.Body(x.r, maxObject)
	if err != nil {
		return x.authError(err)
	}
	if x.stream != nil {
		x.stream = b
		return nil
	}
	body, err := io.ReadAll(b)
	if err != nil {
		return x.authError(err)
	}
	x.body = body
	return nil
}

// plainBody takes the framing off an S3 body whose signature is not checked.
func (x *exchange) plainBody() error {
	if x.match.Service.Name != "s3" || x.content || x.stream == nil {
		return nil
	}
	x.content = true
	b, err := sigv4.UnverifiedBody(x.r, maxObject)
	if err != nil {
		return x.authError(err)
	}
	x.stream = b
	return nil
}

// family is how the protocol names authentication errors.
func family(m wire.Match) sigv4.Family {
	switch {
	case m.Service != nil && m.Service.Name == "s3":
		return sigv4.S3
	case m.Protocol == nil:
		return sigv4.JSON
	}
	switch m.Protocol.Name() {
	case "query":
		return sigv4.Query
	case "rest-json", "rest-xml":
		return sigv4.REST
	default:
		return sigv4.JSON
	}
}

// authError says an authentication error in the protocol's words.
func (x *exchange) authError(err error) error {
	var e *sigv4.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("authenticate: %w", err)
	}
	f := family(x.match)
	code, status := sigv4.CodeFor(e.Kind, f)
	out := &schema.Error{Code: code, Message: e.Text(f), Status: status}
	for _, field := range e.Fields {
		if out.Members == nil {
			out.Members = make(map[string]any)
		}
		out.Members[field.Name] = field.Value
	}
	return out
}

// oldScheme refuses URLs signed by Signature Version 2, which S3 takes for no
// new bucket. [S3: Signature Version 2 turned off for new buckets]
func oldScheme() error {
	return &schema.Error{
		Code: "InvalidRequest", Message: "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.", Status: 400,
	}
}

// denied is an authorisation refused, in the service's words.
func denied(m wire.Match, message string) error {
	f := family(m)
	code, status := sigv4.CodeFor(sigv4.AccessDenied, f)
	if m.Service.Name == "sns" {
		code = "AuthorizationErrorException" // answered as AuthorizationError [SNS: common errors]
	}
	if f == sigv4.JSON {
		return &schema.Error{Code: code, Message: message, Status: status, Members: map[string]any{"Message": message}}
	}
	return &schema.Error{Code: code, Message: message, Status: status}
}
