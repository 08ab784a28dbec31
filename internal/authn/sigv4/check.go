package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DefaultSkew is the clock window of S3 and the query services.
const DefaultSkew = 15 * time.Minute

// Options is what the endpoint demands of a signature.
type Options struct {
	Service     string            // signing name, required; "s3" switches to S3's rules
	Region      string            // the only Region accepted, if not empty (that of a bucket, us-east-1 for IAM)
	ValidRegion func(string) bool // Regions the installation answers for; nil accepts every non-empty one
	Skew        time.Duration     // clock window to both sides; zero means DefaultSkew
	Body        []byte            // the whole body, of services other than S3; may be nil for an empty one
}

func (o *Options) s3() bool { return o.Service == "s3" }

const headersNotSigned = "There were headers present in the request which were not signed"

// Check makes every check that needs no secret: expiry and clock, scope, signed headers, payload word. It returns an *Error.
// Callers may run it before looking up the key, which is AWS's order; Verify runs it again.
func Check(r *http.Request, s *Signature, now time.Time, o Options) error {
	if err := check(r, s, now, &o); err != nil {
		return err
	}
	return nil
}

func check(r *http.Request, s *Signature, now time.Time, o *Options) *Error {
	if err := s.checkTime(now, o); err != nil {
		return err
	}
	if err := s.checkScope(o); err != nil {
		return err
	}
	if err := s.checkHeaders(r, o); err != nil {
		return err
	}
	if !o.s3() {
		return nil
	}
	return checkPayloadWord(s)
}

func (s *Signature) checkTime(now time.Time, o *Options) *Error {
	skew := o.Skew
	if skew <= 0 {
		skew = DefaultSkew
	}
	now = now.UTC()
	stamp := func(t time.Time) string { return t.UTC().Format(basicISO) }
	window := strconv.FormatFloat(skew.Minutes(), 'f', -1, 64) + " min.)"
	if s.Time.After(now.Add(skew)) {
		kind, words := TimeSkewed, "The difference between the request time and the current time is too large."
		if s.Presigned {
			kind, words = RequestNotYetValid, "Request is not valid yet"
		}
		return fail(kind, "Signature not yet current: %s is still later than %s (%s + %s", s.rawDate, stamp(now.Add(skew)), stamp(now), window).
			inS3("%s", words).with("RequestTime", s.rawDate).with("ServerTime", now.Format(time.RFC3339)).
			with("MaxAllowedSkewMilliseconds", strconv.FormatInt(skew.Milliseconds(), 10))
	}
	if !s.Presigned || s.Expires < 0 && !o.s3() {
		if s.Time.Before(now.Add(-skew)) {
			return fail(TimeSkewed, "Signature expired: %s is now earlier than %s (%s - %s", s.rawDate, stamp(now.Add(-skew)), stamp(now), window).
				inS3("The difference between the request time and the current time is too large.").
				with("RequestTime", s.rawDate).with("ServerTime", now.Format(time.RFC3339)).
				with("MaxAllowedSkewMilliseconds", strconv.FormatInt(skew.Milliseconds(), 10))
		}
		return nil
	}
	if s.Expires < 0 {
		return fail(IncompleteQuery, "AWS query-string parameters must include 'X-Amz-Expires'. Re-examine the query-string parameters.").inS3(queryNeeds)
	}
	if end := s.Time.Add(s.Expires); !now.Before(end) {
		return fail(RequestExpired, "Signature expired: %s is now earlier than %s", stamp(end), stamp(now)).
			inS3("Request has expired").with("X-Amz-Expires", strconv.FormatInt(int64(s.Expires/time.Second), 10)).
			with("Expires", end.Format(time.RFC3339)).with("ServerTime", now.Format(time.RFC3339))
	}
	return nil
}

func (s *Signature) checkScope(o *Options) *Error {
	var general []string
	words := ""
	note := func(message, s3 string) {
		general = append(general, message)
		if words == "" {
			words = s3
		}
	}
	region := o.Region
	badRegion := s.Region == "" || region != "" && s.Region != region || o.ValidRegion != nil && !o.ValidRegion(s.Region)
	if badRegion {
		note("Credential should be scoped to a valid region, not '"+s.Region+"'. ", "the region '"+s.Region+"' is wrong; expecting '"+region+"'")
	}
	if s.Service != o.Service {
		note("Credential should be scoped to correct service: '"+o.Service+"'. ", `incorrect service "`+s.Service+`". This endpoint belongs to "s3".`)
	}
	if s.Terminator != terminator {
		note("Credential should be scoped with a valid terminator: '"+terminator+"', not '"+s.Terminator+"'. ",
			`incorrect terminal "`+s.Terminator+`". This endpoint uses "aws4_request".`)
	}
	if day := s.rawDate[:8]; s.Date != day {
		note("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+s.Date+"' != '"+day+"', from '"+s.rawDate+"'.",
			`Invalid credential date "`+s.Date+`". This date is not the same as X-Amz-Date: "`+day+`".`)
	}
	if general == nil {
		return nil
	}
	kind, prefix := WrongScope, "The authorization header is malformed; "
	if s.Presigned {
		kind, prefix = WrongQueryScope, "Error parsing the X-Amz-Credential parameter; "
	}
	e := fail(kind, "%s", strings.Join(general, "")).inS3("%s%s", prefix, words)
	if badRegion && region != "" {
		e = e.with("Region", region)
	}
	return e
}

// checkHeaders demands that every header whose change would change the request's meaning is signed: all x-amz-*, and for S3's
// header form content-md5 too. A signed header that is not there is refused as well, for the absent and the empty value would
// read alike.
func (s *Signature) checkHeaders(r *http.Request, o *Options) *Error {
	var unsigned []string
	for name := range r.Header {
		l := strings.ToLower(name)
		if (strings.HasPrefix(l, "x-amz-") || o.s3() && !s.Presigned && l == "content-md5") && !s.signs(l) {
			unsigned = append(unsigned, l)
		}
	}
	if unsigned != nil {
		slices.Sort(unsigned)
		return fail(HeadersNotSigned, "'%s' must be a 'SignedHeader' in the AWS Authorization.", strings.Join(unsigned, "', '")).
			inS3(headersNotSigned).with("HeadersNotSigned", strings.Join(unsigned, ", "))
	}
	for _, name := range s.SignedHeaders {
		if _, ok := headerValues(r, name); !ok {
			return mismatch()
		}
	}
	return nil
}

// headerValues finds a header by its lower-case name where net/http keeps it: a few are taken out of the map on arrival.
func headerValues(r *http.Request, name string) ([]string, bool) {
	switch name {
	case "host", ":authority":
		return []string{r.Host}, r.Host != ""
	case "content-length":
		if v := r.Header["Content-Length"]; len(v) > 0 {
			return v, true
		}
		return []string{strconv.FormatInt(r.ContentLength, 10)}, r.ContentLength >= 0
	case "transfer-encoding":
		return r.TransferEncoding, len(r.TransferEncoding) > 0
	}
	v := r.Header[http.CanonicalHeaderKey(name)]
	return v, len(v) > 0
}

func mismatch() *Error {
	return fail(Mismatch, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.").
		inS3("The request signature we calculated does not match the signature you provided. Check your key and signing method.")
}
