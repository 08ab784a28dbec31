package userimport_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/userimport"
)

const done = "Import Job Completed Successfully."

func TestGetCSVHeader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("team"), AttributeDataType: new("String"), Mutable: new(true)}, {Name: new("age"), AttributeDataType: new("Number"), Mutable: new(false)}}
	})
	got := pooltest.Must(w.World, w.s.GetCSVHeader, &cognitoidp.GetCSVHeaderInput{UserPoolId: pool})
	want := "name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email,email_verified,gender,birthdate,zoneinfo," +
		"locale,phone_number,phone_number_verified,address,updated_at,custom:team,custom:age,cognito:mfa_enabled,cognito:username"
	if text := strings.Join(got.CSVHeader, ","); text != want || *got.UserPoolId != pool {
		t.Errorf("header %s of %s\nwant %s", text, *got.UserPoolId, want)
	}
}

func TestImport_life(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.PoolName = "our pool" })
	client := *w.Client(pool, nil).ClientId
	j := w.created(pool)
	if !regexp.MustCompile(`^import-[0-9A-Za-z]{10}$`).MatchString(*j.JobId) {
		t.Errorf("id %q", *j.JobId)
	}
	link, began := *j.PreSignedUrl, w.Now()
	want := cognitoidp.UserImportJobType{
		JobName: new("staff 1"), JobId: j.JobId, UserPoolId: &pool, PreSignedUrl: &link, CreationDate: &began, Status: new("Created"),
		CloudWatchLogsRoleArn: new(role), ImportedUsers: new(int64(0)), SkippedUsers: new(int64(0)), FailedUsers: new(int64(0)),
	}
	if a, b := optest.JSON(t, j), optest.JSON(t, want); a != b {
		t.Errorf("created %s\nwant    %s", a, b)
	}
	w.Refused(w.start(pool, *j.JobId), "PreconditionNotMetException", "The CSV file of the user import job has not been uploaded.")
	if err := w.upload(link, w.file(pool, person("early"))); err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Minute)
	if err := w.upload(link, w.file(pool, person("jo", "address", `Low Street 1\, Berlin`, "birthdate", "02/28/1999"), person("di"))); err != nil {
		t.Fatal(err)
	}
	if res := w.start(pool, *j.JobId); res.Err != nil || res.Sub != "" {
		t.Fatalf("start: %v, record of %q", res.Err, res.Sub)
	}
	want.Status, want.StartDate = new("Pending"), new(w.Now())
	if a, b := optest.JSON(t, w.describe(pool, *j.JobId)), optest.JSON(t, want); a != b {
		t.Errorf("pending %s\nwant    %s", a, b)
	}
	w.Refused(w.start(pool, *j.JobId), "PreconditionNotMetException", "The user import job cannot be started. Current status is Pending")
	w.work(time.Minute)
	want.Status, want.CompletionDate, want.CompletionMessage, want.ImportedUsers = new("Succeeded"), new(w.Now()), new(done), new(int64(2))
	if a, b := optest.JSON(t, w.describe(pool, *j.JobId)), optest.JSON(t, want); a != b {
		t.Errorf("done %s\nwant %s", a, b)
	}
	w.Refused(w.stop(pool, *j.JobId), "PreconditionNotMetException", "The user import job cannot be stopped. Current status is Succeeded")

	u := w.Stored(pool, "jo")
	place, _ := u.Get("address")
	if u.Status != userpool.ResetRequired || !u.Enabled || place != "Low Street 1, Berlin" || !u.Verified("email") || u.Credential.Hash != "" || u.Credential.Verifier != nil {
		t.Errorf("imported user %+v", u)
	}
	at := userimport.Place{
		Account: pooltest.Account, Region: pooltest.Region, Pool: "arn:aws:cognito-idp:us-east-1:123456789012:userpool/" + pool, Role: role,
		Group: "/aws/cognito/userpools/" + pool + "/our_pool", Stream: *j.JobId + "/staff 1",
	}
	if got, want := w.log(), []entry{{0, at, "[SUCCEEDED] Line Number 2 - The import succeeded."}, {1, at, "[SUCCEEDED] Line Number 3 - The import succeeded."}}; !slices.Equal(got, want) {
		t.Errorf("log %+v\nwant %+v", got, want)
	}
	if n := w.files(); n != 0 {
		t.Errorf("%d files left", n)
	}
	if len(w.Messages()) != 0 {
		t.Errorf("messages to imported users: %+v", w.Messages())
	}

	// He has no password until he has reset it with a code.
	_, res := w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, "PasswordResetRequiredException", "Password reset required for the user")
	_, res = w.SignInSRP(pool, client, "di", pooltest.Password)
	w.Refused(res, "PasswordResetRequiredException", "Password reset required for the user")
	pooltest.Must(w.World, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "jo"})
	pooltest.Must(w.World, w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{ClientId: client, Username: "jo", ConfirmationCode: w.Code(), Password: pooltest.Password})
	w.Tokens(client, "jo")
}

