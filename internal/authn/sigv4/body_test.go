package sigv4_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

// TestBody_published holds both streaming examples of the S3 API reference.
func TestBody_published(t *testing.T) {
	t.Parallel()
	when := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	a := strings.Repeat("a", 65536)
	chunks := func(sig ...string) string {
		return "10000;chunk-signature=" + sig[0] + "\r\n" + a + "\r\n400;chunk-signature=" + sig[1] + "\r\n" + a[:1024] + "\r\n0;chunk-signature=" + sig[2] + "\r\n"
	}
	for name, tc := range map[string]struct{ word, signed, seed, body string }{
		"signed chunks": {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
			"4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
			chunks("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9") + "\r\n"},
		"signed trailer": {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
			"106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
			chunks("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2", "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992") +
				"x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request("PUT", "/examplebucket/chunkObject.txt", tc.body, "X-Amz-Date", "20130524T000000Z", "X-Amz-Content-Sha256", tc.word,
				"Content-Encoding", "aws-chunked", "X-Amz-Decoded-Content-Length", "66560", "X-Amz-Storage-Class", "REDUCED_REDUNDANCY",
				"Authorization", "AWS4-HMAC-SHA256 Credential="+keyID+"/20130524/us-east-1/s3/aws4_request,SignedHeaders="+tc.signed+",Signature="+tc.seed)
			r.Host = "s3.amazonaws.com"
			if strings.HasSuffix(tc.word, "TRAILER") {
				r.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32c")
			}
			got, tail, err := readAll(r, when)
			if err != nil || got != a+a[:1024] {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
			if strings.HasSuffix(tc.word, "TRAILER") && tail.Get("x-amz-checksum-crc32c") != "sOO8/Q==" {
				t.Errorf("trailer %v", tail)
			}
		})
	}
}

func streamed(t testing.TB, word string, size int, trailer string) *http.Request {
	h := []string{"X-Amz-Content-Sha256", word, "Content-Encoding", "aws-chunked", "X-Amz-Decoded-Content-Length", strconv.Itoa(size)}
	if trailer != "" {
		h = append(h, "X-Amz-Trailer", trailer)
	}
	return sdkSign(t, "PUT", "http://h/b/k", "", "s3", "us-east-1", now, "", h...)
}

const (
	signedWord   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	unsignedWord = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	crc          = "x-amz-checksum-crc32"
)

func sum(alg, data string) string {
	h := sigv4.NewChecksum(alg)
	h.Write([]byte(data))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestBody_unsignedTrailer(t *testing.T) {
	t.Parallel()
	good := "6\r\nhello\n\r\n0\r\nx-amz-checksum-crc32:NjowIA==\r\n\r\n"
	for name, tc := range map[string]struct {
		size          int
		trailer, body string
		kind          sigv4.Kind
	}{
		"captured":             {6, crc, good, 0},
		"two chunks":           {6, crc, "2\r\nhe\r\n4\r\nllo\n\r\n0\r\nx-amz-checksum-crc32:NjowIA==\r\n\r\n", 0},
		"no trailer announced": {6, "", "6\r\nhello\n\r\n0\r\n\r\n", 0},
		"sha256":               {2, "x-amz-checksum-sha256", "2\r\nhi\r\n0\r\nx-amz-checksum-sha256:" + sum("sha256", "hi") + "\r\n\r\n", 0},
		"wrong checksum":       {6, crc, strings.Replace(good, "Njow", "Njox", 1), sigv4.ChecksumMismatch},
		"changed data":         {6, crc, strings.Replace(good, "hello", "hellO", 1), sigv4.ChecksumMismatch},
		"no base64":            {6, crc, strings.Replace(good, "NjowIA==", "?", 1), sigv4.InvalidChecksum},
		"undeclared trailer":   {6, "", good, sigv4.MalformedTrailer},
		"trailer missing":      {6, crc, "6\r\nhello\n\r\n0\r\n\r\n", sigv4.MalformedTrailer},
		"trailer twice":        {6, crc, strings.Replace(good, "\r\n\r\n", "\r\nx-amz-checksum-crc32:NjowIA==\r\n\r\n", 1), sigv4.MalformedTrailer},
		"unknown algorithm":    {6, "x-amz-checksum-md4", good, sigv4.InvalidChecksum},
		"two algorithms":       {6, crc + ",x-amz-checksum-sha1", good, sigv4.InvalidChecksum},
		"short":                {7, crc, good, sigv4.IncompleteBody},
		"long":                 {5, crc, good, sigv4.IncompleteBody},
		"cut in data":          {6, crc, good[:6], sigv4.IncompleteBody},
		"cut in trailer":       {6, crc, good[:len(good)-2], sigv4.IncompleteBody},
		"cut before header":    {6, crc, "", sigv4.IncompleteBody},
		"more after the end":   {6, crc, good + "x", sigv4.IncompleteBody},
		"negative size":        {6, crc, "-6\r\nhello\n\r\n0\r\n\r\n", sigv4.IncompleteBody},
		"giant size":           {6, crc, "ffffffffffffffff\r\nhello\n\r\n0\r\n\r\n", sigv4.IncompleteBody},
		"signature extension":  {6, crc, strings.Replace(good, "6\r", "6;chunk-signature=0\r", 1), sigv4.IncompleteBody},
		"endless chunk header": {6, crc, strings.Repeat("0", 1<<16), sigv4.IncompleteBody},
		"no line end":          {6, crc, "6\r\nhello\nXX0\r\n\r\n", sigv4.IncompleteBody},
		"endless trailer":      {6, crc, "6\r\nhello\n\r\n0\r\nx-amz-checksum-crc32:" + strings.Repeat("a", 1<<16), sigv4.IncompleteBody},
		"above the limit":      {1<<20 + 1, crc, good, sigv4.BodyTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := readAll(withBody(streamed(t, unsignedWord, tc.size, tc.trailer), tc.body), now)
			if tc.kind == 0 && (err != nil || len(got) != tc.size) {
				t.Errorf("%q, %v", got, err)
			}
			if kindOf(err) != tc.kind {
				t.Errorf("kind of %v, want %d", err, tc.kind)
			}
		})
	}
}

