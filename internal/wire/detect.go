package wire

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/awsjson"
	"github.com/cogtrail/cogtrail/internal/wire/awsquery"
	"github.com/cogtrail/cogtrail/internal/wire/restjson"
	"github.com/cogtrail/cogtrail/internal/wire/restxml"
	"github.com/cogtrail/cogtrail/internal/wire/rpcv2"
)

// Detector finds service, operation and protocol of a request. All services
// share one address, so it goes by what each protocol must send: a target
// header, a path, an action, and last the service in the signature's scope.
// It is immutable and may be used concurrently.
type Detector struct {
	// BucketHosts are the host suffixes below which a bucket's name stands:
	// "s3.*.localhost" takes logs.s3.eu-west-1.localhost; a star is one label.
	// Without any, whatever stands before ".s3." is a bucket. Set it before first
	// use.
	BucketHosts []string

	services  []*schema.Service
	byTarget  map[string]*schema.Service
	bySigning map[string][]*schema.Service
	byVersion map[string]*schema.Service
	unsigned  map[string]*schema.Service // query services by unsigned operation
	byRPC     map[string]*schema.Service
	rest      map[*schema.Service]*router
	s3        *schema.Service
	protocols map[string]Protocol
}

// NewDetector makes a detector of these services. It knows all protocols of this
// package; protocols given here replace those of the same name.
func NewDetector(services []*schema.Service, protocols ...Protocol) *Detector {
	d := &Detector{
		services: services,
		byTarget: make(map[string]*schema.Service), bySigning: make(map[string][]*schema.Service),
		byVersion: make(map[string]*schema.Service), unsigned: make(map[string]*schema.Service), byRPC: make(map[string]*schema.Service),
		rest: make(map[*schema.Service]*router), protocols: make(map[string]Protocol),
	}
	builtin := []Protocol{awsjson.New(), awsquery.New(), restjson.New(), restxml.New(), rpcv2.New()}
	for _, p := range append(builtin, protocols...) {
		d.protocols[p.Name()] = p
	}
	for _, s := range services {
		d.bySigning[s.SigningName] = append(d.bySigning[s.SigningName], s)
		for _, p := range s.Protocols {
			d.add(s, p)
		}
	}
	return d
}

func (d *Detector) add(s *schema.Service, protocol string) {
	switch protocol {
	case "json":
		d.byTarget[s.TargetPrefix] = s
	case "query":
		d.byVersion[s.APIVersion] = s
		for _, o := range s.Operations {
			if o.Unsigned {
				d.unsigned[o.Name] = s
			}
		}
	case "smithy-rpc-v2-cbor":
		d.byRPC[s.TargetPrefix] = s
		d.byRPC[s.ServiceID] = s
	case "rest-json":
		d.rest[s] = newRouter(s)
	case "rest-xml":
		d.rest[s] = newRouter(s)
		if s.Name == "s3" {
			d.s3 = s
		}
	}
}

// Default is the protocol that answers when nothing is known of a request.
func (d *Detector) Default() Protocol { return d.protocols["json"] }

// Protocol returns the protocol of that name, nil if there is none.
func (d *Detector) Protocol(name string) Protocol {
	p, ok := d.protocols[name]
	if !ok {
		return nil
	}
	return p
}

// Detect finds out what r is for. signingName is the service in the signature's
// scope, empty for unsigned requests; it is only a hint here and proves nothing.
// formAction reads Action and Version from a form body; it is called at most
// once and only for form posts. ok is false when not even the service is known;
// m.Protocol may be set all the same.
func (d *Detector) Detect(r *http.Request, signingName string, formAction func() (action, version string)) (m Match, ok bool) {
	if t := r.Header.Get("X-Amz-Target"); t != "" {
		if m, ok := d.target(t); ok {
			return m, true
		}
	}
	if r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor" {
		return d.rpc(r)
	}
	if m, ok := d.query(r, signingName, formAction); ok || m.Target != "" {
		return m, ok
	}
	if m, ok := d.restJSON(r, signingName); ok {
		return m, true
	}
	if m, ok := d.bucket(r, signingName); ok {
		return m, true
	}
	return d.unknown(r, signingName)
}

