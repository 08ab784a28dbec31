package s3blob

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// stub is as much of an S3 store as the engine uses. It holds one bucket named
// "ext" and is as strict as needed: names over 1024 bytes, cleaned paths and
// names that XML cannot carry are faults of the engine.
type stub struct {
	mu      sync.Mutex
	objects map[string]*stored
	uploads map[string]*pending
	next    int
	// fail answers 500 to requests it returns true for.
	fail func(*http.Request) bool
}

type stored struct {
	data   []byte
	header http.Header
	etag   string
	at     time.Time
}

type pending struct {
	name   string
	header http.Header
	parts  map[int][]byte
}

func newStub() *stub { return &stub{objects: map[string]*stored{}, uploads: map[string]*pending{}} }

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, err := url.PathUnescape(r.URL.EscapedPath())
	if err != nil {
		problem(w, 400, "InvalidURI")
		return
	}
	bucket, name, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		problem(w, 400, "IncompleteBody")
	case r.Header.Get("Authorization") == "":
		problem(w, 403, "AccessDenied")
	case bucket != "ext":
		problem(w, 404, "NoSuchBucket")
	case s.fail != nil && s.fail(r):
		problem(w, 500, "InternalError")
	case name == "" && r.URL.Query().Get("list-type") == "2":
		s.list(w, r.URL.Query())
	case name == "":
		w.WriteHeader(200)
	case len(name) > maxName || strings.Contains("/"+name+"/", "/../") || strings.Contains("/"+name+"/", "/./") || strings.Contains(name, "//"):
		problem(w, 400, "InvalidArgument")
	default:
		s.object(w, r, name, body)
	}
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>stub</Message></Error>", code)
}

func kept(h http.Header) http.Header {
	out := http.Header{}
	for k, v := range h {
		if strings.HasPrefix(k, "X-Amz-Meta-") || slices.Contains([]string{"Content-Type", "Content-Encoding", "Cache-Control", "Content-Disposition", "Content-Language"}, k) {
			out[k] = v
		}
	}
	return out
}

func (s *stub) put(name string, data []byte, h http.Header, etag string) *stored {
	o := &stored{data, h, etag, time.Now()}
	s.objects[name] = o
	return o
}

func digest(b []byte) string {
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}

func (s *stub) object(w http.ResponseWriter, r *http.Request, name string, body []byte) {
	q := r.URL.Query()
	id := q.Get("uploadId")
	up := s.uploads[id]
	switch {
	case r.Method == "POST" && q.Has("uploads"):
		s.next++
		id = strconv.Itoa(s.next)
		s.uploads[id] = &pending{name, kept(r.Header), map[int][]byte{}}
		fmt.Fprintf(w, "<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>", id)
	case id != "" && (up == nil || up.name != name):
		problem(w, 404, "NoSuchUpload")
	case r.Method == "PUT" && up != nil:
		n, _ := strconv.Atoi(q.Get("partNumber"))
		up.parts[n] = body
		w.Header().Set("ETag", `"`+digest(body)+`"`)
	case r.Method == "POST" && up != nil:
		var all []byte
		for n := 1; n <= len(up.parts); n++ {
			all = append(all, up.parts[n]...)
		}
		delete(s.uploads, id)
		o := s.put(name, all, up.header, digest(all)+"-"+strconv.Itoa(len(up.parts)))
		fmt.Fprintf(w, "<CompleteMultipartUploadResult><ETag>%s</ETag></CompleteMultipartUploadResult>", o.etag)
	case r.Method == "DELETE" && up != nil:
		delete(s.uploads, id)
		w.WriteHeader(204)
	case r.Method == "PUT":
		o := s.put(name, body, kept(r.Header), digest(body))
		w.Header().Set("ETag", `"`+o.etag+`"`)
	case r.Method == "DELETE":
		delete(s.objects, name)
		w.WriteHeader(204)
	default:
		s.get(w, r, s.objects[name])
	}
}

func (s *stub) get(w http.ResponseWriter, r *http.Request, o *stored) {
	if o == nil {
		problem(w, 404, "NoSuchKey")
		return
	}
	for k, v := range o.header {
		w.Header()[k] = v
	}
	w.Header().Set("ETag", `"`+o.etag+`"`)
	w.Header().Set("Last-Modified", o.at.UTC().Format(http.TimeFormat))
	data, status := o.data, 200
	if h := r.Header.Get("Range"); h != "" {
		var from, to int
		if n, _ := fmt.Sscanf(h, "bytes=%d-%d", &from, &to); n < 2 {
			to = len(data) - 1
		}
		if from >= len(data) {
			problem(w, 416, "InvalidRange")
			return
		}
		to = min(to, len(data)-1)
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(data)))
		data, status = data[from:to+1], 206
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method != "HEAD" {
		_, _ = w.Write(data)
	}
}

// list answers seven objects a page, so that paging is exercised.
func (s *stub) list(w http.ResponseWriter, q url.Values) {
	type content struct {
		Key, ETag, LastModified string
		Size                    int
	}
	out := struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		Contents              []content
	}{}
	after := max(q.Get("start-after"), q.Get("continuation-token"))
	var names []string
	for n := range s.objects {
		if strings.HasPrefix(n, q.Get("prefix")) && n > after {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	for _, n := range names {
		if len(out.Contents) == 7 {
			out.IsTruncated, out.NextContinuationToken = true, out.Contents[6].Key
			break
		}
		o := s.objects[n]
		out.Contents = append(out.Contents, content{n, `"` + o.etag + `"`, o.at.UTC().Format("2006-01-02T15:04:05.000Z"), len(o.data)})
	}
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(out)
}
