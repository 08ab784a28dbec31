package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestLoadConfig_defaults(t *testing.T) {
	t.Parallel()
	c, err := loadConfig("", none)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.finish(); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{
		"data": c.Data, "listen": c.Listen, "public": c.PublicURL, "account": c.Account, "region": c.Region, "dev": c.Dev, "log": c.LogLevel,
		"hidden": c.Audit.HiddenValue, "files": c.Trail.Interval, "digests": c.Trail.DigestInterval, "history": c.History.Days, "body": c.HTTP.BodyBytes,
		"query": c.Query.Timeout, "private": c.Outbound.AllowPrivate, "state": c.State, "objects": c.Objects, "tls": c.TLS,
	}
	for name, want := range map[string]any{
		"data": "./cogtrail-data", "listen": "127.0.0.1:4700", "public": "http://127.0.0.1:4700", "account": "123456789012", "region": "us-east-1",
		"dev": false, "log": "info", "hidden": "HIDDEN_FOR_SECURITY_REASONS", "files": 5 * time.Minute, "digests": time.Hour, "history": 90,
		"body": int64(1 << 20), "query": time.Hour, "private": false, "state": "", "objects": "", "tls": "",
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

// A setting of every type, from every place it may come from.
func TestLoadConfig_sources(t *testing.T) {
	t.Parallel()
	file := write(t, "c.yaml", "listen: 127.0.0.1:1\nhistory:\n  days: 7\ntrail: {interval: 90s}\nhttp: {trustedProxies: [10.0.0.0/8]}\noutbound: {allowPrivate: true}\nquery: {memoryBytes: 5}\n")
	vars := map[string]string{
		"COGTRAIL_LISTEN": "127.0.0.1:2", "COGTRAIL_HISTORY_DAYS": "8", "COGTRAIL_TRAIL_INTERVAL": "2m", "COGTRAIL_HTTP_TRUSTEDPROXIES": " 192.0.2.0/24, ,::1/128",
		"COGTRAIL_OUTBOUND_ALLOWPRIVATE": "false", "COGTRAIL_QUERY_MEMORYBYTES": "6",
	}
	for name, tc := range map[string]struct {
		file string
		vars map[string]string
		want string
	}{
		"default":                    {"", nil, "127.0.0.1:4700 90 5m0s [] false 1073741824"},
		"file":                       {file, nil, "127.0.0.1:1 7 1m30s [10.0.0.0/8] true 5"},
		"environment":                {"", vars, "127.0.0.1:2 8 2m0s [192.0.2.0/24 ::1/128] false 6"},
		"environment before file":    {file, vars, "127.0.0.1:2 8 2m0s [192.0.2.0/24 ::1/128] false 6"},
		"empty variable is not set":  {file, map[string]string{"COGTRAIL_HISTORY_DAYS": ""}, "127.0.0.1:1 7 1m30s [10.0.0.0/8] true 5"},
		"empty file":                 {write(t, "empty.yaml", ""), nil, "127.0.0.1:4700 90 5m0s [] false 1073741824"},
		"file of comments":           {write(t, "comment.yaml", "# nothing\n"), nil, "127.0.0.1:4700 90 5m0s [] false 1073741824"},
		"part of a section":          {write(t, "part.yaml", "trail: {digestInterval: 2h}"), nil, "127.0.0.1:4700 90 5m0s [] false 1073741824"},
		"variable without a setting": {"", map[string]string{"COGTRAIL_NONSENSE": "1"}, "127.0.0.1:4700 90 5m0s [] false 1073741824"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := loadConfig(tc.file, env(tc.vars))
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			printConfig(&b, c)
			var got []string
			for _, path := range []string{"listen", "history.days", "trail.interval", "http.trustedProxies", "outbound.allowPrivate", "query.memoryBytes"} {
				m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(path) + `: (.*)$`).FindStringSubmatch(b.String())
				if m == nil {
					t.Fatalf("%s is not printed", path)
				}
				got = append(got, m[1])
			}
			if got := strings.Join(got, " "); got != tc.want {
				t.Errorf("settings %q, want %q", got, tc.want)
			}
		})
	}
}

