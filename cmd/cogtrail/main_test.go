package main

import (
	"math"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	t.Parallel()
	const help = "cogtrail is a self-hosted Amazon Cognito in which every action leaves a CloudTrail record.\n\nUsage: cogtrail COMMAND [flags]\n\n  serve "
	for name, tc := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string // beginnings
	}{
		"nothing":             {nil, exitUsage, help, ""},
		"help":                {[]string{"help"}, exitOK, help, ""},
		"-h":                  {[]string{"-h"}, exitOK, help, ""},
		"--help":              {[]string{"--help", "serve"}, exitOK, help, ""},
		"unknown command":     {[]string{"dance"}, exitUsage, "", "cogtrail: unknown command \"dance\"\n\n" + help},
		"a flag first":        {[]string{"--dev", "serve"}, exitUsage, "", "cogtrail: unknown command \"--dev\"\n\n" + help},
		"command in capitals": {[]string{"SERVE"}, exitUsage, "", "cogtrail: unknown command \"SERVE\"\n\n" + help},
		"help of a command":   {[]string{"serve", "--help"}, exitOK, "", "Usage: cogtrail serve [flags]\n\n  -config string\n"},
		"help of check":       {[]string{"check", "-h"}, exitOK, "", "Usage: cogtrail check [--data DIR] [--state URL]\n\n"},
		"help of alarms":      {[]string{"alarms", "--help"}, exitOK, "", "Usage: cogtrail alarms list|install|remove [flags] SET...\n\n  cis         15 alarms: "},
		"alarms alone":        {[]string{"alarms"}, exitUsage, "", "Usage: cogtrail alarms list|install|remove"},
		"help of install":     {[]string{"alarms", "install", "-h"}, exitOK, "", "Usage: cogtrail alarms install [flags] SET...\n\n  -dry-run"},
		"help of config":      {[]string{"config", "-h"}, exitOK, "", "Usage: cogtrail config [--config FILE]\n\n"},
		"help of demo":        {[]string{"demo", "-h"}, exitOK, "", "Usage: cogtrail demo [--keep]\n\n"},
		"help of version":     {[]string{"version", "-h"}, exitOK, "", "Usage: cogtrail version\n\n"},
		"unknown flag":        {[]string{"version", "--all"}, exitUsage, "", "flag provided but not defined: -all\nUsage: cogtrail version\n\n"},
		"extra word":          {[]string{"version", "now", "please"}, exitUsage, "", "cogtrail version: wrong use: unexpected \"now\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := shell{TB: t}.run(tc.args...)
			if code != tc.code || !strings.HasPrefix(out, tc.stdout) || !strings.HasPrefix(errs, tc.stderr) || (tc.stdout == "") != (out == "") || (tc.stderr == "") != (errs == "") {
				t.Errorf("exit %d, %q, %q", code, out, errs)
			}
		})
	}
}

// Every command is named in the help, once.
func TestRun_helpNamesCommands(t *testing.T) {
	t.Parallel()
	_, out, _ := shell{TB: t}.run("help")
	for _, c := range commands() {
		if n := len(regexp.MustCompile(`(?m)^  `+c.name+` +`+regexp.QuoteMeta(c.short)+`$`).FindAllString(out, -1)); n != 1 {
			t.Errorf("command %s is named %d times in\n%s", c.name, n, out)
		}
	}
}

func TestVersionCommand(t *testing.T) {
	t.Parallel()
	code, out, errs := shell{TB: t}.run("version")
	form := regexp.MustCompile(`^cogtrail development( [0-9a-f]{12})? \(` + regexp.QuoteMeta(runtime.Version()+", "+runtime.GOOS+"/"+runtime.GOARCH) + `, (with|without) DuckDB\)\n$`)
	if code != exitOK || errs != "" || !form.MatchString(out) {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	if strings.Contains(out, "with DuckDB") != acceleratorBuilt {
		t.Errorf("accelerator was built: %v, and is told as %q", acceleratorBuilt, out)
	}
}

func TestCheckCommand(t *testing.T) {
	t.Parallel()
	const looked = "state: integrity of the database\nsegments: files, row counts, checksums, sequence numbers\n"
	dir := filepath.Join(t.TempDir(), "data")
	code, out, errs := shell{TB: t}.run("check", "--data", dir)
	if code != exitOK || out != looked+"no fault found\n" || errs != "" {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	// The folder may also come from the environment; what a flag says comes first.
	s := shell{t, map[string]string{"COGTRAIL_DATA": dir, "COGTRAIL_STATE": "mysql://x"}}
	if code, out, errs = s.run("check"); code != exitUsage || out != "" || errs != "cogtrail check: wrong use: state: want postgres://…, not \"mysql://x\"\n" {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
}

func TestCheckCommand_refused(t *testing.T) {
	t.Parallel()
	plain := write(t, "plain", "")
	for name, tc := range map[string]struct {
		args []string
		vars map[string]string
		code int
		want string
	}{
		"state":          {[]string{"--state", "x"}, nil, exitUsage, "wrong use: state: want postgres://…, not \"x\"\n"},
		"bad setting":    {nil, map[string]string{"COGTRAIL_HISTORY_DAYS": "x"}, exitUsage, "wrong use: COGTRAIL_HISTORY_DAYS: history.days: want a whole number, not \"x\"\n"},
		"extra word":     {[]string{"data"}, nil, exitUsage, "wrong use: unexpected \"data\"\n"},
		"data is a file": {[]string{"--data", plain}, nil, exitFault, "make data folder: mkdir " + plain + ": not a directory\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := shell{t, tc.vars}.run(append([]string{"check"}, tc.args...)...)
			if code != tc.code || out != "" || errs != "cogtrail check: "+tc.want {
				t.Errorf("exit %d, %q, %q", code, out, errs)
			}
		})
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	var c clock
	if d := time.Since(c.Now()); d < 0 || d > time.Minute {
		t.Errorf("the clock is %s behind", d)
	}
	c.Advance(90 * time.Minute)
	c.Advance(30 * time.Minute)
	if d := time.Until(c.Now()); d < 119*time.Minute || d > 2*time.Hour {
		t.Errorf("the clock is %s before, want 2h", d)
	}
	for range 3 { // sums of these overflow
		c.Advance(math.MaxInt64)
	}
	if d := time.Until(c.Now()); d < farthest-time.Minute || d > farthest {
		t.Errorf("the clock is %s before, want %s", d, farthest)
	}
}