// What becomes of each row, and what the log says of it.
func TestImport_rows(t *testing.T) {
	t.Parallel()
	const nothing = "[FAILED] Line Number 3 - "
	emailNames := func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} }
	emailAlias := func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email", "preferred_username"} }
	for name, c := range map[string]struct {
		pool func(*cognitoidp.CreateUserPoolInput)
		row  []string
		line string // the log's about it; the first row is always imported
	}{
		"imported":         {nil, person("bo"), "[SUCCEEDED] Line Number 3 - The import succeeded."},
		"exists":           {nil, person("first"), "[SKIPPED] Line Number 3 - The user already exists."},
		"unverified":       {nil, []string{"cognito:username", "bo", "email", "bo@example.com", "email_verified", "false"}, nothing + "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true)."},
		"no address":       {nil, []string{"cognito:username", "bo"}, nothing + "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true)."},
		"flag of nothing":  {nil, []string{"cognito:username", "bo", "email_verified", "true"}, nothing + "email is required to verify/auto-verify the user's email"},
		"flag is no flag":  {nil, person("bo", "phone_number_verified", "yes"), nothing + "Attributes did not conform to the schema: phone_number_verified: Boolean attributes must be true or false"},
		"no name":          {nil, person("", "email", "bo@example.com"), nothing + "The User Record does not set cognito:username."},
		"name with spaces": {nil, person("b o", "email", "bo@example.com"), nothing + "The User Record sets cognito:username to a name that is not allowed."},
		"long name":        {nil, person(strings.Repeat("b", 129)), nothing + "The User Record sets cognito:username to a name that is not allowed."},
		"mfa":              {nil, []string{"cognito:username", "bo", "email", "bo@example.com", "email_verified", "true", "cognito:mfa_enabled", "perhaps"}, nothing + "The User Record does not set cognito:mfa_enabled to true or false."},
		"birthdate":        {nil, person("bo", "birthdate", "1999-02-28"), nothing + "The User Record does not give birthdate as mm/dd/yyyy."},
		"number":           {nil, person("bo", "updated_at", "yesterday"), nothing + "Attributes did not conform to the schema: updated_at: Number attributes must be whole numbers"},
		"e-mail":           {nil, []string{"cognito:username", "bo", "email", "bo@", "email_verified", "true"}, nothing + "Invalid email address format."},
		"fields":           {nil, []string{"cognito:username", "bo,more"}, nothing + "The User Record is malformed."},
		"open quote":       {nil, []string{"cognito:username", `bo`, "address", `"x`}, nothing + "The User Record is malformed."},
		"quotes":           {nil, person("bo", "address", `"Low Street, Berlin"`), "[SUCCEEDED] Line Number 3 - The import succeeded."},
		"not text":         {nil, person("bo", "name", "\xff"), nothing + "The User Record is malformed."},
		"long":             {nil, person("bo", "name", strings.Repeat("é", 16_000)), nothing + "The User Record is longer than 16000 characters."},
		"very long":        {nil, person("bo", "name", strings.Repeat("é", 200_000)), nothing + "The User Record is longer than 16000 characters."},
		"long value":       {nil, person("bo", "name", strings.Repeat("x", 2049)), nothing + "user.name: String attributes cannot have a length of more than 2048"},
		"required": {func(in *cognitoidp.CreateUserPoolInput) {
			in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("nickname"), Required: new(true), AttributeDataType: new("String")}}
		}, []string{"cognito:username", "bo", "email", "bo@example.com", "email_verified", "true"}, nothing + "Attributes did not conform to the schema: nickname: The attribute is required"},
		"nothing is verified":    {func(in *cognitoidp.CreateUserPoolInput) { in.AutoVerifiedAttributes = nil }, []string{"cognito:username", "bo"}, "[SUCCEEDED] Line Number 3 - The import succeeded."},
		"name of an e-mail pool": {emailNames, []string{"email", "bo@example.com", "email_verified", "true"}, "[SUCCEEDED] Line Number 3 - The import succeeded."},
		"named in such a pool":   {emailNames, person("bo"), nothing + "The User Record sets cognito:username, which has to be empty here."},
		"nameless there":         {emailNames, []string{"name", "Bo"}, nothing + "The User Record does not set an attribute that serves as user name."},
		"exists there":           {emailNames, []string{"email", "first@example.com", "email_verified", "true"}, "[SKIPPED] Line Number 3 - The user already exists."},
		"steals an address":      {emailAlias, []string{"cognito:username", "bo", "email", "first@example.com", "email_verified", "true"}, nothing + "An account with the given email already exists."},
		"steals a name":          {emailAlias, person("bo", "preferred_username", "first"), nothing + "An account with the given preferred_username already exists."},
		"name is an address":     {emailAlias, person("bo@example.com", "email", "bo@example.com"), nothing + "Username cannot be of email format, since user pool is configured for email alias."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			pool := w.Pool(c.pool)
			first := person("first", "nickname", "f")
			if c.pool != nil && name != "required" && !strings.HasPrefix(name, "steals") && !strings.HasPrefix(name, "name is") && name != "nothing is verified" {
				first = []string{"email", "first@example.com", "email_verified", "true"}
			}
			j := w.imported(pool, w.file(pool, first, c.row))
			want := counts{"Succeeded", 1, 0, 0, done}
			switch {
			case strings.HasPrefix(c.line, "[SUCC"):
				want.imported++
			case strings.HasPrefix(c.line, "[SKIP"):
				want.skipped++
			default:
				want.failed++
			}
			if got := countsOf(j); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got := w.lines(); !slices.Equal(got, []string{"[SUCCEEDED] Line Number 2 - The import succeeded.", c.line}) {
				t.Errorf("log %q", got)
			}
			if n := w.users(pool); n != int(want.imported) {
				t.Errorf("%d users", n)
			}
		})
	}
}