func TestLoadConfig_refused(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none.yaml")
	for name, tc := range map[string]struct {
		file string // text; none if empty
		vars map[string]string
		want []string // lines; FILE stands for the file's path
	}{
		"unknown key": {"nonsense: 1\n", nil, []string{"FILE: yaml: unmarshal errors:", "  line 1: field nonsense not found in type main.Config"}},
		"key in another case": {
			"Listen: 127.0.0.1:1\n", nil, []string{"FILE: yaml: unmarshal errors:", "  line 1: field Listen not found in type main.Config"},
		},
		"no YAML":             {"a: [", nil, []string{"FILE: yaml: line 1: did not find expected node content"}},
		"word for a number":   {"history: {days: many}", nil, []string{"FILE: yaml: unmarshal errors:", "  line 1: cannot unmarshal !!str `many` into int"}},
		"number for a time":   {"trail: {interval: 5}", nil, []string{"FILE: yaml: unmarshal errors:", "  line 1: cannot unmarshal !!int `5` into time.Duration"}},
		"key twice":           {"dev: true\ndev: false", nil, []string{"FILE: yaml: unmarshal errors:", `  line 2: mapping key "dev" already defined at line 1`}},
		"switch":              {"", map[string]string{"COGTRAIL_DEV": "yes"}, []string{`COGTRAIL_DEV: dev: want true or false, not "yes"`}},
		"number":              {"", map[string]string{"COGTRAIL_MAIL_PORT": "smtp"}, []string{`COGTRAIL_MAIL_PORT: mail.port: want a whole number, not "smtp"`}},
		"number with a point": {"", map[string]string{"COGTRAIL_HISTORY_DAYS": "1.5"}, []string{`COGTRAIL_HISTORY_DAYS: history.days: want a whole number, not "1.5"`}},
		"large number":        {"", map[string]string{"COGTRAIL_HTTP_BODYBYTES": "9223372036854775808"}, []string{`COGTRAIL_HTTP_BODYBYTES: http.bodyBytes: want a whole number, not "9223372036854775808"`}},
		"time without a unit": {"", map[string]string{"COGTRAIL_TRAIL_INTERVAL": "5"}, []string{`COGTRAIL_TRAIL_INTERVAL: trail.interval: want a duration such as 90s or 5m, not "5"`}},
		"all faults at once": {
			"nonsense: 1\n", map[string]string{"COGTRAIL_DEV": "x", "COGTRAIL_HISTORY_DAYS": "y"},
			[]string{
				"FILE: yaml: unmarshal errors:", "  line 1: field nonsense not found in type main.Config",
				`COGTRAIL_DEV: dev: want true or false, not "x"`, `COGTRAIL_HISTORY_DAYS: history.days: want a whole number, not "y"`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := ""
			if tc.file != "" {
				file = write(t, "c.yaml", tc.file)
			}
			_, err := loadConfig(file, env(tc.vars))
			want := strings.ReplaceAll(strings.Join(tc.want, "\n"), "FILE", file)
			if err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
	if _, err := loadConfig(missing, none); err == nil || err.Error() != "read configuration: open "+missing+": no such file or directory" {
		t.Errorf("missing file: %v", err)
	}
}

func TestConfig_finish_refused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(c *Config)
		want   string
	}{
		"dev on all addresses":  {func(c *Config) { c.Dev, c.Listen = true, "0.0.0.0:4700" }, "dev: any credentials act as root, so listen must be a loopback address, not 0.0.0.0:4700"},
		"public URL: scheme":    {func(c *Config) { c.PublicURL = "ftp://host" }, `publicUrl: want http://host or https://host, not "ftp://host"`},
		"public URL: no scheme": {func(c *Config) { c.PublicURL = "auth.example.com" }, `publicUrl: want http://host or https://host, not "auth.example.com"`},
		"public URL: no host":   {func(c *Config) { c.PublicURL = "https:///path" }, `publicUrl: want http://host or https://host, not "https:///path"`},
		"public URL: no name":   {func(c *Config) { c.Listen, c.PublicURL = ":4700", "" }, `publicUrl: give it, since listen (:4700) names no host that clients could use`},
		"listen: no port":       {func(c *Config) { c.Listen, c.PublicURL = "x", "http://x" }, `listen: want host:port, not "x"`},
		"calls at once":         {func(c *Config) { c.HTTP.InFlight = -1 }, `http.inFlight: want at least 1, not -1`},
		"body":                  {func(c *Config) { c.HTTP.BodyBytes = 0 }, `http.bodyBytes: want at least 1024, not 0`},
		"unsigned rate":         {func(c *Config) { c.HTTP.UnsignedRate = -1 }, `http.unsignedRate: want 0 or more, not -1`},
		"query's time":          {func(c *Config) { c.Query.Timeout = 0 }, `query.timeout: want at least 1s, not 0s`},
		"a query's rows":        {func(c *Config) { c.Query.HoldBytes = 1 }, `query.holdBytes: want at least 16777216, not 1`},
		"query's memory":        {func(c *Config) { c.Query.MemoryBytes = 1 }, `query.memoryBytes: want at least 67108864, not 1`},
		"mail port":             {func(c *Config) { c.Mail.Port = 65536 }, `mail.port: want 1 to 65535, not 65536`},
		"public URL: no URL":    {func(c *Config) { c.PublicURL = "http://a b" }, `publicUrl: want http://host or https://host, not "http://a b"`},
		"hidden value":          {func(c *Config) { c.Audit.HiddenValue = "***" }, `audit.hiddenValue: want HIDDEN_FOR_SECURITY_REASONS or HIDDEN_DUE_TO_SECURITY_REASONS, not "***"`},
		"account: length":       {func(c *Config) { c.Account = "12345678901" }, `account: want 12 digits, not "12345678901"`},
		"account: letter":       {func(c *Config) { c.Account = "12345678901a" }, `account: want 12 digits, not "12345678901a"`},
		"account: sign":         {func(c *Config) { c.Account = "1234-5678901" }, `account: want 12 digits, not "1234-5678901"`},
		"region":                {func(c *Config) { c.Region = "../us" }, `region: want a name such as us-east-1, not "../us"`},
		"no region":             {func(c *Config) { c.Region = "" }, `region: want a name such as us-east-1, not ""`},
		"files: often":          {func(c *Config) { c.Trail.Interval = 999 * time.Millisecond }, "trail.interval: want 1s to 1h, not 999ms"},
		"files: rarely":         {func(c *Config) { c.Trail.Interval = time.Hour + 1 }, "trail.interval: want 1s to 1h, not 1h0m0.000000001s"},
		"digests: often":        {func(c *Config) { c.Trail.DigestInterval = 0 }, "trail.digestInterval: want 1s to 24h, not 0s"},
		"digests: rarely":       {func(c *Config) { c.Trail.DigestInterval = 25 * time.Hour }, "trail.digestInterval: want 1s to 24h, not 25h0m0s"},
		"alarms: often":         {func(c *Config) { c.Alarm.Every = -time.Second }, "alarm.every: want 1s to 1m, not -1s"},
		"alarms: rarely":        {func(c *Config) { c.Alarm.Every = 2 * time.Minute }, "alarm.every: want 1s to 1m, not 2m0s"},
		"history":               {func(c *Config) { c.History.Days = 0 }, "history.days: want at least 1, not 0"},
		"state":                 {func(c *Config) { c.State = "mysql://host/db" }, `state: want postgres://…, not "mysql://host/db"`},
		"objects":               {func(c *Config) { c.Objects = "/srv/objects" }, `objects: want s3://…, not "/srv/objects"`},
		"log level":             {func(c *Config) { c.LogLevel = "loud" }, `logLevel: want debug, info, warn or error, not "loud"`},
		"unsigned calls":        {func(c *Config) { c.HTTP.UnsignedRate = -1 }, "http.unsignedRate: want 0 or more, not -1"},
		"proxy is no range":     {func(c *Config) { c.HTTP.TrustedProxies = []string{"10.0.0.0/8", "10.0.0.1"} }, `http.trustedProxies: "10.0.0.1" is no address range such as 10.0.0.0/8`},
		"SMS: two ways": {func(c *Config) {
			c.SMS.Webhook, c.SMS.SNS, c.SMS.AccessKeyID, c.SMS.SecretKeyFile = "http://a", "http://b", "A", "f"
		}, "sms.webhook: SMS leave by a webhook or by sms.sns, not both"},
		"SMS: no URL":         {func(c *Config) { c.SMS.Webhook = "a:b" }, "sms.webhook: want an http or https URL"},
		"SMS: no endpoint":    {func(c *Config) { c.SMS.SNS, c.SMS.AccessKeyID, c.SMS.SecretKeyFile = "sns", "A", "f" }, `sms.sns: want an http or https URL, not "sns"`},
		"SMS: no key":         {func(c *Config) { c.SMS.SNS = "https://sns.{region}.amazonaws.com" }, "sms.sns: needs sms.accessKeyId and sms.secretKeyFile"},
		"SMS: key of nothing": {func(c *Config) { c.SMS.KeyFile = "f" }, "sms.tokenFile and sms.keyFile: there is no sms.webhook"},
		"all faults at once": {
			func(c *Config) { c.Account, c.Region, c.History.Days = "", "", -1 },
			"account: want 12 digits, not \"\"\nregion: want a name such as us-east-1, not \"\"\nhistory.days: want at least 1, not -1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := loadConfig("", none)
			if err != nil {
				t.Fatal(err)
			}
			tc.change(c)
			if err := c.finish(); err == nil || err.Error() != tc.want {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

func TestConfig_finish(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(c *Config)
		is     func(c *Config) bool
	}{
		"public URL follows the listener": {func(c *Config) { c.Listen = "127.0.0.1:9" }, func(c *Config) bool { return c.PublicURL == "http://127.0.0.1:9" }},
		"and TLS":                         {func(c *Config) { c.TLS = "auto" }, func(c *Config) bool { return c.PublicURL == "https://127.0.0.1:4700" }},
		"a given one stays":               {func(c *Config) { c.TLS, c.PublicURL = "auto", "http://x" }, func(c *Config) bool { return c.PublicURL == "http://x" }},
		"without its last slash":          {func(c *Config) { c.PublicURL = "https://x/auth/" }, func(c *Config) bool { return c.PublicURL == "https://x/auth" }},
		"dev mode hurries": {func(c *Config) { c.Dev = true }, func(c *Config) bool {
			return c.Trail.Interval == 5*time.Second && c.Alarm.Every == 5*time.Second && c.Outbound.AllowPrivate
		}},
		"dev mode leaves other intervals": {func(c *Config) { c.Dev, c.Trail.Interval, c.Alarm.Every = true, time.Minute, 30*time.Second }, func(c *Config) bool {
			return c.Trail.Interval == time.Minute && c.Alarm.Every == 30*time.Second
		}},
		"bounds themselves": {func(c *Config) {
			c.Trail.Interval, c.Trail.DigestInterval, c.Alarm.Every, c.History.Days = time.Hour, 24*time.Hour, time.Second, 1
		}, func(*Config) bool { return true }},
		"other hidden value": {func(c *Config) { c.Audit.HiddenValue = "HIDDEN_DUE_TO_SECURITY_REASONS" }, func(*Config) bool { return true }},
		"engines":            {func(c *Config) { c.State, c.Objects = "postgresql://h/db", "s3://bucket" }, func(*Config) bool { return true }},
		"level in capitals":  {func(c *Config) { c.LogLevel = "WARN" }, func(*Config) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := loadConfig("", none)
			if err != nil {
				t.Fatal(err)
			}
			tc.change(c)
			if err := c.finish(); err != nil || !tc.is(c) {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]bool{
		"127.0.0.1:4700": true, "127.9.9.9:1": true, "localhost:4700": true, "[::1]:4700": true,
		":4700": false, "0.0.0.0:4700": false, "[::]:4700": false, "192.0.2.1:4700": false, "localhost.example.com:1": false,
		"127.0.0.1": false, "": false, "[::1": false, "::1:4700": false, "LOCALHOST.:1": false,
	} {
		if got := loopback(listen); got != want {
			t.Errorf("%q is a loopback address: %v, want %v", listen, got, want)
		}
	}
}

// Every setting is told with its meaning, and no two share a variable.
func TestSettings(t *testing.T) {
	t.Parallel()
	seen := make(map[string]string)
	for _, s := range new(Config).settings() {
		if s.help == "" || strings.Contains(s.path, " ") || strings.HasSuffix(s.path, ".") {
			t.Errorf("setting %q means %q", s.path, s.help)
		}
		if other := seen[s.environment()]; other != "" {
			t.Errorf("%s and %s are both %s", other, s.path, s.environment())
		}
		seen[s.environment()] = s.path
	}
	for variable, path := range map[string]string{
		"COGTRAIL_TRAIL_INTERVAL": "trail.interval", "COGTRAIL_PUBLICURL": "publicUrl", "COGTRAIL_AUDIT_HIDDENVALUE": "audit.hiddenValue",
	} {
		if seen[variable] != path {
			t.Errorf("%s sets %q, want %s", variable, seen[variable], path)
		}
	}
}

// What `cogtrail config` prints says all there is to know of a setting.
func TestConfigCommand(t *testing.T) {
	t.Parallel()
	file := write(t, "c.yaml", "history: {days: 7}\n")
	code, out, errs := shell{t, map[string]string{"COGTRAIL_ACCOUNT": "000000000001"}}.run("config", "--config", file)
	if code != exitOK || errs != "" {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for _, want := range []string{
		"# days of Event history\n# environment: COGTRAIL_HISTORY_DAYS, default: 90\nhistory.days: 7\n\n",
		"# default account\n# environment: COGTRAIL_ACCOUNT, default: 123456789012\naccount: 000000000001\n\n",
		"# folder that holds everything\n# environment: COGTRAIL_DATA, default: ./cogtrail-data\ndata: ./cogtrail-data\n\n",
		"# environment: COGTRAIL_STATE, default: none\nstate: \n\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("not printed: %s", want)
		}
	}
	if n := strings.Count(out, "\n# environment: "); n != len(new(Config).settings()) {
		t.Errorf("%d settings printed, want %d", n, len(new(Config).settings()))
	}
}

func TestConfigCommand_refused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		vars map[string]string
		args []string
		want string
	}{
		"bad value":   {map[string]string{"COGTRAIL_REGION": "nowhere!"}, nil, "cogtrail config: wrong use: region: want a name such as us-east-1, not \"nowhere!\"\n"},
		"bad type":    {map[string]string{"COGTRAIL_DEV": "on"}, nil, "cogtrail config: wrong use: COGTRAIL_DEV: dev: want true or false, not \"on\"\n"},
		"unknown key": {nil, []string{"--config", write(t, "c.yaml", "x: 1")}, "field x not found in type main.Config\n"},
		"extra word":  {nil, []string{"all"}, "cogtrail config: wrong use: unexpected \"all\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := shell{t, tc.vars}.run(append([]string{"config"}, tc.args...)...)
			if code != exitUsage || out != "" || !strings.HasSuffix(errs, tc.want) {
				t.Errorf("exit %d, %q, %q, want %q", code, out, errs, tc.want)
			}
		})
	}
}

// Flags come before file and environment, and are checked like them; a server
// that is refused has made nothing.
func TestServeCommand_refused(t *testing.T) {
	t.Parallel()
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	address := taken(t)
	for name, tc := range map[string]struct {
		args []string
		vars map[string]string
		code int
		want string
	}{
		"log level":             {[]string{"--log-level", "loud"}, map[string]string{"COGTRAIL_LOGLEVEL": "info"}, exitUsage, `wrong use: logLevel: want debug, info, warn or error, not "loud"`},
		"public URL":            {[]string{"--public-url", "x"}, map[string]string{"COGTRAIL_PUBLICURL": "http://good"}, exitUsage, `wrong use: publicUrl: want http://host or https://host, not "x"`},
		"state":                 {[]string{"--state", "x"}, nil, exitUsage, `wrong use: state: want postgres://…, not "x"`},
		"objects":               {[]string{"--objects", "x"}, nil, exitUsage, `wrong use: objects: want s3://…, not "x"`},
		"dev, listen":           {[]string{"--dev", "--listen", "0.0.0.0:0"}, map[string]string{"COGTRAIL_LISTEN": "127.0.0.1:0"}, exitUsage, "wrong use: dev: any credentials act as root, so listen must be a loopback address, not 0.0.0.0:0"},
		"dev from the file":     {[]string{"--config", write(t, "c.yaml", "dev: true"), "--listen", "0.0.0.0:0"}, nil, exitUsage, "wrong use: dev: any credentials act as root, so listen must be a loopback address, not 0.0.0.0:0"},
		"bad file":              {[]string{"--config", write(t, "d.yaml", "x: 1")}, nil, exitUsage, "field x not found in type main.Config"},
		"unknown flag":          {[]string{"--nonsense"}, nil, exitUsage, "wrong use: flag provided but not defined: -nonsense"},
		"extra word":            {[]string{"now"}, nil, exitUsage, `wrong use: unexpected "now"`},
		"data is a file":        {[]string{"--data", plain}, nil, exitFault, "make data folder: mkdir " + plain + ": not a directory"},
		"half a root key":       {nil, map[string]string{"COGTRAIL_ROOT_ACCESS_KEY_ID": "AKIAX"}, exitFault, "set both COGTRAIL_ROOT_ACCESS_KEY_ID and COGTRAIL_ROOT_SECRET_ACCESS_KEY, or neither"},
		"TLS":                   {[]string{"--tls", "cert.pem"}, nil, exitFault, `tls: want auto, or CERT.pem,KEY.pem, not "cert.pem"`},
		"address is taken":      {[]string{"--listen", address}, nil, exitFault, address + " is taken by another process; choose another with --listen"},
		"address of nobody":     {[]string{"--listen", "192.0.2.1:4700"}, nil, exitFault, "cannot assign requested address"},
		"missing configuration": {[]string{"--config", plain + ".yaml"}, nil, exitUsage, "wrong use: read configuration: open " + plain + ".yaml: no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vars := map[string]string{"COGTRAIL_DATA": filepath.Join(t.TempDir(), "data"), "COGTRAIL_LISTEN": "127.0.0.1:0"}
			for k, v := range tc.vars {
				vars[k] = v
			}
			code, out, errs := shell{t, vars}.run(append([]string{"serve"}, tc.args...)...)
			lines := strings.Split(strings.TrimSuffix(errs, "\n"), "\n")
			if last := lines[len(lines)-1]; code != tc.code || out != "" || !strings.HasSuffix(last, tc.want) {
				t.Errorf("exit %d, %q, %q, want exit %d and %q", code, out, errs, tc.code, tc.want)
			}
			if tc.code == exitUsage {
				if _, err := os.Stat(vars["COGTRAIL_DATA"]); !os.IsNotExist(err) {
					t.Errorf("a data folder was made: %v", err)
				}
			}
		})
	}
}
