package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/ownapi"
	"github.com/cogtrail/cogtrail/internal/store"
)

// imports runs cogtrail import against a server.
func (r *running) imports(args ...string) (code int, stdout, stderr string) {
	r.Helper()
	vars := map[string]string{"AWS_ENDPOINT_URL": r.base, "COGTRAIL_ROOT_ACCESS_KEY_ID": r.s.root.ID, "COGTRAIL_ROOT_SECRET_ACCESS_KEY": r.s.root.Secret}
	var out, errs bytes.Buffer
	code = run(r.Context(), &program{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: env(vars)}, append([]string{"import"}, args...))
	return code, out.String(), errs.String()
}

func TestImport(t *testing.T) {
	t.Parallel()
	r := serve(t, configure(t, func(*Config) {}))
	account, region := r.s.config.Account, r.s.config.Region
	err := r.s.engines.state.Update(t.Context(), func(tx store.Tx) error {
		return logs.Groups.Insert(tx, &logs.Group{Account: account, Region: region, Name: "archive", ID: "1", Created: 1, Class: "STANDARD"})
	})
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, "a.json", trailDocument)
	points := filepath.Join(t.TempDir(), "points")
	args := []string{"--log-group", "archive", "--checkpoint", points, filepath.Dir(file)}
	for _, want := range []string{
		"1 files, 0 passed over; 3 records taken, 0 there already, 0 older than the retention\n",
		"0 files, 1 passed over; 0 records taken, 0 there already, 0 older than the retention\n",
	} {
		if code, out, errs := r.imports(args...); code != 0 || out != want {
			t.Fatalf("exit code %d: %s%s; want %s", code, out, errs, want)
		}
	}
	// Without the checkpoint the server itself leaves out what it has.
	args[3] = "none"
	if code, out, errs := r.imports(args...); code != 0 || !strings.Contains(out, "0 records taken, 3 there already") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	page, err := logReader{r.s.engines.segments}.Events(t.Context(), logs.Request{Account: account, Region: region, Group: "archive", Limit: 10})
	if err != nil || len(page.Events) != 3 || page.Events[0].Time != 1772323200000 || page.Events[0].Stream != "CloudTrail_import" {
		t.Errorf("%+v, %v", page, err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no group there": {[]string{"--log-group", "none", file}, 1, "the log group does not exist"},
		"no group named": {[]string{file}, 2, "--log-group is needed"},
		"no server":      {[]string{"--log-group", "a", "--endpoint", "ftp://x", file}, 2, "must be the URL of a server"},
		"a bad Region":   {[]string{"--log-group", "a", "--region", "../x", "--checkpoint", "none", file}, 1, "400"},
	} {
		if code, _, errs := r.imports(c.args...); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit code %d: %s", name, code, errs)
		}
	}
	if got := r.do("POST", "/_cogtrail/import?logGroup=archive", trailDocument, nil).status; got != 401 {
		t.Errorf("without the root key: %d", got)
	}
	// Every import has its record, one that brought nothing new or was refused too; one without the root key has none.
	var got []string
	for _, e := range r.history(ownapi.Source) {
		if e.Get("userIdentity.accessKeyId").Str != r.s.root.ID || e.Get("sourceIPAddress").Str != "127.0.0.1" || e.Get("userAgent").Str != "cogtrail-import/"+version {
			t.Errorf("record %s", e)
		}
		got = append(got, strings.Join([]string{e.Get("eventName").Str, e.Get("requestParameters.logGroupName").Str, e.Get("errorCode").Str, e.Get("additionalEventData").Raw}, " "))
	}
	slices.Sort(got)
	if want := []string{
		`ImportRecords archive  {"accepted":0,"duplicates":3,"expired":0}`, `ImportRecords archive  {"accepted":3,"duplicates":0,"expired":0}`,
		`ImportRecords none ResourceNotFoundException `,
	}; !slices.Equal(got, want) {
		t.Errorf("records %q, want %q", got, want)
	}
}
