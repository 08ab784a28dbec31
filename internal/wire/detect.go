package wire

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// Detector finds out what a request is. It is immutable.
type Detector struct {
	protocols map[string]Protocol
	targets   map[string]*schema.Service   // by target prefix
	signing   map[string][]*schema.Service // by signing name
	versions  map[string][]*schema.Service // query services by API version
	rpc       map[string]*schema.Service   // by the name in rpcv2 paths
	rest      map[*schema.Service][]route
	s3        *schema.Service
}

// NewDetector makes a detector of services over the given protocols.
func NewDetector(services []*schema.Service, protocols ...Protocol) *Detector {
	d := &Detector{
		protocols: make(map[string]Protocol), targets: make(map[string]*schema.Service), signing: make(map[string][]*schema.Service),
		versions: make(map[string][]*schema.Service), rpc: make(map[string]*schema.Service), rest: make(map[*schema.Service][]route),
	}
	for _, p := range protocols {
		d.protocols[p.Name()] = p
	}
	for _, s := range services {
		d.signing[s.SigningName] = append(d.signing[s.SigningName], s)
		for _, p := range s.Protocols {
			switch p {
			case "json":
				d.targets[s.TargetPrefix] = s
			case "query":
				d.versions[s.APIVersion] = append(d.versions[s.APIVersion], s)
			case "smithy-rpc-v2-cbor":
				d.rpc[s.TargetPrefix] = s
			case "rest-json", "rest-xml":
				d.rest[s] = routes(s)
				if p == "rest-xml" {
					d.s3 = s
				}
			}
		}
	}
	return d
}

// Default is the protocol that answers requests nobody can place.
func (d *Detector) Default() Protocol { return d.protocols["json"] }

// Detect finds service, operation and protocol. signing is the service in the
// signature's scope, empty without one. form returns Action and Version of a
// form body; it is called only for bodies of that type. ok is false when not
// even the service is known.
func (d *Detector) Detect(r *http.Request, signing string, form func() (action, version string)) (m Match, ok bool) {
	if r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor" {
		return d.cbor(r)
	}
	if t := r.Header.Get("X-Amz-Target"); t != "" {
		return d.target(t)
	}
	if signing == "s3" || signing == "" && d.looksLikeS3(r) {
		return d.object(r)
	}
	for _, s := range d.signing[signing] {
		if slices.Contains(s.Protocols, "rest-json") {
			m := Match{Service: s, Protocol: d.protocols["rest-json"], Target: r.Method + " " + r.URL.Path}
			m.Operation, m.Labels = match(d.rest[s], r, r.URL.EscapedPath())
			return m, true
		}
	}
	return d.query(r, signing, form)
}

func (d *Detector) target(t string) (Match, bool) {
	i := strings.LastIndexByte(t, '.')
	if i < 0 {
		return Match{Protocol: d.protocols["json"], Target: t}, false
	}
	prefix, name := t[:i], t[i+1:]
	s := d.targets[prefix]
	if s == nil { // CloudTrail's long form: com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101
		s = d.targets[prefix[strings.LastIndexByte(prefix, '.')+1:]]
	}
	if s == nil {
		return Match{Protocol: d.protocols["json"], Target: t}, false
	}
	m := Match{Service: s, Protocol: d.protocols["json"], Target: name}
	m.Operation, _ = s.Operation(name)
	return m, true
}

func (d *Detector) cbor(r *http.Request) (Match, bool) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	m := Match{Protocol: d.protocols["smithy-rpc-v2-cbor"]}
	if len(parts) != 4 || parts[0] != "service" || parts[2] != "operation" {
		return m, false
	}
	m.Target = parts[3]
	if m.Service = d.rpc[parts[1]]; m.Service == nil {
		return m, false
	}
	m.Operation, _ = m.Service.Operation(parts[3])
	return m, true
}

func (d *Detector) query(r *http.Request, signing string, form func() (string, string)) (Match, bool) {
	q := r.URL.Query()
	action, version := q.Get("Action"), q.Get("Version")
	if action == "" && r.Method == http.MethodPost && isForm(r) {
		action, version = form()
	}
	m := Match{Protocol: d.protocols["query"], Target: action}
	if action == "" {
		for _, s := range d.signing[signing] {
			m.Service, m.Protocol = s, d.protocols[s.Protocols[0]]
			return m, true
		}
		m.Protocol = d.Default()
		return m, false
	}
	candidates := d.signing[signing]
	if signing == "" {
		candidates = d.versions[version]
	}
	for _, s := range candidates {
		if !slices.Contains(s.Protocols, "query") {
			continue
		}
		m.Service = s
		if m.Operation, _ = s.Operation(action); m.Operation != nil {
			return m, true
		}
	}
	return m, m.Service != nil
}

func isForm(r *http.Request) bool {
	t, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(t), "application/x-www-form-urlencoded")
}

// looksLikeS3 tells of an unsigned request whether it is for a bucket: presigned
// for another reader, or plain with a path or a bucket host, and no form.
func (d *Detector) looksLikeS3(r *http.Request) bool {
	if d.s3 == nil || isForm(r) || r.URL.Query().Has("Action") {
		return false
	}
	return bucketHost(r.Host) != "" || (r.Method != http.MethodPost && r.URL.Path != "/")
}

func (d *Detector) object(r *http.Request) (Match, bool) {
	if d.s3 == nil {
		return Match{Protocol: d.Default()}, false
	}
	path := r.URL.EscapedPath()
	if b := bucketHost(r.Host); b != "" {
		path = "/" + url.PathEscape(b) + path
	}
	m := Match{Service: d.s3, Protocol: d.protocols["rest-xml"], Target: r.Method}
	m.Operation, m.Labels = match(d.rest[d.s3], r, path)
	return m, true
}

// bucketHost takes the bucket out of BUCKET.s3.REGION.anything or
// BUCKET.s3.anything; empty for other hosts.
func bucketHost(host string) string {
	bucket, _, ok := strings.Cut(host, ".s3.")
	if !ok {
		return ""
	}
	return bucket
}
