package object

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// plan is what a CompleteMultipartUpload makes of the uploaded parts.
type plan struct {
	upload   *Upload
	segments []Segment
	places   []place
	sizes    []int64
	size     int64
	etag     string
	sums     map[string]string
	kind     string
}

// stageComplete joins the parts where blobs keep their names. Elsewhere an object
// takes the parts' blobs over as they are and there is nothing to stage.
func (s *Service) stageComplete(c *op.Call, in any) any {
	i := in.(*s3.CompleteMultipartUploadInput)
	st := &staged{s: s, at: place{i.Bucket, i.Key}}
	if s.names() {
		st.err = s.joinParts(c, st, i)
	}
	return st
}

func (s *Service) joinParts(ctx context.Context, st *staged, in *s3.CompleteMultipartUploadInput) error {
	var p *plan
	err := s.State.View(ctx, func(tx store.Tx) (err error) {
		if p, err = s.plan(tx, in); err != nil {
			return err
		}
		old, err := find(tx, in.Bucket, in.Key)
		st.shared = old != nil
		if err != nil {
			return err
		}
		return checkWrite(old, in.Key, in.IfMatch, in.IfNoneMatch)
	})
	if err != nil {
		return err
	}
	rc, err := s.read(ctx, p.places, p.segments, span{0, p.size, false})
	if err != nil {
		return fmt.Errorf("read parts: %w", err)
	}
	defer rc.Close()
	if err := st.write(ctx, rc, p.upload.blobMeta(p.etag)); err != nil {
		return err
	}
	st.segments = p.segments
	return nil
}

// CompleteMultipartUpload makes the object of the parts that the client lists.
func (s *Service) CompleteMultipartUpload(c *op.Call, in *s3.CompleteMultipartUploadInput) (*s3.CompleteMultipartUploadOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	p, err := s.plan(c.Tx, in)
	if err != nil {
		return nil, err
	}
	o := &Object{
		Bucket: b.Name, Key: in.Key, Segments: p.segments, Size: p.size, ETag: p.etag, Modified: c.Now.UnixMilli(),
		Headers: p.upload.Headers, Checksums: p.sums, ChecksumType: p.kind, Parts: p.sizes,
	}
	keep := make(map[string]bool, len(p.segments))
	if s.names() {
		st, ok := c.Staged.(*staged)
		if !ok {
			return nil, conflict()
		}
		if st.err != nil {
			return nil, st.err
		}
		if !slices.Equal(st.segments, p.segments) {
			return nil, conflict() // a part was replaced meanwhile
		}
		o.Segments = st.segmentsOf()
	} else {
		for _, g := range p.segments {
			keep[g.Blob] = true
		}
	}
	if err := s.replace(c.Tx, c.Now, b, o, in.IfMatch, in.IfNoneMatch); err != nil {
		return nil, err
	}
	if _, err := s.dropUpload(c.Tx, c.Now, b, p.upload, keep); err != nil {
		return nil, err
	}
	out := &s3.CompleteMultipartUploadOutput{
		Location: new("/" + b.Name + "/" + in.Key), Bucket: &b.Name, Key: &o.Key, ETag: quoted(o.ETag), ServerSideEncryption: new("AES256"),
	}
	setChecksums(out, o.Checksums, o.ChecksumType)
	return out, nil
}

// plan checks the list of parts against what was uploaded and computes ETag and
// checksum of the whole.
func (s *Service) plan(tx store.Tx, in *s3.CompleteMultipartUploadInput) (*plan, error) {
	u, err := upload(tx, in.Bucket, in.Key, in.UploadId)
	if err != nil {
		return nil, err
	}
	if in.MultipartUpload == nil || len(in.MultipartUpload.Parts) == 0 {
		return nil, invalidRequest("You must specify at least one part")
	}
	list := in.MultipartUpload.Parts
	if err := checkOrder(u, list); err != nil {
		return nil, err
	}
	have := make(map[int64]*Part, len(list))
	for p, err := range parts.Scan(tx, store.K(u.ID), nil) {
		if err != nil {
			return nil, fmt.Errorf("parts of upload: %w", err)
		}
		have[p.Number] = p
	}
	p := &plan{upload: u, kind: u.ChecksumType}
	alg := u.Algorithm
	if alg == "" {
		alg = fallback
	}
	whole := joint{alg: alg, kind: p.kind, digests: md5.New()}
	for i := range list {
		asked := &list[i]
		n, etag := *asked.PartNumber, strings.Trim(*asked.ETag, `"`)
		part := have[n]
		if part == nil || part.ETag != etag {
			return nil, invalidPart(u, n, etag)
		}
		if err := checkListed(u, asked, part); err != nil {
			return nil, err
		}
		if i < len(list)-1 && part.Segment.Size < minPart {
			return nil, refuse(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", "ETag", etag,
				"MinSizeAllowed", fmt.Sprint(minPart), "PartNumber", fmt.Sprint(n), "ProposedSize", fmt.Sprint(part.Segment.Size))
		}
		p.segments = append(p.segments, part.Segment)
		p.places = append(p.places, s.partPlace(u.Bucket, part))
		p.sizes = append(p.sizes, part.Segment.Size)
		p.size += part.Segment.Size
		if err := whole.add(part); err != nil {
			return nil, err
		}
	}
	if in.MpuObjectSize != nil && *in.MpuObjectSize != p.size {
		return nil, invalidRequest(fmt.Sprintf("The provided 'x-amz-mp-object-size' header value %d does not match what was computed: %d", *in.MpuObjectSize, p.size))
	}
	p.etag = hex.EncodeToString(whole.digests.Sum(nil)) + "-" + fmt.Sprint(len(list))
	p.sums = map[string]string{alg: whole.text(len(list))}
	return p, checkWhole(in, u, alg, p)
}

