package object

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/cogtrail/cogtrail/internal/store"
)

const defaultType = "binary/octet-stream"

// headersOf reads what a PutObject, CopyObject or CreateMultipartUpload input
// says of the object, and refuses what could not be honoured.
func headersOf(in any) (Headers, error) {
	v := reflect.ValueOf(in).Elem()
	text := func(name string) string {
		if f := v.FieldByName(name); f.IsValid() && !f.IsNil() {
			return f.Elem().String()
		}
		return ""
	}
	for member, header := range map[string]string{
		"SSECustomerAlgorithm": "x-amz-server-side-encryption-customer-algorithm", "SSECustomerKey": "x-amz-server-side-encryption-customer-key",
		"SSEKMSKeyId": "x-amz-server-side-encryption-aws-kms-key-id", "SSEKMSEncryptionContext": "x-amz-server-side-encryption-context",
		"Tagging": "x-amz-tagging", "ObjectLockMode": "x-amz-object-lock-mode", "ObjectLockLegalHoldStatus": "x-amz-object-lock-legal-hold",
		"WebsiteRedirectLocation": "x-amz-website-redirect-location", "WriteOffsetBytes": "x-amz-write-offset-bytes",
	} {
		if f := v.FieldByName(member); f.IsValid() && !f.IsNil() && !f.Elem().IsZero() {
			return Headers{}, notImplemented(header)
		}
	}
	if sse := text("ServerSideEncryption"); sse != "" && sse != "AES256" {
		return Headers{}, notImplemented("x-amz-server-side-encryption")
	}
	var grants []*string
	for _, g := range []string{"GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP"} {
		if t := text(g); t != "" {
			grants = append(grants, &t)
		}
	}
	var acl *string
	if t := text("ACL"); t != "" {
		acl = &t
	}
	if err := checkACL(acl, grants...); err != nil {
		return Headers{}, err
	}
	h := Headers{
		ContentType: text("ContentType"), CacheControl: text("CacheControl"), ContentDisposition: text("ContentDisposition"),
		ContentEncoding: withoutChunked(text("ContentEncoding")), ContentLanguage: text("ContentLanguage"), Expires: text("Expires"),
		StorageClass: text("StorageClass"),
	}
	if h.ContentType == "" {
		h.ContentType = defaultType
	}
	if h.StorageClass == "STANDARD" {
		h.StorageClass = "" // the default is not shown
	}
	if m := v.FieldByName("Metadata"); m.Len() > 0 {
		h.Metadata = make(map[string]string, m.Len())
		for _, k := range m.MapKeys() {
			h.Metadata[strings.ToLower(k.String())] = m.MapIndex(k).String()
		}
		size := 0
		for k, x := range h.Metadata {
			size += len(k) + len(x)
		}
		if size > maxMetadata {
			return Headers{}, refuse(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size",
				"Size", fmt.Sprint(size), "MaxSizeAllowed", fmt.Sprint(maxMetadata))
		}
	}
	return h, nil
}

// withoutChunked takes the transport's own token out of Content-Encoding.
func withoutChunked(encoding string) string {
	if !strings.Contains(strings.ToLower(encoding), "aws-chunked") {
		return encoding
	}
	var keep []string
	for token := range strings.SplitSeq(encoding, ",") {
		if token = strings.TrimSpace(token); token != "" && !strings.EqualFold(token, "aws-chunked") {
			keep = append(keep, token)
		}
	}
	return strings.Join(keep, ",")
}

// blobMeta is what the engine is told, so that other tools see the same.
func (h *Headers) blobMeta(etag string) store.BlobMeta {
	m := store.BlobMeta{ContentType: h.ContentType, ETag: etag, Header: make(map[string]string)}
	for name, v := range map[string]string{
		"cache-control": h.CacheControl, "content-disposition": h.ContentDisposition, "content-encoding": h.ContentEncoding,
		"content-language": h.ContentLanguage, "expires": h.Expires,
	} {
		if v != "" {
			m.Header[name] = v
		}
	}
	for k, v := range h.Metadata {
		m.Header["x-amz-meta-"+k] = v
	}
	return m
}
