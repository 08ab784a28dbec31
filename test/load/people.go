package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// signers is how many of the users get a password, to sign in with.
const signers = 5000

// importSize is how many users one file holds.
const importSize = 100_000

// people measures a pool of so many users: their import, searches by each attribute, and what those who sign in among them do.
func people(o options, n int) (err error) {
	dir := o.folder
	if dir == "" {
		if dir, err = os.MkdirTemp("", "cogtrail-people-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	before, err := folderSize(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	t, err := launch(o, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stop()) }()
	w, err := prepare(t)
	if err != nil {
		return err
	}
	empty := t.status("VmRSS")
	if err := w.importPeople(n); err != nil {
		return err
	}
	time.Sleep(5 * time.Second) // at rest
	size, err := folderSize(dir)
	if err != nil {
		return err
	}
	fmt.Printf("memory after the import %d MB, of which %d MB are pages of files, %d MB before it; data folder %.2f KB a user\n\n",
		t.status("VmRSS"), t.status("RssFile"), empty, float64(size-before)/float64(n)/1024)
	if err := w.search(n); err != nil {
		return err
	}
	if err := w.signInAmong(n, o.each); err != nil {
		return err
	}
	fmt.Printf("\nmemory right after %d MB, most %d MB\n", t.status("VmRSS"), t.status("VmHWM"))
	restarted := time.Now()
	if err := t.stop(); err != nil {
		return err
	}
	again, err := launch(o, dir)
	if err != nil {
		return err
	}
	*t = *again // the deferred stop is of this one
	took := time.Since(restarted)
	time.Sleep(5 * time.Second) // at rest
	if size, err = folderSize(dir); err != nil {
		return err
	}
	fmt.Printf("stop and start over it: %.0f ms, of which start to ready %.0f ms; then at rest %d MB, of which %d MB are pages of files; data folder %.2f KB a user\n",
		ms(took), ms(t.start), t.status("VmRSS"), t.status("RssFile"), float64(size-before)/float64(n)/1024)
	return nil
}

// person is the name of the i-th user.
func person(i int) string { return fmt.Sprintf("person%07d", i) }

// csvOf is a file of users in the order of the pool's header.
func csvOf(header []string, from, to int) []byte {
	var b bytes.Buffer
	b.WriteString(strings.Join(header, ",") + "\n")
	for i := from; i < to; i++ {
		values := map[string]string{
			"cognito:username": person(i), "cognito:mfa_enabled": "false", "email": person(i) + "@example.com", "email_verified": "true",
			"phone_number": fmt.Sprintf("+1555%07d", i), "phone_number_verified": "false", "name": fmt.Sprintf("Name %07d", i),
			"given_name": fmt.Sprintf("Given %04d", i%1000), "family_name": fmt.Sprintf("Family %02d", i%100), "preferred_username": fmt.Sprintf("nick%07d", i),
		}
		for k, column := range header {
			if k > 0 {
				b.WriteByte(',')
			}
			b.WriteString(values[column])
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// importPeople imports users by files of importSize and tells how fast.
func (w *work) importPeople(n int) error {
	form := func(values url.Values) error {
		values.Set("Version", "2010-05-08")
		_, _, err := w.send("iam", http.MethodPost, "/", []byte(values.Encode()), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, true)
		return err
	}
	err := errors.Join(
		form(url.Values{"Action": {"CreateRole"}, "RoleName": {"import"}, "AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cognito-idp.amazonaws.com"},"Action":"sts:AssumeRole"}]}`}}),
		form(url.Values{"Action": {"PutRolePolicy"}, "RoleName": {"import"}, "PolicyName": {"logs"}, "PolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`}}),
	)
	if err != nil {
		return err
	}
	pool := map[string]any{"UserPoolId": w.plain.id}
	out, _, err := w.call("cognito-idp", "GetCSVHeader", pool, true)
	if err != nil {
		return err
	}
	var header []string
	for _, c := range out["CSVHeader"].([]any) {
		header = append(header, c.(string))
	}
	var inside time.Duration
	cpu := w.cpu()
	for from := 0; from < n; from += importSize {
		out, _, err := w.call("cognito-idp", "CreateUserImportJob", map[string]any{
			"UserPoolId": w.plain.id, "JobName": "people", "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/import",
		}, true)
		if err != nil {
			return err
		}
		job := out["UserImportJob"].(map[string]any)
		if err := w.put(job["PreSignedUrl"].(string), csvOf(header, from, min(n, from+importSize))); err != nil {
			return err
		}
		which := map[string]any{"UserPoolId": w.plain.id, "JobId": job["JobId"]}
		began := time.Now()
		if _, _, err := w.call("cognito-idp", "StartUserImportJob", which, true); err != nil {
			return err
		}
		told := began
		for {
			time.Sleep(100 * time.Millisecond)
			out, _, err := w.call("cognito-idp", "DescribeUserImportJob", which, true)
			if err != nil {
				return err
			}
			job := out["UserImportJob"].(map[string]any)
			done, _ := job["ImportedUsers"].(float64)
			if job["Status"] == "Succeeded" {
				break
			}
			if s := job["Status"]; s != "Pending" && s != "InProgress" {
				return fmt.Errorf("import ended %v: %v", s, job["CompletionMessage"])
			}
			if time.Since(told) > 5*time.Second {
				told = time.Now()
				fmt.Fprintf(os.Stderr, "%d of %d users imported\n", from+int(done), n)
			}
		}
		inside += time.Since(began)
	}
	cpu = w.cpu() - cpu
	fmt.Printf("%d users imported in %.1f s: %.0f/s, %.2f ms of the processor each\n\n", n, inside.Seconds(), float64(n)/inside.Seconds(), ms(cpu)/float64(n))
	return nil
}

