package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/cogtrail/cogtrail/internal/arn"
)

// Config is every setting of the server. The tags give name, default and
// meaning; `cogtrail config` prints them. A setting comes from, in this order:
// its default, the file of --config, the environment (trail.interval is
// COGTRAIL_TRAIL_INTERVAL), a flag.
type Config struct {
	Data      string `yaml:"data" default:"./cogtrail-data" help:"folder that holds everything"`
	Listen    string `yaml:"listen" default:"127.0.0.1:4700" help:"address of the one listener"`
	PublicURL string `yaml:"publicUrl" help:"base of issuers and links; http://<listen> if empty"`
	State     string `yaml:"state" help:"state engine: empty for the embedded one, or postgres://…"`
	Objects   string `yaml:"objects" help:"object store: empty for files below data, or s3://bucket/prefix?endpoint=…&region=…"`
	TLS       string `yaml:"tls" help:"auto for a certificate of an own local authority, or CERT.pem,KEY.pem; empty for plain HTTP"`
	Dev       bool   `yaml:"dev" help:"any credentials act as root, signatures unchecked; loopback only"`
	LogLevel  string `yaml:"logLevel" default:"info" help:"debug, info, warn or error"`
	Account   string `yaml:"account" default:"123456789012" help:"default account"`
	Region    string `yaml:"region" default:"us-east-1" help:"default Region"`

	Audit struct {
		HiddenValue string `yaml:"hiddenValue" default:"HIDDEN_FOR_SECURITY_REASONS" help:"what stands in records for private values; the other choice is HIDDEN_DUE_TO_SECURITY_REASONS"`
	} `yaml:"audit"`
	Trail struct {
		Interval       time.Duration `yaml:"interval" default:"5m" help:"how often trail files are delivered (5s in dev mode)"`
		DigestInterval time.Duration `yaml:"digestInterval" default:"1h" help:"how often digests are delivered"`
	} `yaml:"trail"`
	History struct {
		Days int `yaml:"days" default:"90" help:"days of Event history"`
	} `yaml:"history"`
	Alarm struct {
		Every time.Duration `yaml:"every" default:"1m" help:"longest time between evaluations of an alarm (5s in dev mode)"`
	} `yaml:"alarm"`
	Query struct {
		Timeout     time.Duration `yaml:"timeout" default:"60m" help:"longest run of an Insights query"`
		Accelerate  bool          `yaml:"accelerate" default:"true" help:"run query prefixes in the DuckDB child process, where it was built in"`
		MemoryBytes int64         `yaml:"memoryBytes" default:"1073741824" help:"memory limit of the DuckDB child process"`
		HoldBytes   int64         `yaml:"holdBytes" default:"268435456" help:"memory that groups and rows of one Insights query may take in the server, where four run at once; a query that needs more fails"`
	} `yaml:"query"`
	Logs struct {
		Destinations map[string]string `yaml:"destinations" help:"URLs that take what subscription filters choose and user pools deliver, by the ARN of the Lambda function, Firehose stream or other destination. In the environment: ARN=URL,ARN=URL"`
	} `yaml:"logs"`
	HTTP struct {
		BodyBytes      int64    `yaml:"bodyBytes" default:"1048576" help:"largest body of a JSON, CBOR or query call"`
		InFlight       int      `yaml:"inFlight" default:"1024" help:"calls at the same time; more are answered 503"`
		UnsignedRate   int      `yaml:"unsignedRate" default:"100" help:"calls without signature a second from one source address (IPv6: /64), twice as many at once; 0 is no bound, and loopback has none"`
		DomainSuffix   string   `yaml:"domainSuffix" default:"localhost" help:"what stands behind the Region in the hosts of user pools' prefix domains: PREFIX.auth.REGION.localhost"`
		TrustedProxies []string `yaml:"trustedProxies" help:"address ranges whose X-Forwarded-For is believed"`
	} `yaml:"http"`
	Mail struct {
		Host         string `yaml:"host" help:"SMTP server; empty keeps messages in the embedded mailbox only"`
		Port         int    `yaml:"port" default:"587" help:"SMTP port"`
		From         string `yaml:"from" default:"no-reply@verificationemail.com" help:"sender address"`
		Username     string `yaml:"username" help:"SMTP user"`
		PasswordFile string `yaml:"passwordFile" help:"file that holds the SMTP password"`
		TLS          string `yaml:"tls" help:"how SMTP is encrypted: implicit, starttls (demanded) or none; empty is implicit on port 465 and starttls elsewhere"`
		Bounce       string `yaml:"bounce" help:"address that gets what cannot be delivered (the envelope's sender); that of from if empty"`
	} `yaml:"mail"`
	SMS struct {
		Webhook       string `yaml:"webhook" help:"URL that takes SMS as POST of JSON with id, destination, body, userPoolId, occasion, account, region and time, and the header Idempotency-Key; empty keeps them in the embedded mailbox only"`
		TokenFile     string `yaml:"tokenFile" help:"file that holds a bearer token for the webhook"`
		KeyFile       string `yaml:"keyFile" help:"file that holds the key of the webhook's Cogtrail-Signature: t=TIME,v1=HEX of HMAC-SHA256 over TIME.BODY"`
		SNS           string `yaml:"sns" help:"SNS endpoint that SMS are published to, instead of a webhook; {region} stands for the pool's SnsRegion, as in https://sns.{region}.amazonaws.com"`
		AccessKeyID   string `yaml:"accessKeyId" help:"access key for the SNS endpoint"`
		SecretKeyFile string `yaml:"secretKeyFile" help:"file that holds its secret key"`
	} `yaml:"sms"`
	Lambda struct {
		Endpoint      string            `yaml:"endpoint" help:"base URL of a Lambda Invoke API that runs user pools' triggers (AWS, SAM local, LocalStack, the runtime interface emulator); {region} stands for the function's Region, as in https://lambda.{region}.amazonaws.com"`
		Name          string            `yaml:"name" default:"arn" help:"how functions are called there: arn, name, or the one name of all (the runtime interface emulator's is function)"`
		AccessKeyID   string            `yaml:"accessKeyId" help:"access key that signs calls of the endpoint; empty leaves them unsigned"`
		SecretKeyFile string            `yaml:"secretKeyFile" help:"file that holds its secret key"`
		Functions     map[string]string `yaml:"functions" help:"URLs that take a function's event by POST and answer with the event, by the function's ARN or name; they go before the endpoint. In the environment: NAME=URL,NAME=URL"`
		TokenFile     string            `yaml:"tokenFile" help:"file that holds a bearer token for these URLs"`
		SenderKeys    map[string]string `yaml:"senderKeys" help:"files that hold 32 bytes in base64, by the ARN of the KMS key that pools with custom senders name: the key under which these are told codes. Without one a key is made, readable at /_cogtrail/sender-key. In the environment: ARN=FILE,ARN=FILE"`
	} `yaml:"lambda"`
	Threat struct {
		CompromisedPasswords string `yaml:"compromisedPasswords" help:"list of known passwords for threat protection, as Have I Been Pwned gives it out: a sorted file of HASH:COUNT (SHA-1 or SHA-256), or a folder of PREFIX.txt; empty for the most common ones only"`
	} `yaml:"threat"`
	Outbound struct {
		AllowPrivate bool `yaml:"allowPrivate" help:"allow HTTP subscriptions to private and loopback addresses (always allowed in dev mode)"`
	} `yaml:"outbound"`
}

