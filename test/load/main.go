// Command load measures a cogtrail server: it starts the given binary on an
// empty folder, drives it over loopback with 1, 8 and 64 clients, and prints
// requests per second, latencies and the server's CPU time per call, next to the
// cryptography that the same machine does at best.
//
//	go run ./test/load -binary ./cogtrail [-seconds 5]
//
// Load generator and server share the machine; CPU time per call is the
// server's own, read from the kernel.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cogtrail/cogtrail/internal/credential/password"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
)

func main() {
	binary := flag.String("binary", "./cogtrail", "server to measure")
	seconds := flag.Int("seconds", 5, "seconds per measurement")
	state := flag.String("state", "", "state engine of the server")
	flag.Parse()
	if err := run(*binary, *state, time.Duration(*seconds)*time.Second); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// target is the server under load.
type target struct {
	url    string
	cmd    *exec.Cmd
	cred   aws.Credentials
	client *http.Client
	start  time.Duration // from exec to ready
}

func run(binary, state string, d time.Duration) error {
	dir, err := os.MkdirTemp("", "cogtrail-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := launch(binary, dir, state)
	if err != nil {
		return err
	}
	defer t.stop()
	fmt.Printf("%s/%s, %d CPUs, %s per row\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), d)
	fmt.Printf("start to ready %d ms, idle memory %d MB\n\n", t.start.Milliseconds(), t.memory())
	floor()
	w, err := prepare(t)
	if err != nil {
		return err
	}
	fmt.Println("| call | clients | calls/s | p50 ms | p99 ms | server CPU ms/call |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, c := range []struct {
		name string
		do   func(n int64) error
	}{
		{"DescribeUserPool", w.describe}, {"AdminCreateUser", w.adminCreate}, {"USER_PASSWORD_AUTH", w.passwordAuth}, {"USER_SRP_AUTH", w.srpAuth},
	} {
		for _, clients := range []int{1, 8, 64} {
			if err := w.measure(c.name, clients, d, c.do); err != nil {
				return fmt.Errorf("%s with %d clients: %w", c.name, clients, err)
			}
		}
	}
	fmt.Printf("\nmemory after load %d MB\n", t.memory())
	return w.history()
}

// launch starts the server and waits until it is ready.
func launch(binary, dir, state string) (*target, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	args := []string{"serve", "--data", dir, "--listen", addr, "--log-level", "error"}
	if state != "" {
		args = append(args, "--state", state)
	}
	t := &target{url: "http://" + addr, cmd: exec.Command(binary, args...)}
	t.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	t.cmd.Stderr = os.Stderr
	began := time.Now()
	if err := t.cmd.Start(); err != nil {
		return nil, err
	}
	for deadline := began.Add(10 * time.Second); ; {
		resp, err := t.client.Get(t.url + "/_cogtrail/health")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == 200 {
				break
			}
		}
		if time.Now().After(deadline) {
			return nil, errors.New("the server did not get ready")
		}
		time.Sleep(time.Millisecond)
	}
	t.start = time.Since(began)
	raw, err := os.ReadFile(filepath.Join(dir, "root-credentials"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(raw)) {
		k, v, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(k) {
		case "aws_access_key_id":
			t.cred.AccessKeyID = strings.TrimSpace(v)
		case "aws_secret_access_key":
			t.cred.SecretAccessKey = strings.TrimSpace(v)
		}
	}
	return t, nil
}

func (t *target) stop() {
	_ = t.cmd.Process.Signal(os.Interrupt)
	_ = t.cmd.Wait()
}

// memory is the server's resident set in MB.
func (t *target) memory() int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.cmd.Process.Pid))
	if err != nil {
		return -1
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb / 1024
		}
	}
	return -1
}

// cpu is the CPU time the server has used.
func (t *target) cpu() time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", t.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100
}

