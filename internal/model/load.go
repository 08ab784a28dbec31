package model

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
)

//go:embed *.json
var files embed.FS

// Overlay is what cogtrail says of one service.
type Overlay struct {
	// Package is the generated package below internal/api; empty when nothing of the service is served.
	Package            string `json:"package"`
	SigningName        string `json:"signingName"`
	EventSource        string `json:"eventSource"`
	IAMPrefix          string `json:"iamPrefix"`
	ValidationCode     string `json:"validationCode"`
	UnsupportedCode    string `json:"unsupportedCode"`
	UnsupportedMessage string `json:"unsupportedMessage"`
	// Areas lists the served operations by area.
	Areas map[string][]string `json:"areas"`
	// Resource is the default ARN template of its operations; Resources overrides it per operation.
	Resource  string            `json:"resource"`
	Resources map[string]string `json:"resources"`
	// Actions gives IAM actions that differ from the operation's name.
	Actions map[string]string `json:"actions"`
	// Data maps data operations to the resource type of their events.
	Data map[string]string `json:"data"`
	// ReadOnly and Writes override the rule by verb.
	ReadOnly []string `json:"readOnly"`
	Writes   []string `json:"writes"`
	// KeepResponse lists read-only operations whose responses are recorded all the same.
	KeepResponse []string `json:"keepResponse"`
	// Unsigned lists operations without signature beyond the model's marks.
	Unsigned []string `json:"unsigned"`
	// HiddenShapes are hidden as a whole; VisibleShapes lose the model's sensitive mark; HiddenValues are maps whose values are hidden.
	HiddenShapes  []string `json:"hiddenShapes"`
	VisibleShapes []string `json:"visibleShapes"`
	HiddenValues  []string `json:"hiddenValues"`
	// Unpatterned shapes are checked by the service itself: AWS does not hold to the model's pattern.
	Unpatterned []string `json:"unpatterned"`
	// ShownKeys are keys of such maps whose values are shown all the same.
	ShownKeys map[string][]string `json:"shownKeys"`
	// RecordHTTP is S3's way of records: parameters have their names on the wire, headers
	// appear if they begin with x-amz-, and so do fixed parameters of the URI and the host.
	RecordHTTP bool `json:"recordHTTP"`
	// Recorded gives names of members in records, EventNames of operations.
	Recorded   map[string]string `json:"recorded"`
	EventNames map[string]string `json:"eventNames"`
	// Hide and Drop name members as Shape.Member.
	Hide []string `json:"hide"`
	Drop []string `json:"drop"`
}