// setting is one leaf of Config.
type setting struct {
	path, def, help string
	value           reflect.Value
}

// environment is the variable that sets it.
func (s setting) environment() string {
	return "COGTRAIL_" + strings.ToUpper(strings.NewReplacer(".", "_").Replace(s.path))
}

func (s setting) set(text string) error {
	switch p := s.value.Addr().Interface().(type) {
	case *string:
		*p = text
	case *bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%s: want true or false, not %q", s.path, text)
		}
		*p = b
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%s: want a whole number, not %q", s.path, text)
		}
		*p = n
	case *int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%s: want a whole number, not %q", s.path, text)
		}
		*p = n
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%s: want a duration such as 90s or 5m, not %q", s.path, text)
		}
		*p = d
	case *[]string:
		*p = nil
		for _, part := range strings.Split(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*p = append(*p, part)
			}
		}
	case *map[string]string:
		*p = make(map[string]string)
		for _, part := range strings.Split(text, ",") {
			name, v, ok := strings.Cut(strings.TrimSpace(part), "=")
			if !ok || name == "" || v == "" {
				return fmt.Errorf("%s: want NAME=VALUE,NAME=VALUE", s.path) // a value may be secret
			}
			(*p)[name] = v
		}
	default:
		panic(fmt.Sprintf("BUG: setting %s has type %T", s.path, p))
	}
	return nil
}

// settings lists the leaves of c in the order of the struct.
func (c *Config) settings() []setting {
	var out []setting
	var walk func(v reflect.Value, prefix string)
	walk = func(v reflect.Value, prefix string) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			path := prefix + f.Tag.Get("yaml")
			if f.Type.Kind() == reflect.Struct {
				walk(v.Field(i), path+".")
				continue
			}
			out = append(out, setting{path: path, def: f.Tag.Get("default"), help: f.Tag.Get("help"), value: v.Field(i)})
		}
	}
	walk(reflect.ValueOf(c).Elem(), "")
	return out
}

// loadConfig reads defaults, file and environment. All faults are reported at once.
func loadConfig(file string, getenv func(string) string) (*Config, error) {
	c := new(Config)
	var faults []error
	for _, s := range c.settings() {
		if s.def != "" {
			if err := s.set(s.def); err != nil {
				panic("BUG: default of " + err.Error())
			}
		}
	}
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
		dec := yaml.NewDecoder(bytes.NewReader(raw))
		dec.KnownFields(true)
		if err := dec.Decode(c); err != nil && !errors.Is(err, io.EOF) {
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
		}
	}
	for _, s := range c.settings() {
		if v := getenv(s.environment()); v != "" {
			if err := s.set(v); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", s.environment(), err))
			}
		}
	}
	return c, errors.Join(faults...)
}