// call sends one AWS JSON call, signed or not.
func (t *target) call(operation string, in any, signed bool) (map[string]any, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, t.url+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	target, service := "AWSCognitoIdentityProviderService.", "cognito-idp"
	if operation == "LookupEvents" {
		target, service = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.", "cloudtrail"
	}
	req.Header.Set("X-Amz-Target", target+operation)
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if signed {
		sum := sha256.Sum256(body)
		if err := v4.NewSigner().SignHTTP(context.Background(), t.cred, req, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
			return nil, err
		}
	}
	resp, err := t.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %d %s", operation, resp.StatusCode, raw)
	}
	var out map[string]any
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

// floor prints what the cryptography of a sign-in costs at least.
func floor() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return
	}
	sum := sha256.Sum256([]byte("x"))
	sign := each(func() { _, _ = rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]) })
	g := srp.New()
	g.Warm()
	v := g.NewVerifier("pool", "user", "Correct-Horse-42")
	check := each(func() { _ = g.CheckPassword(v, "pool", "user", "Correct-Horse-42") })
	h, err := password.NewHasher(password.Params{}, 1, 1)
	if err != nil {
		return
	}
	argon := each(func() { _, _ = h.Hash(context.Background(), "Correct-Horse-42") })
	fmt.Println("cryptography, one core, the floor of a sign-in:")
	fmt.Printf("  RS256 signature            %6.2f ms (two per sign-in)\n", ms(sign))
	fmt.Printf("  password against verifier  %6.2f ms\n", ms(check))
	fmt.Printf("  argon2id                   %6.2f ms\n", ms(argon))
	start, verify := srpFloor(g, v)
	fmt.Printf("  SRP first step             %6.2f ms\n  SRP second step            %6.2f ms\n", ms(start), ms(verify))
	fmt.Printf("  password sign-in           %6.2f ms, SRP sign-in %.2f ms\n\n", ms(2*sign+check), ms(2*sign+start+verify))
}

