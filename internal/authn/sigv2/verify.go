package sigv2

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

// Check makes every check that needs no secret: that the URL has not expired at now. The error is a *sigv4.Error.
func Check(s *Signature, now time.Time) error {
	if now.Before(s.Expires) {
		return nil
	}
	return fail(sigv4.RequestExpired, "Request has expired", sigv4.Field{Name: "Expires", Value: s.Expires.Format(time.RFC3339)},
		sigv4.Field{Name: "ServerTime", Value: now.UTC().Format(time.RFC3339)})
}

// Verify proves that the holder of secret signed this request and that its time is not over. bucket is the one a virtual host
// names, empty if the path has it. The error is a *sigv4.Error.
func Verify(r *http.Request, s *Signature, secret, bucket string, now time.Time) error {
	if err := Check(s, now); err != nil {
		return err
	}
	if bucket != "" {
		bucket = "/" + bucket
	}
	sent := s.toSign(r, bucket+s.path)
	right := s.matches(secret, sent)
	if bucket == "" && len(s.path) > 1 && strings.LastIndexByte(s.path, '/') == 0 {
		// A bucket's path means the same with and without the slash at its end, and signers sign it with one. (inferred)
		right |= s.matches(secret, s.toSign(r, s.path+"/"))
	}
	if right == 0 {
		return explain(s, sent)
	}
	return nil
}

// matches is 1 if a text has the given signature.
func (s *Signature) matches(secret, text string) int {
	h := hmac.New(sha1.New, []byte(secret))
	h.Write([]byte(text))
	want := base64.StdEncoding.EncodeToString(h.Sum(nil))
	return subtle.ConstantTimeCompare([]byte(want), []byte(s.given))
}

// VerifyUnknown does the work of Verify for an access key that does not exist and always fails, with an earlier fault of the
// request or S3's InvalidAccessKeyId.
func VerifyUnknown(r *http.Request, s *Signature, bucket string, now time.Time) error {
	err := Verify(r, s, "no secret of any key, forty characters..", bucket, now)
	if e, ok := errors.AsType[*sigv4.Error](err); ok && e.Kind != sigv4.Mismatch {
		return err
	}
	return sigv4.InvalidClientTokenID(s.AccessKeyID)
}

func (s *Signature) toSign(r *http.Request, path string) string {
	var b strings.Builder
	for _, part := range []string{r.Method, positional(r, "Content-Md5"), positional(r, "Content-Type"), s.expires} {
		b.WriteString(part)
		b.WriteByte('\n')
	}
	for _, name := range slices.Sorted(maps.Keys(s.amz)) {
		b.WriteString(name)
		b.WriteByte(':')
		b.WriteString(s.amz[name])
		b.WriteByte('\n')
	}
	b.WriteString(path)
	appendSubResources(&b, s.resources)
	return b.String()
}

// positional is a header that has a line of its own; one sent twice is joined, which no signer does and so matches nothing.
func positional(r *http.Request, name string) string {
	return strings.TrimSpace(strings.Join(r.Header[name], ","))
}