// put uploads the file of an import.
func (w *work) put(link string, file []byte) error {
	req, err := http.NewRequest(http.MethodPut, link, bytes.NewReader(file))
	if err != nil {
		return err
	}
	req.Header.Set("X-Amz-Server-Side-Encryption", "aws:kms")
	resp, err := w.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("upload: %s", resp.Status)
	}
	return nil
}

// searches is how many calls each kind of search is made of.
const searches = 200

// search prints how long ListUsers takes by each attribute.
func (w *work) search(n int) error {
	out, _, err := w.call("cognito-idp", "AdminGetUser", map[string]any{"UserPoolId": w.plain.id, "Username": person(n / 2)}, true)
	if err != nil {
		return err
	}
	sub := ""
	for _, a := range out["UserAttributes"].([]any) {
		if a := a.(map[string]any); a["Name"] == "sub" {
			sub = a["Value"].(string)
		}
	}
	fmt.Printf("ListUsers, first page of 60, one client, %d calls each.\n\n| filter | found | p50 ms | p99 ms | most ms |\n|---|---|---|---|---|\n", searches)
	at := func(k int) int { return (k*7919 + 11) % n }
	for _, f := range []struct {
		text string
		of   func(k int) string
	}{
		{"none", func(int) string { return "" }},
		{"username =", func(k int) string { return `username = "` + person(at(k)) + `"` }},
		{"username ^= (up to 10)", func(k int) string { return `username ^= "` + person(at(k))[:12] + `"` }},
		{"username ^= (all)", func(int) string { return `username ^= "person"` }},
		{"email =", func(k int) string { return `email = "` + person(at(k)) + `@example.com"` }},
		{"email ^=", func(k int) string { return `email ^= "` + person(at(k))[:12] + `"` }},
		{"phone_number =", func(k int) string { return fmt.Sprintf(`phone_number = "+1555%07d"`, at(k)) }},
		{"phone_number ^=", func(k int) string { return fmt.Sprintf(`phone_number ^= "+1555%06d"`, at(k)/10) }},
		{"name =", func(k int) string { return fmt.Sprintf(`name = "Name %07d"`, at(k)) }},
		{"name ^=", func(k int) string { return fmt.Sprintf(`name ^= "name %06d"`, at(k)/10) }},
		{"given_name = (1 of 1,000)", func(k int) string { return fmt.Sprintf(`given_name = "Given %04d"`, k) }},
		{"given_name ^=", func(k int) string { return fmt.Sprintf(`given_name ^= "Given %03d"`, k%100) }},
		{"family_name = (1 of 100)", func(k int) string { return fmt.Sprintf(`family_name = "Family %02d"`, k%100) }},
		{"family_name ^=", func(k int) string { return `family_name ^= "Family"` }},
		{"preferred_username =", func(k int) string { return fmt.Sprintf(`preferred_username = "nick%07d"`, at(k)) }},
		{"preferred_username ^=", func(k int) string { return fmt.Sprintf(`preferred_username ^= "nick%06d"`, at(k)/10) }},
		{"cognito:user_status = (all)", func(int) string { return `cognito:user_status = "RESET_REQUIRED"` }},
		{"cognito:user_status = (64)", func(int) string { return `cognito:user_status = "CONFIRMED"` }},
		{"cognito:user_status ^=", func(int) string { return `cognito:user_status ^= "RESET"` }},
		{"status = (all)", func(int) string { return `status = "Enabled"` }},
		{"status = (none)", func(int) string { return `status = "Disabled"` }},
		{"sub =", func(int) string { return `sub = "` + sub + `"` }},
		{"sub ^=", func(int) string { return `sub ^= "` + sub[:6] + `"` }},
		{"email = (none)", func(k int) string { return fmt.Sprintf(`email = "nobody%d@example.com"`, k) }},
	} {
		took, found := make([]time.Duration, searches), 0
		for k := range searches {
			in := map[string]any{"UserPoolId": w.plain.id}
			if text := f.of(k); text != "" {
				in["Filter"] = text
			}
			began := time.Now()
			out, _, err := w.call("cognito-idp", "ListUsers", in, true)
			if err != nil {
				return fmt.Errorf("%s: %w", f.text, err)
			}
			took[k] = time.Since(began)
			found = len(out["Users"].([]any))
		}
		slices.Sort(took)
		fmt.Printf("| %s | %d | %.2f | %.2f | %.2f |\n", f.text, found, ms(took[searches/2]), ms(took[searches*99/100]), ms(took[searches-1]))
	}
	fmt.Println()
	return nil
}