func TestImport_files(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	good := w.file(pool, person("a"))
	header, row, _ := strings.Cut(good, "\n")
	names, values := strings.Split(header, ","), strings.Split(strings.TrimSpace(row), ",")
	slices.Reverse(names)
	slices.Reverse(values)
	const wrong = "The header of the file is not the one of the user pool."
	for name, c := range map[string]struct {
		text string
		want counts
	}{
		"empty":                {"", counts{"Failed", 0, 0, 0, wrong}},
		"byte order mark":      {"\ufeff" + good, counts{"Failed", 0, 0, 0, wrong}},
		"missing column":       {strings.Replace(good, ",locale", "", 1), counts{"Failed", 0, 0, 0, wrong}},
		"column twice":         {strings.Replace(good, ",locale", ",zoneinfo", 1), counts{"Failed", 0, 0, 0, wrong}},
		"unknown column":       {strings.Replace(good, ",locale", ",password", 1), counts{"Failed", 0, 0, 0, wrong}},
		"long header":          {strings.Repeat("x", 200_000) + "\n" + good, counts{"Failed", 0, 0, 0, wrong}},
		"header only":          {header, counts{"Succeeded", 0, 0, 0, done}},
		"no user":              {header + "\nx\n", counts{"Failed", 0, 0, 1, "Too many users have failed or been skipped during the import."}},
		"another order":        {strings.Join(names, ",") + "\n" + strings.Join(values, ","), counts{"Succeeded", 1, 0, 0, done}},
		"Windows, empty lines": {strings.ReplaceAll(good, "\n", "\r\n\r\n"), counts{"Succeeded", 1, 0, 0, done}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			pool := w.Pool(nil)
			if got := countsOf(w.imported(pool, c.text)); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestImport_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	id := *w.created(pool).JobId
	const noPool = "us-east-1_XXXXXXXXX"
	gone, noJob := "User pool "+noPool+" does not exist.", "User import job import-nothing does not exist."
	create := func(role string) pooltest.Result {
		_, res := pooltest.Do(w.World, with(w, w.s.CreateUserImportJob), &cognitoidp.CreateUserImportJobInput{JobName: "x", UserPoolId: pool, CloudWatchLogsRoleArn: role})
		return res
	}
	second := func(_ any, res pooltest.Result) pooltest.Result { return res }
	for name, c := range map[string]struct {
		res           pooltest.Result
		code, message string
	}{
		"header of no pool":   {second(pooltest.Do(w.World, w.s.GetCSVHeader, &cognitoidp.GetCSVHeaderInput{UserPoolId: noPool})), "ResourceNotFoundException", gone},
		"create in no pool":   {second(w.create(noPool)), "ResourceNotFoundException", gone},
		"list of no pool":     {second(pooltest.Do(w.World, w.s.ListUserImportJobs, &cognitoidp.ListUserImportJobsInput{UserPoolId: noPool, MaxResults: 1})), "ResourceNotFoundException", gone},
		"no role":             {create("arn:aws:iam::123456789012:user/import"), "InvalidParameterException", "Invalid CloudWatchLogsRoleArn."},
		"role of others":      {create("arn:aws:iam::999999999999:role/import"), "InvalidParameterException", "Invalid CloudWatchLogsRoleArn."},
		"describe unknown":    {second(pooltest.Do(w.World, w.s.DescribeUserImportJob, &cognitoidp.DescribeUserImportJobInput{UserPoolId: pool, JobId: "import-nothing"})), "ResourceNotFoundException", noJob},
		"start unknown":       {w.start(pool, "import-nothing"), "ResourceNotFoundException", noJob},
		"stop unknown":        {w.stop(pool, "import-nothing"), "ResourceNotFoundException", noJob},
		"stop before a start": {w.stop(pool, id), "PreconditionNotMetException", "The user import job cannot be stopped. Current status is Created"},
		"page token":          {second(pooltest.Do(w.World, w.s.ListUserImportJobs, &cognitoidp.ListUserImportJobsInput{UserPoolId: pool, MaxResults: 1, PaginationToken: new("x")})), "InvalidParameterException", "Invalid pagination token."},
	} {
		if c.res.Code != c.code || c.res.Message != c.message {
			t.Errorf("%s: %v, want %s: %s", name, c.res.Err, c.code, c.message)
		}
	}
	_, res := pooltest.As(w.World, "999999999999", pooltest.Region, "AIDAOTHER", w.s.DescribeUserImportJob, &cognitoidp.DescribeUserImportJobInput{UserPoolId: pool, JobId: id})
	w.Refused(res, "ResourceNotFoundException", "User pool "+pool+" does not exist.")

	w.logs.fault = userimport.ErrTrust
	_, res = w.create(pool)
	w.Refused(res, "PreconditionNotMetException", "Role does not have a trust relationship allowing Cognito to assume it.")
	w.logs.fault = userimport.ErrPermission
	_, res = w.create(pool)
	w.Refused(res, "PreconditionNotMetException", "Role does not have permission to write the log of the user import job.")
	w.logs.fault, w.passes = nil, false
	_, res = w.create(pool)
	w.Refused(res, "AccessDeniedException", "User: arn:aws:iam::123456789012:user/admin is not authorized to perform: iam:PassRole on resource: "+role+
		" because no identity-based policy allows the iam:PassRole action")
}

// While an import runs, no other is made or started, and its pool stays as it is.
func TestImport_oneAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	waiting := w.created(other)
	if err := w.upload(*waiting.PreSignedUrl, w.file(other, person("x"))); err != nil {
		t.Fatal(err)
	}
	id := w.ready(pool, w.file(pool, person("a")))
	update := func(pool string) pooltest.Result {
		_, res := pooltest.Do(w.World, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: pool, AutoVerifiedAttributes: []string{"email"}})
		return res
	}
	_, res := w.create(other)
	w.Refused(res, "UserImportInProgressException", "A user import job is in progress.")
	w.Refused(update(pool), "UserImportInProgressException", "A user import job is in progress.")
	_, res = pooltest.Do(w.World, w.S.Pool.AddCustomAttributes, &cognitoidp.AddCustomAttributesInput{
		UserPoolId: pool, CustomAttributes: []cognitoidp.SchemaAttributeType{{Name: new("team"), AttributeDataType: new("String")}},
	})
	w.Refused(res, "UserImportInProgressException", "A user import job is in progress.")
	if res := update(other); res.Err != nil {
		t.Error(res.Err)
	}
	w.Refused(w.start(other, *waiting.JobId), "PreconditionNotMetException", "Another user import job of the account is in progress.")
	if res := w.stop(pool, id); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(w.stop(pool, id), "PreconditionNotMetException", "The user import job cannot be stopped. Current status is Stopping")
	w.Refused(update(pool), "UserImportInProgressException", "A user import job is in progress.")
	w.work(time.Minute)
	if got, want := countsOf(w.describe(pool, id)), (counts{"Stopped", 0, 0, 0, "The Import Job was stopped by the developer."}); got != want || w.users(pool) != 0 {
		t.Errorf("got %+v with %d users, want %+v", got, w.users(pool), want)
	}
	if res := update(pool); res.Err != nil {
		t.Error(res.Err)
	}
	if res := w.start(other, *waiting.JobId); res.Err != nil {
		t.Error(res.Err)
	}
}

