package gateway

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// Limits of what the gateway takes in. Beyond them it answers without work.
type Limits struct {
	Body     int64 // bytes of a buffered body
	InFlight int   // calls at the same time; more are answered 503
	// Unsigned is how many calls without signature one source may make a second, and
	// twice as many at once; 0 is no bound.
	Unsigned int
	// BodyTime is how long a buffered body may take as a whole, and how long a
	// streamed one may pause.
	BodyTime time.Duration
	// OutsideTime is how long all outside calls of one request may take together.
	OutsideTime time.Duration
}

// DefaultLimits are used where a limit is zero.
var defaultLimits = Limits{Body: 1 << 20, InFlight: 1024, BodyTime: 20 * time.Second, OutsideTime: time.Minute}

// Identities finds who is behind an access key id: store.ErrNotFound if unknown.
type Identities interface {
	Identify(tx store.Tx, accessKeyID string) (*Identity, error)
}

// Identity is what an access key stands for.
type Identity struct {
	Principal principal.Principal
	Secret    string
	// Temporary keys come with a session token, which TokenValid checks in
	// constant time, and end at Expires.
	Temporary  bool
	TokenValid func(token string) bool
	Expires    time.Time
	// Policies decide what the identity may do; root needs none.
	Policies eval.Policies
}

// Resources names what a call is about where the model's ARN template cannot.
// The caller must be allowed on each; none leaves it to the template. The input
// is nil for an operation without one.
type Resources interface {
	Of(c *op.Call, s *schema.Service, o *schema.Operation, in *schema.Struct) ([]string, error)
}

// Clock tells business time.
type Clock interface{ Now() time.Time }

// Config is what a gateway is made of.
type Config struct {
	Services   []*schema.Service
	Protocols  []wire.Protocol
	Operations []*op.Operation
	State      store.State
	Identities Identities
	Resources  Resources // nil: templates only
	Encoder    *audit.Encoder
	Clock      Clock
	Log        *slog.Logger
	Limits     Limits
	// Dev takes every caller for root and checks no signature, except browsers on
	// pages that are not LocalPage's (nil: all pages are).
	Dev       bool
	LocalPage func(*http.Request) bool
	// Account and Region stand in where a request names none (dev mode, discovery by default).
	Account, Region string
	// TrustedProxies are the hops whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Followers make the outside calls that come after a commit, by kind.
	Followers map[string]op.Follower
	// Counters are told of each call; nil counts nothing.
	Counters Counters
}

// Counters receives one call's outcome; it must not block.
type Counters interface {
	Call(service, operation, code string, took time.Duration)
}

// Gateway serves AWS's APIs over HTTP.
type Gateway struct {
	Config
	detector *wire.Detector
	served   map[*schema.Operation]*op.Operation
	slots    chan struct{}
	policies *policyCache
	verifier *sigv4.Verifier
	throttle *throttle
	trace    func(step string) // for the test of the order; nil is silent
}

// New makes a gateway.
func New(c Config) *Gateway {
	if c.Limits.Body == 0 {
		c.Limits.Body = defaultLimits.Body
	}
	if c.Limits.InFlight == 0 {
		c.Limits.InFlight = defaultLimits.InFlight
	}
	if c.Limits.BodyTime == 0 {
		c.Limits.BodyTime = defaultLimits.BodyTime
	}
	if c.Limits.OutsideTime == 0 {
		c.Limits.OutsideTime = defaultLimits.OutsideTime
	}
	g := &Gateway{
		Config: c, detector: wire.NewDetector(c.Services, c.Protocols...), served: make(map[*schema.Operation]*op.Operation, len(c.Operations)),
		slots: make(chan struct{}, c.Limits.InFlight), policies: newPolicyCache(), verifier: sigv4.New(0), throttle: newThrottle(c.Limits.Unsigned),
	}
	for _, o := range c.Operations {
		if g.served[o.Operation] != nil {
			panic("BUG: operation registered twice: " + o.Service.Name + "." + o.Name)
		}
		g.served[o.Operation] = o
	}
	for _, s := range c.Services {
		for _, o := range s.Operations {
			if o.Area != "" && g.served[o] == nil {
				panic("BUG: the overlay serves " + s.Name + "." + o.Name + " but nothing answers it")
			}
		}
	}
	return g
}

// ServeHTTP takes one call through the pipeline.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.serve(&exchange{g: g, w: w, r: r, start: time.Now(), ctx: r.Context(), journal: &op.Journal{}}, front)
}

// ServeEndpoint takes a request that is no call of an API through the same pipeline: o answers it, in the protocol of m. It takes no
// signature, and its owner is what o.Owner says.
func (g *Gateway) ServeEndpoint(w http.ResponseWriter, r *http.Request, m wire.Match, o *op.Operation) {
	m.Operation = o.Operation
	g.serve(&exchange{g: g, w: w, r: r, start: time.Now(), ctx: r.Context(), journal: &op.Journal{}, match: m, op: o}, routed)
}

func (g *Gateway) serve(x *exchange, front []step) {
	defer x.close()
	for _, step := range front {
		if err := x.guard(step); err != nil {
			x.refuse(err)
			return
		}
	}
	x.transact()
	x.trace("answer")
	x.answer()
}
