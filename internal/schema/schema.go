package schema

import (
	"regexp"
	"slices"
	"sync"
)

// Kind is the type of a shape.
type Kind uint8

// Kinds of shapes, and the Go type of their values in a tree.
const (
	String    Kind = iota + 1 // string
	Boolean                   // bool
	Integer                   // int64 (32 bits on the wire)
	Long                      // int64
	Float                     // float64
	Double                    // float64
	Blob                      // []byte, or io.Reader when streaming
	Timestamp                 // time.Time
	List                      // []any
	Map                       // *Pairs
	Structure                 // *Struct
	Document                  // json.RawMessage
)

// Service is one AWS API.
type Service struct {
	// Name is the model's name: cognito-idp, cloudtrail, logs, cloudwatch, …
	Name string
	// SigningName is the service in a signature's scope.
	SigningName string
	// EventSource is the eventSource of its records.
	EventSource string
	// IAMPrefix begins its IAM actions.
	IAMPrefix string
	// TargetPrefix begins its X-Amz-Target header, without the dot.
	TargetPrefix string
	// Protocols it answers, preferred first: json, query, rest-json, rest-xml, smithy-rpc-v2-cbor.
	Protocols    []string
	JSONVersion  string // 1.0 or 1.1
	APIVersion   string
	XMLNamespace string
	ServiceID    string
	// QueryCompatible says that JSON and CBOR errors carry the query code in x-amzn-query-error.
	QueryCompatible bool
	// RecordHTTP says that its records show the request as it came over HTTP: fixed parameters, the host, how it was signed.
	RecordHTTP bool
	// ValidationCode is the error code of a violated constraint.
	ValidationCode string
	// UnsupportedCode and UnsupportedMessage answer operations of the model that are not served.
	UnsupportedCode    string
	UnsupportedMessage string
	Operations         []*Operation
	byName             map[string]*Operation
	Shapes             map[string]*Shape
}

// Operation of a service with its overlay facts.
type Operation struct {
	Service *Service
	Name    string
	Method  string // HTTP method of REST protocols
	URI     string // URI template of REST protocols
	Status  int    // HTTP status of a success
	Input   *Shape // nil when it takes none
	Output  *Shape // nil when it gives none
	Errors  []*Shape
	// ResultWrapper is the element around the output in query protocols.
	ResultWrapper string
	// Unsigned operations take no signature.
	Unsigned bool
	// Area groups operations into one generated interface; empty when not served.
	Area string
	// ReadOnly is the record's readOnly field.
	ReadOnly bool
	// EventName is the record's eventName where that is not Name.
	EventName string
	// Flags are fixed parameters of the URI that records show: {"acl": ""}.
	Flags []Parameter
	// Category of its record: Management or Data.
	Category string
	// Resource is the ARN template its authorisation uses, with {Member}, {region}, {account}.
	Resource string
	// ResourceType fills resources[].type of data events.
	ResourceType string
	// Action is the IAM action without prefix, usually the name; "-" needs no permission.
	Action string
	// KeepResponse says that a read-only operation still records its response.
	KeepResponse bool
}

// Parameter is a name with its value.
type Parameter struct{ Name, Value string }

// Recorded is the operation's name in records.
func (o *Operation) Recorded() string {
	if o.EventName != "" {
		return o.EventName
	}
	return o.Name
}

// Operation returns the operation of that name.
func (s *Service) Operation(name string) (*Operation, bool) {
	o, ok := s.byName[name]
	return o, ok
}

// Index builds the look-up by name. Call it once after filling Operations.
func (s *Service) Index() {
	s.byName = make(map[string]*Operation, len(s.Operations))
	for _, o := range s.Operations {
		s.byName[o.Name] = o
	}
}

// Shape is one type of a model. A Shape is immutable after loading, except for
// the compiled pattern, which is made on first use.
type Shape struct {
	Name    string
	Kind    Kind
	Members []*Member // of a structure, in the model's order
	Elem    *Member   // of a list; value of a map
	MapKey  *Member
	Enum    []string
	Pattern string
	Min     *float64
	Max     *float64
	// Sensitive values never reach a record or a log.
	Sensitive bool
	// Hidden is set by the overlay: replaced as a whole in records, whatever its kind.
	Hidden bool
	// HideValues replaces the values of a map in records and keeps its keys.
	HideValues bool
	// ShowKeys are the keys of such a map whose values are no secret.
	ShowKeys []string

	Exception bool
	ErrorCode string // code on the wire of query protocols, if it differs from Name
	Status    int    // HTTP status of an error
	Fault     bool   // server's fault

	Union           bool
	EventStream     bool
	Streaming       bool
	Flattened       bool
	TimestampFormat string // iso8601, rfc822, unixTimestamp; empty = the protocol's default
	Payload         string // member that is the body, in REST protocols
	XMLName         string // element name, when the model gives one
	XMLNamespace    string

	index map[string]int
	once  sync.Once
	re    *regexp.Regexp
	reErr error
}

// Member of a structure, element of a list, key or value of a map.
type Member struct {
	Name  string
	Shape *Shape
	// Position in the structure's Members, and of the field in the generated type.
	Position int
	Required bool
	// Location is header, headers, uri, querystring or statusCode; empty = body.
	Location     string
	LocationName string
	Flattened    bool
	XMLAttribute bool
	XMLNamespace string
	Streaming    bool
	// TimestampFormat overrides the shape's.
	TimestampFormat  string
	IdempotencyToken bool
	// Recorded is the member's name in records; empty means the name with a small
	// first letter.
	Recorded string
	// Drop leaves the member out of records.
	Drop bool
	// Hide replaces it by the hidden value in records.
	Hide bool
}

// WireName is the member's name on the wire.
func (m *Member) WireName() string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return m.Name
}

// Member returns the member of that name.
func (s *Shape) Member(name string) (*Member, bool) {
	i, ok := s.index[name]
	if !ok {
		return nil, false
	}
	return s.Members[i], true
}

// SetMembers fixes the members of a structure and their positions.
func (s *Shape) SetMembers(ms []*Member) {
	s.Members = ms
	s.index = make(map[string]int, len(ms))
	for i, m := range ms {
		m.Position = i
		s.index[m.Name] = i
	}
}

// HidesValue tells whether records hide a map's value under a key.
func (s *Shape) HidesValue(key string) bool { return s.HideValues && !slices.Contains(s.ShowKeys, key) }

// Regexp returns the compiled pattern (full match), or nil if there is none or
// Go's linear-time engine cannot express it (look-ahead).
func (s *Shape) Regexp() *regexp.Regexp {
	s.once.Do(func() {
		if s.Pattern != "" {
			s.re, s.reErr = regexp.Compile(`\A(?:` + javaToRE2(s.Pattern) + `)\z`)
		}
	})
	return s.re
}
