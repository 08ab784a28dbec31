package attack

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// told is everything that the server has told about what was done: history, the
// trail's log group and files, and its own log and output.
func told(ctx context.Context, since time.Time) (map[string]string, error) {
	out := map[string]string{"the server's log": srv.Log()}
	// The first start shows the root key once; nothing else may stand there.
	out["the server's output"] = strings.ReplaceAll(srv.Output(), srv.Root.Secret, "")
	events, err := srv.Events(ctx, since, "")
	if err != nil {
		return nil, err
	}
	copies, err := srv.GroupEvents(ctx, trail.Group, since)
	if err != nil {
		return nil, err
	}
	for place, list := range map[string][]server.Event{"Event history": events, "the trail's log group": copies} {
		var b strings.Builder
		for _, e := range list {
			b.WriteString(e.Raw + "\n")
		}
		out[place] = b.String()
	}
	out["the trail's files"], err = trailFiles(ctx)
	return out, err
}

// trailFiles unpacks all files that the trail has delivered.
func trailFiles(ctx context.Context) (string, error) {
	keys, err := listKeys(ctx, "AWSLogs/"+server.Account+"/CloudTrail/")
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, k := range keys {
		a, err := srv.S3(ctx, &srv.Root, "GET", "/"+trail.Bucket+"/"+k, nil, nil)
		if err == nil {
			err = a.Err()
		}
		if err != nil {
			return "", err
		}
		z, err := gzip.NewReader(bytes.NewReader(a.Body))
		if err == nil {
			_, err = io.Copy(&out, z)
		}
		if err != nil {
			return "", fmt.Errorf("unpack %s: %w", k, err)
		}
	}
	return out.String(), nil
}

// listKeys lists the keys of the trail's bucket below a prefix.
func listKeys(ctx context.Context, prefix string) ([]string, error) {
	var out []string
	q := url.Values{"list-type": {"2"}, "prefix": {prefix}}
	for {
		a, err := srv.S3(ctx, &srv.Root, "GET", "/"+trail.Bucket+"?"+q.Encode(), nil, nil)
		if err == nil {
			err = a.Err()
		}
		if err != nil {
			return nil, err
		}
		var page struct {
			Contents              []struct{ Key string }
			NextContinuationToken string
		}
		if err := xml.Unmarshal(a.Body, &page); err != nil {
			return nil, err
		}
		for _, c := range page.Contents {
			out = append(out, c.Key)
		}
		if page.NextContinuationToken == "" {
			return out, nil
		}
		q.Set("continuation-token", page.NextContinuationToken)
	}
}

// planted is where a canary was put.
type planted struct{ where, value string }

// Canaries in every private member of every served operation, in forms that are
// taken and forms that are refused. None may be told anywhere.
func TestAttack52_Canaries_ASVS_16_2_5(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	p.person(pool.ID, "jo", nil)
	_, stranger := p.user("")
	var all []planted
	n := 0
	forms := map[string]func() string{
		"plain":    func() string { n++; return fmt.Sprintf("Canary%06dX1!", n) },
		"token":    func() string { n++; return fmt.Sprintf("Canary%06dX", n) },
		"digits":   func() string { n++; return fmt.Sprintf("90%04d4711%04d", n, n) },
		"too long": func() string { n++; return fmt.Sprintf("Canary%06dX1!", n) + strings.Repeat("y", 140_000) },
		"illegal":  func() string { n++; return fmt.Sprintf("\x01<Canary%06dX>\n\"'&", n) },
		"e-mail":   func() string { n++; return fmt.Sprintf("canary%06dx@example.com", n) },
		"url":      func() string { n++; return fmt.Sprintf("https://u:Canary%06dX@h.example/?k=Canary%06dX", n, n) },
	}
	operations, members, attributes := map[string]bool{}, 0, 0
	for form, make := range forms {
		for _, o := range served(t) {
			full := o.Service.Name + "." + o.Name
			for _, c := range []*server.Credentials{&srv.Root, &stranger, nil} {
				was := n
				g := &sampler{known: map[string]any{"UserPoolId": pool.ID, "ClientId": pool.Client, "Bucket": trail.Data, "Key": "a52", "logGroupName": "a52"}, canary: func() string {
					v := make()
					all = append(all, planted{full + " " + form, v[:min(len(v), 40)]})
					return v
				}}
				g.blob = func() string {
					v := base64.StdEncoding.EncodeToString([]byte(g.canary()))
					all = append(all, planted{full + " " + form, v[:min(len(v), 40)]})
					return v
				}
				attributes++
				g.attributes = attributes
				in := g.structure(o.Input, false, 0)
				if n == was {
					continue // nothing private in it
				}
				operations[full] = true
				members += n - was
				a, err := send(t, c, o, in)
				if err == nil && a.Status/100 == 5 && a.Status != 501 {
					t.Errorf("%s with canaries: %d %s", full, a.Status, a.Body)
				}
			}
		}
	}
	answered := map[string]bool{}
	all = append(all, p.answers(answered)...)
	// The private values of a life that succeeds.
	own := p.tokens(pool.Client, "jo")
	for what, v := range map[string]string{"password": password, "access token": own.AccessToken, "ID token": own.IdToken, "refresh token": own.RefreshToken, "root secret": srv.Root.Secret} {
		all = append(all, planted{what, v})
	}
	p.must(errOf(p.call(nil, idp, "GetUser", map[string]any{"AccessToken": own.AccessToken})))
	p.must(errOf(p.call(nil, idp, "InitiateAuth", refreshInput(pool.Client, own.RefreshToken))))
	p.must(errOf(p.call(nil, idp, "RevokeToken", map[string]any{"ClientId": pool.Client, "Token": own.RefreshToken})))
	a, err := p.call(&srv.Root, "iam", "GetUser", url.Values{"UserName": {"the-end-of-a52"}})
	p.refused("the last call", a, err)
	var text map[string]string
	eventually(t, "the last call is told everywhere", func() bool {
		text, err = told(t.Context(), p.began)
		p.must(err)
		for place, s := range text {
			if strings.HasPrefix(place, "the trail") && !strings.Contains(s, "the-end-of-a52") {
				return false
			}
		}
		return strings.Contains(text["Event history"], "the-end-of-a52")
	})
	for place, s := range text {
		for _, c := range all {
			if strings.Contains(s, core(c.value)) {
				t.Errorf("%s shows a private value of %s: %.60s", place, c.where, around(s, core(c.value)))
			}
		}
	}
	p.n += members
	for _, o := range served(t) {
		full := o.Service.Name + "." + o.Name
		if secrets(o.Output, nil, false, 0) && !operations[full] && !answered[full] && silent[full] == "" {
			t.Errorf("%s answers with private members, and none was looked for", full)
		}
	}
	t.Logf("%d canaries in %d operations, 7 forms, 3 callers, with answers of %d operations; looked for in %d places", len(all), len(operations), len(answered), len(text))
}

// core is the part of a canary that no escaping changes.
func core(v string) string {
	if i := strings.Index(strings.ToLower(v), "canary"); i >= 0 {
		return v[i : i+13]
	}
	return v
}

// around shows what stands before a text.
func around(s, v string) string {
	i := strings.Index(s, v)
	return s[max(0, i-50):i]
}

func errOf(a *server.Answer, err error) error {
	if err != nil {
		return err
	}
	return a.Err()
}