// signInAmong gives some of the users a password and prints how fast they sign in, refresh and read themselves.
func (w *work) signInAmong(n int, each time.Duration) error {
	count := min(n, signers)
	who := func(k int64) string { return person(int(k%int64(count)) * (n / count)) }
	var next atomic.Int64
	_, err := w.drive(8, time.Hour, func(int64) error {
		k := next.Add(1) - 1
		if k >= int64(count) {
			return errAll
		}
		_, _, err := w.call("cognito-idp", "AdminSetUserPassword", map[string]any{"UserPoolId": w.plain.id, "Username": who(k), "Password": userPassword, "Permanent": true}, true)
		return err
	})
	if !errors.Is(err, errAll) {
		return err
	}
	out, err := w.signIn(who(0))
	if err != nil {
		return err
	}
	tokens := out["AuthenticationResult"].(map[string]any)
	fmt.Printf("%d users of these sign in; %s per row.\n\n| call | clients | calls/s | p50 ms | p99 ms | CPU ms/call |\n|---|---|---|---|---|---|\n", count, each)
	for _, c := range []struct {
		name string
		do   func(k int64) error
	}{
		{"USER_PASSWORD_AUTH", func(k int64) error { _, err := w.signIn(who(k)); return err }},
		{"USER_SRP_AUTH (two calls)", func(k int64) error { return w.srpOf(who(k)) }},
		{"REFRESH_TOKEN_AUTH", func(int64) error {
			_, _, err := w.call("cognito-idp", "InitiateAuth", map[string]any{
				"ClientId": w.plain.client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": map[string]any{"REFRESH_TOKEN": tokens["RefreshToken"]},
			}, false)
			return err
		}},
		{"GetUser", func(int64) error {
			_, _, err := w.call("cognito-idp", "GetUser", map[string]any{"AccessToken": tokens["AccessToken"]}, false)
			return err
		}},
	} {
		for _, clients := range []int{1, 8, 64} {
			r, err := w.drive(clients, each, c.do)
			if err != nil {
				return fmt.Errorf("%s with %d clients: %w", c.name, clients, err)
			}
			fmt.Printf("| %s | %d | %.0f | %.2f | %.2f | %.2f |\n", c.name, clients, r.rate, ms(r.p50), ms(r.p99), ms(r.cpu))
		}
	}
	return nil
}

// errAll ends a drive that has made all its calls.
var errAll = errors.New("all calls are made")

func (w *work) signIn(name string) (map[string]any, error) {
	out, _, err := w.call("cognito-idp", "InitiateAuth", map[string]any{
		"ClientId": w.plain.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": map[string]string{"USERNAME": name, "PASSWORD": userPassword},
	}, false)
	return out, err
}

// folderSize is how many bytes the files of a folder have.
func folderSize(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // dropped meanwhile
		}
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}
