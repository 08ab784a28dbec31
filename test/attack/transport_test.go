package attack

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// raw sends bytes and reads all answers until the server closes or falls silent.
func raw(t *testing.T, text string, limit time.Duration) []int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(limit))
	// The server may refuse while we still write.
	_, _ = io.WriteString(conn, text)
	var out []int
	for r := bufio.NewReader(conn); ; {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return out
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		out = append(out, resp.StatusCode)
	}
}

// Requests that two parsers frame differently, and ones without end.
func TestAttack55_Smuggling_ASVS_4_2(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	hidden := fmt.Sprintf(`{"ClientId":%q,"Username":"smuggled","Password":%q}`, pool.Client, password)
	inner := "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: " +
		fmt.Sprint(len(hidden)) + "\r\n\r\n" + hidden
	chunked := "0\r\n\r\n"
	// Each head frames the inner request as part of its own body if read one way.
	var wg sync.WaitGroup
	for variant, head := range map[string]string{
		"length and chunked":        fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n", len(chunked+inner)) + chunked,
		"two lengths":               fmt.Sprintf("Content-Length: %d\r\nContent-Length: 0\r\n\r\n", len(inner)),
		"two lengths in one":        fmt.Sprintf("Content-Length: 0, %d\r\n\r\n", len(inner)),
		"plus length":               "Content-Length: +0\r\n\r\n",
		"negative length":           "Content-Length: -1\r\n\r\n",
		"hexadecimal length":        "Content-Length: 0x0\r\n\r\n",
		"length with blank":         "Content-Length : 0\r\n\r\n",
		"tab before colon":          "Content-Length\t: 0\r\n\r\n",
		"folded coding":             "Transfer-Encoding:\r\n chunked\r\n\r\n" + chunked,
		"unknown coding":            "Transfer-Encoding: xchunked\r\n\r\n",
		"chunked then identity":     "Transfer-Encoding: chunked, identity\r\n\r\n",
		"chunked twice":             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked,
		"chunked, chunked":          "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunked,
		"identity":                  "Transfer-Encoding: identity\r\n\r\n",
		"chunked with vertical tab": "Transfer-Encoding: \x0bchunked\r\n\r\n",
		"bad chunk size":            "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
		"negative chunk size":       "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
		"huge chunk size":           "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
		"bare carriage return":      "X: a\rContent-Length: 0\r\n\r\n",
		"NUL in a header":           "X: a\x00b\r\n\r\n",
		"no colon":                  "nonsense\r\n\r\n",
		"empty name":                ": x\r\n\r\n",
		"two hosts":                 "Host: y\r\n\r\n",
	} {
		p.n++
		wg.Go(func() {
			answers := raw(t, "POST / HTTP/1.1\r\nHost: x\r\n"+head+inner, 3*time.Second)
			// The first request is refused and the connection closed.
			if len(answers) != 1 || answers[0]/100 != 4 && answers[0] != 501 {
				t.Errorf("%s: answers %v", variant, answers)
			}
		})
	}
	wg.Wait()
	if users, err := srv.Users(t.Context(), pool.ID); err != nil || len(users) > 0 {
		t.Errorf("a smuggled request was run: %v %v", users, err)
	}
	p.oversized()
	p.slow()
	if !strings.Contains(fmt.Sprint(raw(t, "GET /_cogtrail/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 5*time.Second)), "200") {
		t.Error("the server is not healthy any more")
	}
}

// oversized sends what has no end, or is too much.
func (p *probe) oversized() {
	p.Helper()
	long := strings.Repeat("a", 1<<20)
	many := strings.Repeat("X-A: b\r\n", 100_000)
	var wg sync.WaitGroup
	defer wg.Wait()
	for variant, text := range map[string]string{
		"header of 1 MB":       "GET / HTTP/1.1\r\nHost: x\r\nX: " + long + "\r\n\r\n",
		"100,000 headers":      "GET / HTTP/1.1\r\nHost: x\r\n" + many + "\r\n",
		"path of 1 MB":         "GET /" + long + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"method of 1 MB":       long + " / HTTP/1.1\r\nHost: x\r\n\r\n",
		"chunk extension":      "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\nTransfer-Encoding: chunked\r\n\r\n1;" + long + "\r\na\r\n0\r\n\r\n",
		"trailers":             "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + many + "\r\n",
		"body of 2 MB":         "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\nContent-Length: 2097152\r\n\r\n" + long + long,
		"chunked body of 2 MB": "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n" + long + "\r\n100000\r\n" + long + "\r\n0\r\n\r\n",
		"deep JSON":            post(strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)),
		"deep array":           post(strings.Repeat("[", 500_000)),
		"HTTP/2 preface":       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("\x00\x00\x00\x04\x00\x00\x00\x00\x00", 1000),
		"HTTP/1.0 upgrade":     "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
		"HTTP/0.9":             "GET /\r\n",
		"HTTP/9.9":             "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
		"CONNECT":              "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
		"absolute form":        "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
	} {
		p.n++
		wg.Go(func() {
			answers := raw(p.T, text, 5*time.Second)
			for _, a := range answers {
				if a/100 == 2 || a/100 == 5 && a != 501 && a != 505 {
					p.Errorf("%s: answers %v", variant, answers)
				}
			}
		})
	}
}

func post(body string) string {
	return "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: " +
		fmt.Sprint(len(body)) + "\r\n\r\n" + body
}

// slow holds connections with headers and bodies that never end. The server ends
// them, and answers others meanwhile.
func (p *probe) slow() {
	p.Helper()
	var wg sync.WaitGroup
	for variant, text := range map[string]string{
		"slow header": "POST / HTTP/1.1\r\nHost: x\r\nX: ", "nothing": "", "slow body": strings.TrimSuffix(post("{        "), "        "),
		"slow chunk":  "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na",
		"slow object": "PUT /" + trail.Data + "/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na",
	} {
		for range 20 {
			p.n++
			wg.Go(func() {
				conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
				if err != nil {
					p.Errorf("%s: %v", variant, err)
					return
				}
				defer conn.Close()
				began := time.Now()
				_ = conn.SetDeadline(began.Add(patience + 15*time.Second))
				_, _ = io.WriteString(conn, text)
				// A reset is an end as well.
				if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
					p.Errorf("%s still holds its connection after %v: %v", variant, time.Since(began), err)
				}
			})
		}
	}
	began := time.Now()
	for range 10 {
		p.must(errOf(p.call(&srv.Root, idp, "ListUserPools", map[string]any{"MaxResults": 1})))
	}
	if d := time.Since(began); d > 10*time.Second {
		p.Errorf("other callers wait %v", d)
	}
	wg.Wait()
}