func TestBody_signedChunks(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 8192), strings.Repeat("b", 100)
	write := func(r *http.Request, parts ...string) *streamer {
		s := newStreamer(r, "us-east-1")
		for _, p := range append(parts, "") {
			s.chunk(p)
		}
		return s
	}
	r := streamed(t, signedWord, len(a+a+b), "")
	good := write(r, a, a, b).end()
	first := strings.Index(good, a)
	second := strings.LastIndex(good, a)
	for name, tc := range map[string]struct {
		body string
		kind sigv4.Kind
	}{
		"good":             {good, 0},
		"changed data":     {good[:first] + "x" + good[first+1:], sigv4.Mismatch},
		"changed last":     {strings.Replace(good, "bb", "bc", 1), sigv4.Mismatch},
		"changed seal":     {strings.Replace(good, "chunk-signature=", "chunk-signature=f", 1), sigv4.Mismatch},
		"no seal":          {fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(a), a), sigv4.Mismatch},
		"first chunk gone": {good[second-len("2000;chunk-signature=\r\n")-64:], sigv4.Mismatch},
		"end gone":         {good[:strings.LastIndex(good, "0;chunk")], sigv4.IncompleteBody},
		"trailer added":    {strings.TrimSuffix(good, "\r\n") + "x-amz-checksum-crc32:AAAAAA==\r\n\r\n", sigv4.MalformedTrailer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := readAll(withBody(r, tc.body), now)
			if kindOf(err) != tc.kind || tc.kind == 0 && got != a+a+b {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	t.Run("small chunk before the last", func(t *testing.T) {
		t.Parallel()
		if _, _, err := readAll(withBody(r, write(r, b, a, a).end()), now); kindOf(err) != sigv4.ChunkTooSmall {
			t.Error(err)
		}
	})
	t.Run("signed trailer", func(t *testing.T) {
		t.Parallel()
		r := streamed(t, signedWord+"-TRAILER", 100, crc)
		s := write(r, b)
		s.trailer(crc + ":" + sum("crc32", b))
		body := s.end()
		if got, tail, err := readAll(withBody(r, body), now); err != nil || got != b || tail.Get(crc) == "" {
			t.Fatalf("%q %v %v", got, tail, err)
		}
		for name, bad := range map[string]string{
			"changed signature": strings.Replace(body, "x-amz-trailer-signature:", "x-amz-trailer-signature:0", 1),
			"changed trailer":   strings.Replace(body, crc+":", crc+":A", 1),
			"no signature":      body[:strings.Index(body, "x-amz-trailer-signature")] + "\r\n",
		} {
			if _, _, err := readAll(withBody(r, bad), now); kindOf(err) == 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestBody_plain(t *testing.T) {
	t.Parallel()
	sign := func(word string) *http.Request {
		return sdkSign(t, "PUT", "http://h/b/k", "data", "s3", "us-east-1", now, "", "X-Amz-Content-Sha256", word)
	}
	for name, tc := range map[string]struct {
		r    *http.Request
		body string
		kind sigv4.Kind
	}{
		"digest":         {sign(digest("data")), "data", 0},
		"other body":     {sign(digest("data")), "dat", sigv4.ContentHashMismatch},
		"unsigned":       {sign("UNSIGNED-PAYLOAD"), "anything", 0},
		"over the limit": {sign("UNSIGNED-PAYLOAD"), strings.Repeat("x", 1<<20+1), sigv4.BodyTooLarge},
		"no announced length": {func() *http.Request {
			return sdkSign(t, "PUT", "http://h/b/k", "", "s3", "us-east-1", now, "", "X-Amz-Content-Sha256", unsignedWord)
		}(), "0\r\n\r\n", sigv4.MissingContentLength},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := readAll(chunkedTransfer(tc.r, tc.body), now)
			if kindOf(err) != tc.kind || tc.kind == 0 && got != tc.body {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// chunkedTransfer replaces the body but keeps the signed content-length where the signer put one.
func chunkedTransfer(r *http.Request, body string) *http.Request {
	n := r.ContentLength
	r = withBody(r, body)
	r.Header.Set("Content-Length", strconv.FormatInt(n, 10))
	return r
}

func TestNewChecksum(t *testing.T) {
	t.Parallel()
	for alg, want := range map[string]string{"CRC32": "cbf43926", "crc32c": "e3069283", "CRC64NVME": "ae8b14860a799888", "sha1": "f7c3bc1d808e04732adf679965ccc34ca7ae3441"} {
		h := sigv4.NewChecksum(alg)
		h.Write([]byte("123456789"))
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("%s: %s, want %s", alg, got, want)
		}
	}
	if sigv4.NewChecksum("md4") != nil {
		t.Error("md4")
	}
}
