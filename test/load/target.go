package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// target is the server under load.
type target struct {
	url    string
	cmd    *exec.Cmd
	root   server.Credentials
	client *http.Client
	start  time.Duration // from exec to ready
}

// launch starts the server and waits until it is ready.
func launch(o options, dir string, env ...string) (*target, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	args := []string{"serve", "--data", dir, "--listen", addr, "--log-level", "error"}
	if o.state != "" {
		args = append(args, "--state", o.state)
	}
	t := &target{url: "http://" + addr, cmd: exec.Command(o.binary, args...)}
	t.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	t.cmd.Stderr, t.cmd.Env = os.Stderr, append(os.Environ(), env...)
	began := time.Now()
	if err := t.cmd.Start(); err != nil {
		return nil, err
	}
	for {
		resp, err := t.client.Get(t.url + "/_cogtrail/health")
		if err == nil {
			_ = resp.Body.Close() // only the status counts
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Since(began) > 10*time.Second {
			_ = t.cmd.Process.Kill()
			return nil, errors.Join(errors.New("the server did not get ready"), t.cmd.Wait())
		}
		time.Sleep(time.Millisecond)
	}
	t.start = time.Since(began)
	raw, err := os.ReadFile(filepath.Join(dir, "root-credentials"))
	if err != nil {
		return nil, errors.Join(err, t.stop())
	}
	for line := range strings.Lines(string(raw)) {
		k, v, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(k) {
		case "aws_access_key_id":
			t.root.ID = strings.TrimSpace(v)
		case "aws_secret_access_key":
			t.root.Secret = strings.TrimSpace(v)
		}
	}
	return t, nil
}

// stop ends the server in order.
func (t *target) stop() error {
	t.client.CloseIdleConnections()
	if err := t.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return t.cmd.Wait()
}

// status is a size of the server's process in MB, such as VmRSS; -1 if the system does not tell.
func (t *target) status(name string) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.cmd.Process.Pid))
	if err != nil {
		return -1
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb / 1024
		}
	}
	return -1
}

// cpu is the CPU time the server has used, in steps of 10 ms; 0 if the system does not tell.
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

var prefixes = map[string]string{
	"cognito-idp": "AWSCognitoIdentityProviderService.", "cloudtrail": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.",
	"logs": "Logs_20140328.",
}

// call sends one AWS JSON call, signed or not, and returns answer and request id.
func (t *target) call(service, operation string, in any, signed bool) (out map[string]any, id string, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, "", err
	}
	headers := map[string]string{"X-Amz-Target": prefixes[service] + operation, "Content-Type": "application/x-amz-json-1.1"}
	raw, id, err := t.send(service, http.MethodPost, "/", body, headers, signed)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", operation, err)
	}
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &out)
	}
	return out, id, err
}

// send sends a request; anything but 200 is an error.
func (t *target) send(service, method, path string, body []byte, headers map[string]string, signed bool) (raw []byte, id string, err error) {
	req, err := http.NewRequestWithContext(context.Background(), method, t.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	if signed {
		if service == "s3" {
			req.Header.Set("X-Amz-Content-Sha256", server.Hash(body))
		}
		if err := server.Sign(req, t.root, server.Hash(body), service, time.Now()); err != nil {
			return nil, "", err
		}
	}
	resp, err := t.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if raw, err = io.ReadAll(resp.Body); err != nil {
		return nil, "", err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("%d %.300s", resp.StatusCode, raw)
	}
	return raw, resp.Header.Get("X-Amzn-Requestid"), nil
}