// checkOrder holds the list of parts to its form.
func checkOrder(u *Upload, list []s3.CompletedPart) error {
	if len(list) > maxParts {
		return malformedXML()
	}
	last := int64(0)
	for _, p := range list {
		if p.PartNumber == nil || p.ETag == nil {
			return malformedXML()
		}
		if *p.PartNumber <= last {
			return refuse(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.", "UploadId", u.ID)
		}
		last = *p.PartNumber
	}
	return nil
}

func invalidPart(u *Upload, n int64, etag string) error {
	return refuse(400, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
		"ETag", etag, "PartNumber", fmt.Sprint(n), "UploadId", u.ID)
}

// checkListed holds the checksum that the client lists for a part to the part's.
func checkListed(u *Upload, asked *s3.CompletedPart, part *Part) error {
	sums, err := checksumsOf(asked)
	if err != nil {
		return err
	}
	for a, text := range sums {
		if have, ok := part.Checksums[a]; ok && !equal(have, text) {
			return invalidPart(u, part.Number, part.ETag)
		}
	}
	if u.ChecksumType == composite && sums[u.Algorithm] == "" {
		return invalidRequest(fmt.Sprintf("The upload was created using a %s checksum. The complete request must include the checksum for each part. It was missing for part %d in the request.", lower(u.Algorithm), part.Number))
	}
	return nil
}

// checkWhole holds the checksum of the whole that the client gives to ours.
func checkWhole(in *s3.CompleteMultipartUploadInput, u *Upload, alg string, p *plan) error {
	if in.ChecksumType != nil && *in.ChecksumType != u.ChecksumType {
		return invalidRequest("The upload was created using the " + u.ChecksumType + " checksum mode. The complete request must use the same checksum mode.")
	}
	v := reflect.ValueOf(in).Elem()
	for _, a := range algorithms {
		f := v.FieldByName("Checksum" + a)
		if f.IsNil() {
			continue
		}
		text := f.Elem().String()
		switch {
		case a != alg:
			return invalidRequest("Checksum Type mismatch occurred, expected checksum Type: " + lower(alg) + ", actual checksum Type: " + lower(a))
		case text != p.sums[a] && text+fmt.Sprintf("-%d", len(p.segments)) != p.sums[a]:
			return refuse(400, "BadDigest", "The "+a+" you specified did not match the calculated checksum.")
		}
	}
	return nil
}

// joint computes digests of a whole from those of its parts.
type joint struct {
	alg, kind string
	digests   hash.Hash // of the parts' MD5s
	crc       uint64
	raws      []byte
	any       bool
}

func (j *joint) add(p *Part) error {
	sum, err := hex.DecodeString(p.ETag)
	if err != nil {
		return fmt.Errorf("entity tag of part: %w", err)
	}
	j.digests.Write(sum)
	text, ok := p.Checksums[j.alg]
	if !ok {
		return fmt.Errorf("part %d has no checksum %s", p.Number, j.alg)
	}
	if j.kind == composite {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fmt.Errorf("checksum of part: %w", err)
		}
		j.raws = append(j.raws, raw...)
		return nil
	}
	if !j.any {
		j.crc, j.any = crcValue(text), true
		return nil
	}
	j.crc = combine(j.alg, j.crc, crcValue(text), p.Segment.Size)
	return nil
}

func (j *joint) text(n int) string {
	if j.kind == composite {
		h := sigv4.NewChecksum(j.alg)
		h.Write(j.raws)
		return encodeSum(h) + fmt.Sprintf("-%d", n)
	}
	return crcText(j.alg, j.crc)
}

func lower(s string) string { return strings.ToLower(s) }