// finish applies what depends on other settings and checks the whole.
func (c *Config) finish() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if c.Dev {
		c.Outbound.AllowPrivate = true
		if c.Trail.Interval == 5*time.Minute {
			c.Trail.Interval = 5 * time.Second
		}
		if c.Alarm.Every == time.Minute {
			c.Alarm.Every = 5 * time.Second
		}
		if !loopback(c.Listen) {
			fault("dev: any credentials act as root, so listen must be a loopback address, not %s", c.Listen)
		}
	}
	if c.PublicURL == "" {
		scheme := "http"
		if c.TLS != "" {
			scheme = "https"
		}
		c.PublicURL = scheme + "://" + c.Listen
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		fault("listen: want host:port, not %q", c.Listen)
	}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Host != "" && u.Hostname() == "" {
		fault("publicUrl: give it, since listen (%s) names no host that clients could use", c.Listen)
	} else if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		fault("publicUrl: want http://host or https://host, not %q", c.PublicURL)
	}
	if !suffixForm.MatchString(c.HTTP.DomainSuffix) {
		fault("http.domainSuffix: want a name in small letters such as example.com, not %q", c.HTTP.DomainSuffix)
	}
	if h := c.Audit.HiddenValue; h != "HIDDEN_FOR_SECURITY_REASONS" && h != "HIDDEN_DUE_TO_SECURITY_REASONS" {
		fault("audit.hiddenValue: want HIDDEN_FOR_SECURITY_REASONS or HIDDEN_DUE_TO_SECURITY_REASONS, not %q", h)
	}
	if len(c.Account) != 12 || strings.Trim(c.Account, "0123456789") != "" {
		fault("account: want 12 digits, not %q", c.Account)
	}
	if !arn.IsRegion(c.Region) {
		fault("region: want a name such as us-east-1, not %q", c.Region)
	}
	if c.Trail.Interval < time.Second || c.Trail.Interval > time.Hour {
		fault("trail.interval: want 1s to 1h, not %s", c.Trail.Interval)
	}
	if c.Trail.DigestInterval < time.Second || c.Trail.DigestInterval > 24*time.Hour {
		fault("trail.digestInterval: want 1s to 24h, not %s", c.Trail.DigestInterval)
	}
	if c.Alarm.Every < time.Second || c.Alarm.Every > time.Minute {
		fault("alarm.every: want 1s to 1m, not %s", c.Alarm.Every)
	}
	if c.History.Days < 1 {
		fault("history.days: want at least 1, not %d", c.History.Days)
	}
	if c.State != "" && !strings.HasPrefix(c.State, "postgres://") && !strings.HasPrefix(c.State, "postgresql://") {
		fault("state: want postgres://…, not %q", c.State)
	}
	if c.Objects != "" && !strings.HasPrefix(c.Objects, "s3://") {
		fault("objects: want s3://…, not %q", c.Objects)
	}
	if c.HTTP.BodyBytes < 1024 {
		fault("http.bodyBytes: want at least 1024, not %d", c.HTTP.BodyBytes)
	}
	if c.HTTP.InFlight < 1 {
		fault("http.inFlight: want at least 1, not %d", c.HTTP.InFlight)
	}
	if c.Query.Timeout < time.Second {
		fault("query.timeout: want at least 1s, not %s", c.Query.Timeout)
	}
	if c.Query.HoldBytes < 16<<20 {
		fault("query.holdBytes: want at least 16777216, not %d", c.Query.HoldBytes)
	}
	if c.Query.MemoryBytes < 64<<20 {
		fault("query.memoryBytes: want at least 67108864, not %d", c.Query.MemoryBytes)
	}
	if c.Mail.Port < 1 || c.Mail.Port > 65535 {
		fault("mail.port: want 1 to 65535, not %d", c.Mail.Port)
	}
	faults = append(faults, c.smsFaults()...)
	faults = append(faults, c.logsFaults()...)
	faults = append(faults, c.lambdaFaults()...)
	if c.HTTP.UnsignedRate < 0 {
		fault("http.unsignedRate: want 0 or more, not %d", c.HTTP.UnsignedRate)
	}
	if _, err := logLevel(c.LogLevel); err != nil {
		faults = append(faults, err)
	}
	for _, p := range c.HTTP.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			fault("http.trustedProxies: %q is no address range such as 10.0.0.0/8", p)
		}
	}
	return errors.Join(faults...)
}

// loopback tells whether an address to listen on can only be reached from this machine.
func loopback(listen string) bool {
	host, _, found := strings.Cut(listen, ":")
	if strings.HasPrefix(listen, "[") {
		host, _, found = strings.Cut(strings.TrimPrefix(listen, "["), "]")
	}
	if !found {
		return false
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// printConfig writes every setting with its value, default and meaning.
func printConfig(w io.Writer, c *Config) {
	for _, s := range c.settings() {
		fmt.Fprintf(w, "# %s\n# environment: %s, default: %s\n%s: %v\n\n", s.help, s.environment(), orNone(s.def), s.path, s.value.Interface())
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