func each(f func()) time.Duration {
	f()
	n, began := 0, time.Now()
	for time.Since(began) < 300*time.Millisecond {
		f()
		n++
	}
	return time.Since(began) / time.Duration(n)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// work is a pool with a client and a user.
type work struct {
	*target
	pool, client string
	serial       atomic.Int64
	srp          *srp.Group
}

const userPassword = "Correct-Horse-42"

func prepare(t *target) (*work, error) {
	w := &work{target: t, srp: srp.New()}
	w.srp.Warm()
	out, err := t.call("CreateUserPool", map[string]any{"PoolName": "load"}, true)
	if err != nil {
		return nil, err
	}
	w.pool = out["UserPool"].(map[string]any)["Id"].(string)
	out, err = t.call("CreateUserPoolClient", map[string]any{
		"UserPoolId": w.pool, "ClientName": "load", "ExplicitAuthFlows": []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
	}, true)
	if err != nil {
		return nil, err
	}
	w.client = out["UserPoolClient"].(map[string]any)["ClientId"].(string)
	for i := range 64 {
		name := fmt.Sprintf("user%d", i)
		if _, err := t.call("AdminCreateUser", map[string]any{"UserPoolId": w.pool, "Username": name, "MessageAction": "SUPPRESS"}, true); err != nil {
			return nil, err
		}
		if _, err := t.call("AdminSetUserPassword", map[string]any{"UserPoolId": w.pool, "Username": name, "Password": userPassword, "Permanent": true}, true); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *work) describe(int64) error {
	_, err := w.call("DescribeUserPool", map[string]any{"UserPoolId": w.pool}, true)
	return err
}

func (w *work) adminCreate(int64) error {
	_, err := w.call("AdminCreateUser", map[string]any{"UserPoolId": w.pool, "Username": fmt.Sprintf("new%d", w.serial.Add(1)), "MessageAction": "SUPPRESS"}, true)
	return err
}

func (w *work) passwordAuth(n int64) error {
	_, err := w.call("InitiateAuth", map[string]any{
		"ClientId": w.client, "AuthFlow": "USER_PASSWORD_AUTH",
		"AuthParameters": map[string]string{"USERNAME": fmt.Sprintf("user%d", n%64), "PASSWORD": userPassword},
	}, false)
	return err
}

func (w *work) srpAuth(n int64) error {
	c := w.srp.NewClient()
	out, err := w.call("InitiateAuth", map[string]any{
		"ClientId": w.client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": map[string]string{"USERNAME": fmt.Sprintf("user%d", n%64), "SRP_A": c.A()},
	}, false)
	if err != nil {
		return err
	}
	p := out["ChallengeParameters"].(map[string]any)
	text := func(k string) string { s, _ := p[k].(string); return s }
	_, name, _ := strings.Cut(w.pool, "_")
	sig, at, err := c.Sign(name, text("USER_ID_FOR_SRP"), userPassword, text("SALT"), text("SRP_B"), text("SECRET_BLOCK"), time.Now())
	if err != nil {
		return err
	}
	answer := map[string]any{
		"ClientId": w.client, "ChallengeName": "PASSWORD_VERIFIER",
		"ChallengeResponses": map[string]string{
			"USERNAME": text("USER_ID_FOR_SRP"), "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"), "PASSWORD_CLAIM_SIGNATURE": sig, "TIMESTAMP": at,
		},
	}
	if s, ok := out["Session"]; ok {
		answer["Session"] = s
	}
	_, err = w.call("RespondToAuthChallenge", answer, false)
	return err
}

// measure runs do from so many clients for d and prints one row.
func (w *work) measure(name string, clients int, d time.Duration, do func(int64) error) error {
	var wg sync.WaitGroup
	var n atomic.Int64
	var failed atomic.Pointer[error]
	took := make([][]time.Duration, clients)
	cpu, began := w.cpu(), time.Now()
	for i := range clients {
		wg.Go(func() {
			for time.Since(began) < d && failed.Load() == nil {
				at := time.Now()
				if err := do(n.Add(1)); err != nil {
					failed.Store(&err)
					return
				}
				took[i] = append(took[i], time.Since(at))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(began)
	cpu = w.cpu() - cpu
	if err := failed.Load(); err != nil {
		return *err
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	fmt.Printf("| %s | %d | %.0f | %.2f | %.2f | %.2f |\n", name, clients, float64(len(all))/elapsed.Seconds(),
		ms(all[len(all)/2]), ms(all[len(all)*99/100]), ms(cpu)/float64(len(all)))
	return nil
}

// history measures from an answer to its record in LookupEvents.
func (w *work) history() error {
	var took []time.Duration
	for i := range 20 {
		name := fmt.Sprintf("probe%d", i)
		out, err := w.call("CreateUserPool", map[string]any{"PoolName": name}, true)
		if err != nil {
			return err
		}
		id := out["UserPool"].(map[string]any)["Id"].(string)
		began := time.Now()
		for {
			out, err := w.call("LookupEvents", map[string]any{
				"LookupAttributes": []map[string]string{{"AttributeKey": "ResourceName", "AttributeValue": id}}, "MaxResults": 1,
			}, true)
			if err != nil {
				return err
			}
			if len(out["Events"].([]any)) > 0 {
				break
			}
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	fmt.Printf("answer to history: median %.1f ms, most %.1f ms (20 probes, by resource name)\n", ms(took[10]), ms(took[19]))
	return nil
}

// srpFloor times both steps of the server's side of SRP.
func srpFloor(g *srp.Group, v srp.Verifier) (first, second time.Duration) {
	c := g.NewClient()
	first = each(func() { _, _ = g.Start(v, c.A()) })
	ch, err := g.Start(v, c.A())
	if err != nil {
		return 0, 0
	}
	block := base64.StdEncoding.EncodeToString([]byte("block"))
	sig, at, err := c.Sign("pool", "user", "Correct-Horse-42", ch.Salt, ch.B, block, time.Now())
	if err != nil {
		return 0, 0
	}
	claim := srp.Claim{PoolName: "pool", UserID: "user", SecretBlock: []byte("block"), Timestamp: at, Signature: sig}
	second = each(func() { _ = g.Verify(ch.State, v, claim) })
	return first, second
}