// Overlays reads overlay.json.
func Overlays() (map[string]*Overlay, error) {
	raw, err := files.ReadFile("overlay.json")
	if err != nil {
		return nil, fmt.Errorf("read overlay: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var out map[string]*Overlay
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("decode overlay: %w", err)
	}
	return out, nil
}

// Load returns all services of the overlay, in the order of their names.
func Load() ([]*schema.Service, error) {
	overlays, err := Overlays()
	if err != nil {
		return nil, err
	}
	var out []*schema.Service
	for name, o := range overlays {
		s, err := load(name, o)
		if err != nil {
			return nil, fmt.Errorf("load model %s: %w", name, err)
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *schema.Service) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

type rawModel struct {
	Metadata struct {
		APIVersion      string    `json:"apiVersion"`
		EndpointPrefix  string    `json:"endpointPrefix"`
		JSONVersion     string    `json:"jsonVersion"`
		Protocol        string    `json:"protocol"`
		Protocols       []string  `json:"protocols"`
		ServiceID       string    `json:"serviceId"`
		TargetPrefix    string    `json:"targetPrefix"`
		XMLNamespace    string    `json:"xmlNamespace"`
		QueryCompatible *struct{} `json:"awsQueryCompatible"`
	} `json:"metadata"`
	Operations map[string]*rawOperation `json:"operations"`
	Shapes     map[string]*rawShape     `json:"shapes"`
}

// addNewer adds what AWS published after the pinned model, from <service>.newer.json if there is one. A pinned model that has it by
// itself is an error, so that nothing is said twice.
func (m *rawModel) addNewer(name string) error {
	raw, err := files.ReadFile(name + ".newer.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var more rawModel
	if err := json.Unmarshal(raw, &more); err != nil {
		return fmt.Errorf("newer operations: %w", err)
	}
	for op := range more.Operations {
		if m.Operations[op] != nil {
			return fmt.Errorf("operation %s is in the model and in what is newer", op)
		}
	}
	for shape := range more.Shapes {
		if m.Shapes[shape] != nil {
			return fmt.Errorf("shape %s is in the model and in what is newer", shape)
		}
	}
	maps.Copy(m.Operations, more.Operations)
	maps.Copy(m.Shapes, more.Shapes)
	return nil
}

type rawOperation struct {
	Name string `json:"name"`
	HTTP struct {
		Method       string `json:"method"`
		RequestURI   string `json:"requestUri"`
		ResponseCode int    `json:"responseCode"`
	} `json:"http"`
	Input    *rawRef   `json:"input"`
	Output   *rawRef   `json:"output"`
	Errors   []*rawRef `json:"errors"`
	AuthType string    `json:"authtype"`
}

type rawRef struct {
	Shape            string          `json:"shape"`
	Location         string          `json:"location"`
	LocationName     string          `json:"locationName"`
	Flattened        bool            `json:"flattened"`
	XMLAttribute     bool            `json:"xmlAttribute"`
	XMLNamespace     json.RawMessage `json:"xmlNamespace"`
	Streaming        bool            `json:"streaming"`
	TimestampFormat  string          `json:"timestampFormat"`
	IdempotencyToken bool            `json:"idempotencyToken"`
	ResultWrapper    string          `json:"resultWrapper"`
}

type rawShape struct {
	Type      string          `json:"type"`
	Required  []string        `json:"required"`
	Members   json.RawMessage `json:"members"`
	Member    *rawRef         `json:"member"`
	Key       *rawRef         `json:"key"`
	Value     *rawRef         `json:"value"`
	Enum      []string        `json:"enum"`
	Pattern   string          `json:"pattern"`
	Min       *float64        `json:"min"`
	Max       *float64        `json:"max"`
	Sensitive bool            `json:"sensitive"`
	Exception bool            `json:"exception"`
	Fault     bool            `json:"fault"`
	Document  bool            `json:"document"`
	Union     bool            `json:"union"`
	Event     bool            `json:"eventstream"`
	Streaming bool            `json:"streaming"`
	Flattened bool            `json:"flattened"`
	Timestamp string          `json:"timestampFormat"`
	Payload   string          `json:"payload"`
	XMLName   string          `json:"locationName"`
	Error     *struct {
		Code   string `json:"code"`
		Status int    `json:"httpStatusCode"`
		Sender bool   `json:"senderFault"`
		Fault  bool   `json:"fault"`
	} `json:"error"`
}

var kinds = map[string]schema.Kind{
	"string": schema.String, "character": schema.String, "boolean": schema.Boolean, "integer": schema.Integer, "long": schema.Long,
	"float": schema.Float, "double": schema.Double, "blob": schema.Blob, "timestamp": schema.Timestamp,
	"list": schema.List, "map": schema.Map, "structure": schema.Structure,
}

func load(name string, o *Overlay) (*schema.Service, error) {
	raw, err := files.ReadFile(name + ".json")
	if err != nil {
		return nil, err
	}
	var m rawModel
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	if err := m.addNewer(name); err != nil {
		return nil, err
	}
	s := &schema.Service{
		Name: name, SigningName: o.SigningName, EventSource: o.EventSource, IAMPrefix: o.IAMPrefix,
		TargetPrefix: m.Metadata.TargetPrefix, Protocols: m.Metadata.Protocols, JSONVersion: m.Metadata.JSONVersion,
		APIVersion: m.Metadata.APIVersion, XMLNamespace: m.Metadata.XMLNamespace, ServiceID: m.Metadata.ServiceID,
		QueryCompatible: m.Metadata.QueryCompatible != nil, ValidationCode: o.ValidationCode, RecordHTTP: o.RecordHTTP,
		UnsupportedCode: o.UnsupportedCode, UnsupportedMessage: o.UnsupportedMessage,
		Shapes: make(map[string]*schema.Shape, len(m.Shapes)),
	}
	if len(s.Protocols) == 0 {
		s.Protocols = []string{m.Metadata.Protocol}
	}
	if err := loadShapes(s, &m, o); err != nil {
		return nil, err
	}
	return s, loadOperations(s, &m, o)
}

func loadShapes(s *schema.Service, m *rawModel, o *Overlay) error {
	for name, r := range m.Shapes {
		kind, ok := kinds[r.Type]
		if !ok {
			return fmt.Errorf("shape %s has unknown type %q", name, r.Type)
		}
		if r.Document {
			kind = schema.Document
		}
		sh := &schema.Shape{
			Name: name, Kind: kind, Enum: r.Enum, Pattern: r.Pattern, Min: r.Min, Max: r.Max,
			Sensitive: r.Sensitive && !slices.Contains(o.VisibleShapes, name), Hidden: slices.Contains(o.HiddenShapes, name),
			HideValues: slices.Contains(o.HiddenValues, name), ShowKeys: o.ShownKeys[name],
			Exception: r.Exception, Fault: r.Fault, Union: r.Union, EventStream: r.Event, Streaming: r.Streaming,
			Flattened: r.Flattened, TimestampFormat: r.Timestamp, Payload: r.Payload, XMLName: r.XMLName,
		}
		if slices.Contains(o.Unpatterned, name) {
			sh.Pattern = ""
		}
		if r.Error != nil {
			sh.ErrorCode, sh.Status = r.Error.Code, r.Error.Status
			sh.Fault = sh.Fault || r.Error.Fault
		}
		s.Shapes[name] = sh
	}
	for name, r := range m.Shapes {
		sh := s.Shapes[name]
		switch sh.Kind {
		case schema.List:
			sh.Elem = member(s, "member", r.Member)
		case schema.Map:
			sh.MapKey, sh.Elem = member(s, "key", r.Key), member(s, "value", r.Value)
		case schema.Structure:
			names, refs, err := orderedMembers(r.Members)
			if err != nil {
				return fmt.Errorf("members of %s: %w", name, err)
			}
			ms := make([]*schema.Member, len(names))
			for i, n := range names {
				ms[i] = member(s, n, refs[i])
				ms[i].Required = slices.Contains(r.Required, n)
				ms[i].Hide = slices.Contains(o.Hide, name+"."+n)
				ms[i].Drop = slices.Contains(o.Drop, name+"."+n)
				o.record(ms[i])
				if ms[i].Shape == nil {
					return fmt.Errorf("member %s.%s has unknown shape %q", name, n, refs[i].Shape)
				}
			}
			sh.SetMembers(ms)
		}
	}
	return nil
}

// record decides how a member shows in records.
func (o *Overlay) record(m *schema.Member) {
	m.Recorded = schema.LowerFirst(m.Name)
	if name := o.Recorded[m.Name]; name != "" {
		m.Recorded = name
		return
	}
	if !o.RecordHTTP {
		return
	}
	switch m.Location {
	case "querystring":
		m.Recorded = m.LocationName
	case "header":
		m.Recorded = m.LocationName
		m.Drop = m.Drop || !strings.HasPrefix(m.LocationName, "x-amz-")
	case "headers":
		m.Drop = true
	}
}

// flags are the fixed parameters of a URI. "x-id" only tells operations apart.
func flags(uri string) []schema.Parameter {
	_, query, _ := strings.Cut(uri, "?")
	var out []schema.Parameter
	for p := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(p, "="); name != "" && name != "x-id" {
			out = append(out, schema.Parameter{Name: name, Value: value})
		}
	}
	return out
}

// unambiguous makes sure that no two parameters of an operation have one name in
// records: readers of JSON do not agree on which of them counts. A flag stands for
// the body that is sent with it.
func unambiguous(op *schema.Operation) error {
	if op.Input == nil {
		return nil
	}
	seen := make(map[string]bool)
	for _, f := range op.Flags {
		seen[f.Name] = true
	}
	for _, m := range op.Input.Members {
		switch {
		case m.Drop:
		case seen[m.Recorded] && m.Location == "":
			m.Drop = true
		case seen[m.Recorded]:
			return fmt.Errorf("operation %s records two parameters as %s", op.Name, m.Recorded)
		}
		seen[m.Recorded] = true
	}
	return nil
}

func member(s *schema.Service, name string, r *rawRef) *schema.Member {
	return &schema.Member{
		Name: name, Shape: s.Shapes[r.Shape], Location: r.Location, LocationName: r.LocationName, Flattened: r.Flattened,
		XMLAttribute: r.XMLAttribute, XMLNamespace: namespaceURI(r.XMLNamespace), Streaming: r.Streaming,
		TimestampFormat: r.TimestampFormat, IdempotencyToken: r.IdempotencyToken,
	}
}

// namespaceURI reads both forms of the models: a text, or {"uri": …}.
func namespaceURI(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var obj struct {
		URI string `json:"uri"`
	}
	_ = json.Unmarshal(raw, &obj) // absent or of another form: no namespace
	return obj.URI
}

// orderedMembers decodes a JSON object keeping the order of its keys, which is
// the order of members in AWS's messages and records.
func orderedMembers(raw json.RawMessage) (names []string, refs []*rawRef, err error) {
	if len(raw) == 0 {
		return nil, nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, nil, err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, nil, err
		}
		ref := new(rawRef)
		if err := dec.Decode(ref); err != nil {
			return nil, nil, err
		}
		names, refs = append(names, key.(string)), append(refs, ref)
	}
	_, err = dec.Token()
	if err == io.EOF {
		err = nil
	}
	return names, refs, err
}

func loadOperations(s *schema.Service, m *rawModel, o *Overlay) error {
	area := make(map[string]string)
	for a, ops := range o.Areas {
		for _, op := range ops {
			if m.Operations[op] == nil {
				return fmt.Errorf("overlay serves unknown operation %s", op)
			}
			area[op] = a
		}
	}
	for name, r := range m.Operations {
		op := &schema.Operation{
			Service: s, Name: name, Method: r.HTTP.Method, URI: r.HTTP.RequestURI, Status: r.HTTP.ResponseCode,
			Unsigned: r.AuthType == "none" || slices.Contains(o.Unsigned, name), Area: area[name], ReadOnly: readOnly(name, o),
			Category: "Management", Action: name, Resource: o.Resource, ResourceType: o.Data[name],
			KeepResponse: slices.Contains(o.KeepResponse, name), EventName: o.EventNames[name],
		}
		if o.RecordHTTP {
			op.Flags = flags(op.URI)
		}
		if op.Status == 0 {
			op.Status = 200
		}
		if op.ResourceType != "" {
			op.Category = "Data"
		}
		if t, ok := o.Resources[name]; ok {
			op.Resource = t
		}
		if a := o.Actions[name]; a != "" {
			op.Action = a
		}
		if r.Input != nil {
			op.Input = s.Shapes[r.Input.Shape]
		}
		if r.Output != nil {
			op.Output = s.Shapes[r.Output.Shape]
			op.ResultWrapper = r.Output.ResultWrapper
		}
		if err := unambiguous(op); err != nil {
			return err
		}
		for _, e := range r.Errors {
			op.Errors = append(op.Errors, s.Shapes[e.Shape])
		}
		s.Operations = append(s.Operations, op)
	}
	slices.SortFunc(s.Operations, func(a, b *schema.Operation) int { return strings.Compare(a.Name, b.Name) })
	s.Index()
	return nil
}

// readOnly follows IAM's access levels: names that read are read-only, but for
// the overlay's exceptions.
func readOnly(op string, o *Overlay) bool {
	if slices.Contains(o.Writes, op) {
		return false
	}
	if slices.Contains(o.ReadOnly, op) {
		return true
	}
	for _, verb := range []string{"AdminGet", "AdminList", "Describe", "Get", "Head", "List", "Lookup", "Filter"} {
		if strings.HasPrefix(op, verb) {
			return true
		}
	}
	return false
}
