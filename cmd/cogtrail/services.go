package main

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	apicloudtrail "github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	apiiam "github.com/cogtrail/cogtrail/internal/api/iam"
	apists "github.com/cogtrail/cogtrail/internal/api/sts"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/livetail"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/notify/topic"
	"github.com/cogtrail/cogtrail/internal/object"
	"github.com/cogtrail/cogtrail/internal/observe"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/ownapi"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/sts"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/deliver"
	"github.com/cogtrail/cogtrail/internal/trail/digest"
	"github.com/cogtrail/cogtrail/internal/trail/history"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/service"
)

// parts is everything a server runs.
type parts struct {
	handler    http.Handler
	own        *ownapi.API
	background []background
	drainer    *drain.Drainer
	gateway    *gateway.Gateway
	tails      *livetail.Hub // answers that would go on
}

// background is work that runs beside calls until its context ends.
type background struct {
	name string
	run  func(context.Context) error
}

// builder collects the parts while they are made.
type builder struct {
	*server
	vault   *secret.Vault
	models  map[string]*schema.Service
	encoder *audit.Encoder
	metrics *observe.Metrics
	mailbox *mailbox.Mailbox
	iam     *iam.Service
	topic   *topic.Service
	signer  *topic.Signer
	objects *object.Service
	// delivery is CloudTrail's, made last.
	delivery *deliver.Delivery
	jobs     map[string]job.Handler
	givenUp  map[string]job.Follower // what follows on jobs that failed for good
	uploads  http.Handler            // of imports
	// senderKey finds the key of custom senders that stands for a KMS key.
	senderKey func(tx store.Tx, account, arn string) (*encryptionsdk.Key, error)
	tails     *livetail.Hub
	ops       []*op.Operation
	settlers  []drain.Settler
	router    drain.Router
	bg        []background
}

// build makes all services and wires them to the gateway. This file and its
// neighbours (wire_*.go) are the only places that know every service.
func build(ctx context.Context, s *server) (*parts, error) {
	models, err := model.Load()
	if err != nil {
		return nil, err
	}
	b := &builder{
		server: s, models: make(map[string]*schema.Service, len(models)), encoder: &audit.Encoder{Hidden: s.config.Audit.HiddenValue},
		metrics: observe.New(), jobs: make(map[string]job.Handler), givenUp: make(map[string]job.Follower),
	}
	for _, m := range models {
		b.models[m.Name] = m
	}
	if b.vault, err = openVault(ctx, s); err != nil {
		return nil, err
	}
	b.mailbox = &mailbox.Mailbox{Vault: b.vault}
	b.identities()
	pools, err := b.userPools()
	if err != nil {
		return nil, err
	}
	b.objectStore()
	if err := b.observability(ctx); err != nil {
		return nil, err
	}
	b.cloudTrail()
	return b.assemble(models, pools)
}

// identities are IAM and STS.
func (b *builder) identities() {
	b.iam = &iam.Service{Vault: b.vault, Root: []iam.RootKey{{Account: b.config.Account, ID: b.root.ID, Secret: b.root.Secret}}}
	b.ops = append(b.ops, apiiam.UserOps(b.models["iam"], b.iam)...)
	b.ops = append(b.ops, apiiam.RoleOps(b.models["iam"], b.iam)...)
	b.ops = append(b.ops, apiiam.AccesskeyOps(b.models["iam"], b.iam)...)
	tokens := &sts.Service{IAM: b.iam}
	for _, o := range apists.TokenOps(b.models["sts"], tokens) {
		if o.Name == "AssumeRole" {
			o.ResourcePolicies, o.NeedsResourcePolicy = tokens.TrustPolicies, true
		}
		b.ops = append(b.ops, o)
	}
	b.every("expired keys", sweepEvery, func(tx store.Tx) error { return b.iam.Sweep(tx, b.clock.Now()) })
}

// userPools are all areas of cognito-idp.
func (b *builder) userPools() (*service.Service, error) {
	reserve := userpool.NewKeyReserve(4)
	functions, err := b.functions()
	if err != nil {
		return nil, err
	}
	guard, err := b.threat()
	if err != nil {
		return nil, err
	}
	pools, err := service.New(service.Deps{
		Vault: b.vault, Keys: reserve, Messages: messages{b.mailbox}, Import: b.imports(), Functions: functions, Threat: guard, LogBuckets: poolBuckets{b}, LogStreams: poolStreams{b.poster()},
		Issuer: func(pool string) string { return b.config.PublicURL + "/" + pool }, Site: b.config.site, DomainSuffix: b.config.HTTP.DomainSuffix,
	})
	if err != nil {
		return nil, fmt.Errorf("make user pools: %w", err)
	}
	b.ops = append(b.ops, pools.Operations(b.models["cognito-idp"])...)
	b.bg = append(b.bg, background{"signing keys", reserve.Run})
	b.jobs[userpool.PurgeJob] = service.PurgeHandler(b.engines.state)
	b.jobs[userpool.GroupPurgeJob] = userpool.GroupPurgeHandler(b.engines.state)
	b.importUsers(pools.Import)
	b.followPools(pools)
	b.logFiles(pools)
	if err := b.senders(pools.Realm); err != nil {
		return nil, err
	}
	b.repeat("sign-ins", sweepEvery, func(ctx context.Context) error {
		_, err := userpool.Sweep(ctx, b.engines.state, b.clock.Now())
		return err
	})
	b.repeat("mailbox", sweepEvery, func(ctx context.Context) error { return b.mailbox.Trim(ctx, b.engines.state) })
	return pools, nil
}