func TestListUserImportJobs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	w.created(w.Pool(nil))
	var want []string
	for range 5 {
		want = append(want, *w.created(pool).JobId)
		w.Advance(time.Second)
	}
	slices.Reverse(want)
	for _, size := range []int64{1, 2, 5, 60} {
		var got []string
		in := &cognitoidp.ListUserImportJobsInput{UserPoolId: pool, MaxResults: size}
		for {
			out := pooltest.Must(w.World, w.s.ListUserImportJobs, in)
			for _, j := range out.UserImportJobs {
				got = append(got, *j.JobId)
			}
			if in.PaginationToken = out.PaginationToken; in.PaginationToken == nil {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %q, want %q", size, got, want)
		}
	}
}

func TestCreateUserImportJob_limit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	err := w.State.Update(context.Background(), func(tx store.Tx) error {
		for i := range 1000 {
			j := &userpool.ImportJob{Account: pooltest.Account, Region: pooltest.Region, Pool: userpool.PoolID(pool), ID: fmt.Sprintf("import-%d", i), Status: userpool.ImportFailed}
			if err := userpool.ImportJobs.Insert(tx, j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, res := w.create(pool)
	w.Refused(res, "LimitExceededException", "The maximum number of user import jobs for this pool has been reached.")
}

// The upload URL is a proof: nothing of it can be changed, and it ends.
func TestAttack_uploadURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	j, k := w.created(pool), w.created(other)
	u, err := url.Parse(*j.PreSignedUrl)
	if err != nil {
		t.Fatal(err)
	}
	file := w.file(pool, person("a"))
	for name, change := range map[string]func(q url.Values){
		"other pool":    func(q url.Values) { q.Set("pool", other) },
		"other job":     func(q url.Values) { q.Set("job", *k.JobId) },
		"longer":        func(q url.Values) { q.Set("expires", "9999999999") },
		"shifted":       func(q url.Values) { q.Set("pool", pool+(*j.JobId)[:1]); q.Set("job", (*j.JobId)[1:]) },
		"no signature":  func(q url.Values) { q.Del("signature") },
		"zeros":         func(q url.Values) { q.Set("signature", strings.Repeat("0", 64)) },
		"short":         func(q url.Values) { q.Set("signature", q.Get("signature")[:62]) },
		"not hex":       func(q url.Values) { q.Set("signature", strings.Repeat("x", 64)) },
		"nothing":       func(q url.Values) { clear(q) },
		"first of two":  func(q url.Values) { q["job"] = []string{*k.JobId, *j.JobId} },
		"other expires": func(q url.Values) { q.Set("expires", " "+q.Get("expires")) },
	} {
		q := u.Query()
		change(q)
		if _, err := w.s.Upload(t.Context(), q, strings.NewReader(file), int64(len(file))); err != userimport.ErrSignature {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.s.Upload(t.Context(), u.Query(), strings.NewReader(file), 100<<20+1); err != userimport.ErrTooLarge {
		t.Errorf("large file: %v", err)
	}
	w.Advance(15*time.Minute - time.Second)
	if err := w.upload(*j.PreSignedUrl, file); err != nil {
		t.Errorf("before the end: %v", err)
	}
	w.Advance(time.Second)
	if err := w.upload(*j.PreSignedUrl, file); err != userimport.ErrExpired {
		t.Errorf("after the end: %v", err)
	}
}

func query(t *testing.T, link string) url.Values {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// A file cannot be exchanged once the import was started.
func TestAttack_uploadAfterStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	id := w.ready(pool, w.file(pool, person("a")))
	link := *w.describe(pool, id).PreSignedUrl
	if err := w.upload(link, w.file(pool, person("evil"))); err != userimport.ErrClosed {
		t.Errorf("upload: %v", err)
	}
	w.work(time.Minute)
	if got := countsOf(w.describe(pool, id)); got != (counts{"Succeeded", 1, 0, 0, done}) || w.Stored(pool, "a") == nil {
		t.Errorf("import %+v", got)
	}
	pooltest.Must(w.World, pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: pool})
	if err := w.upload(link, "x"); err != userimport.ErrClosed {
		t.Errorf("upload for a pool that is gone: %v", err)
	}
}

// A file gives nobody a password, a sub, or an identity of elsewhere, and changes nobody who exists.
func TestAttack_importTakesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	j := w.imported(pool, w.file(pool, person("jo", "email", "evil@example.com"), person(sub, "email", "evil@example.com"), person("good")))
	if got := countsOf(j); got != (counts{"Succeeded", 1, 2, 0, done}) {
		t.Errorf("import %+v", got)
	}
	if u := w.Stored(pool, "jo"); u.Status != userpool.Confirmed || u.Sub != sub {
		t.Errorf("user %+v", u)
	}
	w.Tokens(client, "jo")
	for _, column := range []string{"sub", "identities", "cognito:user_status", "password"} {
		text := strings.Replace(w.file(pool, person("bo")), "nickname", column, 1)
		if got := countsOf(w.imported(pool, text)); got.status != "Failed" || got.imported != 0 {
			t.Errorf("column %s: %+v", column, got)
		}
	}
}

// The column about a second factor: who is to have one is asked for it, and a row that could not have it fails.
func TestImport_secondFactor(t *testing.T) {
	t.Parallel()
	const phone = "+491701234567"
	for name, c := range map[string]struct {
		mode, mfa, phone string
		token            bool // the pool has applications as factor, and no SMS
		line             string
		challenge        string // of a sign-in afterwards
	}{
		"on":               {"OPTIONAL", "true", phone, false, "[SUCCEEDED] Line Number 2 - The import succeeded.", "SMS_MFA"},
		"off":              {"OPTIONAL", "false", phone, false, "[SUCCEEDED] Line Number 2 - The import succeeded.", ""},
		"not said":         {"OPTIONAL", "", phone, false, "[FAILED] Line Number 2 - The User Record does not set cognito:mfa_enabled to true or false.", ""},
		"without number":   {"OPTIONAL", "true", "", false, "[FAILED] Line Number 2 - The User Record sets cognito:mfa_enabled to true, but SMS cannot be its second factor.", ""},
		"pool without SMS": {"OPTIONAL", "true", phone, true, "[FAILED] Line Number 2 - The User Record sets cognito:mfa_enabled to true, but SMS cannot be its second factor.", ""},
		"pool without any": {"OFF", "true", phone, false, "[SUCCEEDED] Line Number 2 - The import succeeded.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			pool := w.Pool(nil)
			client := *w.Client(pool, nil).ClientId
			if c.mode != "OFF" {
				in := &cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: pool, MfaConfiguration: &c.mode}
				if c.token {
					in.SoftwareTokenMfaConfiguration = &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)}
				} else {
					in.SmsMfaConfiguration = &cognitoidp.SmsMfaConfigType{SmsConfiguration: &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms", ExternalId: new("e")}}
				}
				pooltest.Must(w.World, w.S.Pool.SetUserPoolMfaConfig, in)
			}
			w.imported(pool, w.file(pool, []string{"cognito:username", "jo", "email", "jo@example.com", "email_verified", "true", "cognito:mfa_enabled", c.mfa, "phone_number", c.phone}))
			if got := w.lines(); !slices.Equal(got, []string{c.line}) {
				t.Fatalf("log %q", got)
			}
			if strings.HasPrefix(c.line, "[FAILED]") {
				return
			}
			pooltest.Must(w.World, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: pooltest.Password, Permanent: new(true)})
			out, res := w.SignIn(client, "jo", pooltest.Password)
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			got := ""
			if out.ChallengeName != nil {
				got = *out.ChallengeName
			}
			if got != c.challenge {
				t.Errorf("challenge %q, want %q", got, c.challenge)
			}
		})
	}
}