// target reads Prefix.Operation. CloudTrail's prefix has dots itself, and
// clients send it with and without the package before its last part.
func (d *Detector) target(t string) (Match, bool) {
	dot := strings.LastIndexByte(t, '.')
	if dot < 0 {
		return Match{}, false
	}
	prefix, name := t[:dot], t[dot+1:]
	s, ok := d.byTarget[prefix]
	if !ok {
		for full, candidate := range d.byTarget {
			if strings.HasSuffix(full, "."+prefix) {
				s, ok = candidate, true
			}
		}
	}
	if !ok {
		return Match{}, false
	}
	return d.match(s, name, "json"), true
}

func (d *Detector) match(s *schema.Service, name, protocol string) Match {
	m := Match{Service: s, Target: name, Protocol: d.protocols[protocol]}
	if o, ok := s.Operation(name); ok {
		m.Operation = o
	}
	return m
}

// rpc reads …/service/<Service>/operation/<Operation>.
func (d *Detector) rpc(r *http.Request) (Match, bool) {
	m := Match{Protocol: d.protocols["smithy-rpc-v2-cbor"]}
	_, rest, _ := strings.Cut(r.URL.Path, "/service/")
	service, name, ok := strings.Cut(rest, "/operation/")
	if !ok || r.Method != http.MethodPost {
		return m, false
	}
	m.Target = name
	s, ok := d.byRPC[service[strings.LastIndexByte(service, '.')+1:]]
	if !ok {
		return m, false
	}
	return d.match(s, name, "smithy-rpc-v2-cbor"), true
}

// query reads the action from the URL of a GET or the form of a POST. The
// service is the signature's, or whose version the call names.
func (d *Detector) query(r *http.Request, signingName string, formAction func() (string, string)) (Match, bool) {
	if r.URL.Path != "/" && r.URL.Path != "" {
		return Match{}, false
	}
	signed := d.speaks(signingName, "query")
	if signingName != "" && signed == nil {
		return Match{}, false
	}
	action, version := "", ""
	if q := r.URL.RawQuery; strings.Contains(q, "Action=") {
		values, _ := url.ParseQuery(q) // pairs that cannot be parsed are no action
		action, version = values.Get("Action"), values.Get("Version")
	}
	if action == "" && r.Method == http.MethodPost && isForm(r) && formAction != nil {
		action, version = formAction()
	}
	s := signed
	if s == nil {
		s = d.byVersion[version]
	}
	if s == nil && version == "" {
		s = d.unsigned[action] // links in messages carry no version
	}
	if s == nil || action == "" && signed == nil {
		return Match{Target: action, Protocol: d.protocols["query"]}, false
	}
	return d.match(s, action, "query"), true
}

// isForm takes a missing content type for a form: old clients leave it out.
func isForm(r *http.Request) bool {
	t := r.Header.Get("Content-Type")
	return t == "" || strings.HasPrefix(strings.ToLower(t), "application/x-www-form-urlencoded")
}

// speaks returns the service of a signing name that speaks a protocol, nil if none.
func (d *Detector) speaks(signingName, protocol string) *schema.Service {
	for _, s := range d.bySigning[signingName] {
		for _, p := range s.Protocols {
			if p == protocol {
				return s
			}
		}
	}
	return nil
}

// restJSON matches URI templates: of the signature's service, or for unsigned
// requests of every service that speaks rest-json.
func (d *Detector) restJSON(r *http.Request, signingName string) (Match, bool) {
	for _, s := range d.services {
		router := d.rest[s]
		if router == nil || s == d.s3 || signingName != "" && s.SigningName != signingName {
			continue
		}
		if o, labels := router.find(r, r.URL.EscapedPath()); o != nil {
			return Match{Service: s, Operation: o, Target: o.Name, Protocol: d.protocols["rest-json"], Labels: labels}, true
		}
	}
	return Match{}, false
}

// unknown answers for a known service whose operation could not be found.
func (d *Detector) unknown(r *http.Request, signingName string) (Match, bool) {
	of := d.bySigning[signingName]
	if signingName == "" || len(of) == 0 {
		return Match{}, false
	}
	s := of[0]
	name := s.Protocols[0]
	switch {
	case r.Header.Get("X-Amz-Target") != "" && d.speaks(signingName, "json") != nil:
		s, name = d.speaks(signingName, "json"), "json"
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-amz-json") && d.speaks(signingName, "json") != nil:
		s, name = d.speaks(signingName, "json"), "json"
	}
	target := r.Header.Get("X-Amz-Target")
	return Match{Service: s, Target: target[strings.LastIndexByte(target, '.')+1:], Protocol: d.protocols[name]}, true
}
