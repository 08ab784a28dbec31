package wire

import (
	"net"
	"net/http"
	"strings"
)

// bucket takes a request for S3: by its signature, or unsigned with a bucket in
// host or path. It is the last resort of detection, as any path may be a bucket.
func (d *Detector) bucket(r *http.Request, signingName string) (Match, bool) {
	if d.s3 == nil || signingName != "" && signingName != d.s3.SigningName {
		return Match{}, false
	}
	path := r.URL.EscapedPath()
	host := d.bucketHost(r.Host)
	if host != "" {
		path = "/" + host + "/" + strings.TrimPrefix(path, "/")
	}
	if signingName == "" && host == "" && r.Method == http.MethodPost && (path == "/" || path == "") {
		return Match{}, false // nothing says S3, and S3 has no such call
	}
	m := Match{Service: d.s3, Target: r.Method, Protocol: d.protocols["rest-xml"]}
	o, labels := d.rest[d.s3].find(r, path)
	if o != nil {
		m.Operation, m.Target = o, o.Name
	}
	m.Labels = labels
	return m, true
}

// bucketHost returns the bucket that a virtual-hosted request names, empty if
// the host is not below one of the configured suffixes.
func (d *Detector) bucketHost(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(host)
	if len(d.BucketHosts) == 0 {
		bucket, _, ok := strings.Cut(host, ".s3.")
		if !ok {
			return ""
		}
		return bucket
	}
	labels := strings.Split(host, ".")
	for _, suffix := range d.BucketHosts {
		want := strings.Split(suffix, ".")
		n := len(labels) - len(want)
		if n < 1 {
			continue
		}
		if hostLike(labels[n:], want) {
			return strings.Join(labels[:n], ".") // bucket names may have dots
		}
	}
	return ""
}

func hostLike(labels, want []string) bool {
	for i, w := range want {
		if w != "*" && w != labels[i] || labels[i] == "" {
			return false
		}
	}
	return true
}