// objectStore is S3.
func (b *builder) objectStore() {
	b.objects = &object.Service{
		State: b.engines.state, Blob: b.engines.blob, Encoder: b.encoder, API: b.models["s3"], Clock: b.clock,
		Authorise: func(c *op.Call, action, resource, account, bucketPolicy string) (bool, error) {
			return c.Allowed(action, resource, account, bucketPolicy)
		},
	}
	b.ops = append(b.ops, b.objects.Operations()...)
	b.jobs[object.CollectJob] = b.objects.Collect
	b.daily("unreferenced objects", func(ctx context.Context) error {
		_, err := b.objects.Sweep(ctx, b.clock.Now().Add(-24*time.Hour))
		return err
	})
}

// cloudTrail is trails, their delivery, and the event history.
func (b *builder) cloudTrail() {
	keys := &digest.Keyring{Vault: b.vault}
	trails := &trail.Service{Targets: targets{b}, Keys: keys}
	lookup := &history.Service{Events: historyReader{b.engines.segments}, Tokens: b.vault, Days: b.config.History.Days}
	m := b.models["cloudtrail"]
	b.ops = append(b.ops, apicloudtrail.TrailOps(m, trails)...)
	b.ops = append(b.ops, apicloudtrail.SelectorOps(m, trails)...)
	b.ops = append(b.ops, apicloudtrail.HistoryOps(m, lookup)...)
	b.ops = append(b.ops, apicloudtrail.KeyOps(m, keys)...)
	b.delivery = deliver.New(deliver.Options{
		State: b.engines.state, Bucket: logBucket{b.objects.Writer()}, Topics: b.topics(), Signer: keys, GroupExists: logs.GroupExists,
		Clock: b.clock, Log: b.log, Interval: b.config.Trail.Interval, DigestInterval: b.config.Trail.DigestInterval,
	})
	b.router = router{b.delivery, b.clock}
	b.settlers = append(b.settlers, settler{b.delivery})
	b.bg = append(b.bg, background{"trail delivery", b.delivery.Run})
}

// assemble makes gateway, own endpoints and background work.
func (b *builder) assemble(models []*schema.Service, pools *service.Service) (*parts, error) {
	var trusted []netip.Prefix
	for _, p := range b.config.HTTP.TrustedProxies {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("http.trustedProxies: %w", err)
		}
		trusted = append(trusted, prefix)
	}
	public, err := url.Parse(b.config.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("publicUrl: %w", err)
	}
	guard := &local{public: strings.ToLower(public.Hostname())}
	g := gateway.New(gateway.Config{
		Services: models, Operations: b.ops, State: b.engines.state, Identities: identities{b.iam}, Resources: resources{b.iam}, Encoder: b.encoder, Clock: b.clock,
		Log: b.log, Limits: gateway.Limits{Body: b.config.HTTP.BodyBytes, InFlight: b.config.HTTP.InFlight, Unsigned: b.config.HTTP.UnsignedRate}, Dev: b.config.Dev, LocalPage: guard.page,
		Account: b.config.Account, Region: b.config.Region, TrustedProxies: trusted, Counters: b.metrics,
		Followers: map[string]op.Follower{userpool.NoticeKind: pools.Realm.Notify},
	})
	b.jobs[gateway.FollowJob], b.givenUp[gateway.FollowJob] = g.FollowUp, g.FollowGivenUp
	drainer := &drain.Drainer{
		State: b.engines.state, Segments: b.engines.segments, Router: b.router, Settlers: b.settlers, Now: b.clock.Now, Log: b.log,
		SealEvery: sealEvery, Watch: watchLogs(b.tails),
	}
	runner := &job.Runner{
		State: b.engines.state, Handlers: b.jobs, GivenUp: b.givenUp, Log: b.log, Now: b.clock.Now,
		Parallel: 64, Places: map[string]int{userpool.SenderJob: 32}, // as many far sides as pools
	}
	own := &ownapi.API{
		State: b.engines.state, Encoder: b.encoder, Mailbox: b.mailbox, Metrics: b.metrics.Handler(), Clock: b.clock, Log: b.log, RootKeyID: b.root.ID,
		RootSecret: b.root.Secret, Account: b.config.Account, Region: b.config.Region, TrustedProxies: trusted, Version: version, Dev: b.config.Dev,
		Reset:     b.server.reset,
		SenderKey: b.senderKey,
	}
	own.Import = b.backfill(drainer, own)
	b.metrics.Gauge("cogtrail_jobs_dead", "Jobs given up since the start.", func() float64 { return float64(runner.Dead()) })
	b.metrics.Gauge("cogtrail_messages_failed", "E-mails and SMS given up since the start.", func() float64 {
		return float64(runner.DeadOf(mailbox.JobKind(userpool.MediumEmail)) + runner.DeadOf(mailbox.JobKind(userpool.MediumSMS)) + runner.DeadOf(userpool.SenderJob))
	})
	b.metrics.Gauge("cogtrail_outbox_pending", "Records committed but not yet sealed.", func() float64 { return float64(drainer.Stats().Pending) })
	b.bg = append(b.bg,
		background{"outbox", drainer.Run}, background{"jobs", runner.Run},
		background{"segments", func(ctx context.Context) error { b.engines.segments.RunUpkeep(ctx, sweepEvery); return nil }},
	)
	front := &front{gateway: g, own: own, pools: pools, state: b.engines.state, extra: b.pages(), domains: b.domains(g, pools, guard.public)}
	front.extra[feedbackPath] = &feedback{g}
	guard.next = front
	handler := http.Handler(front)
	if b.config.Dev {
		handler = guard
	}
	return &parts{handler: handler, own: own, background: b.bg, drainer: drainer, gateway: g, tails: b.tails}, nil
}
