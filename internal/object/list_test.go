package object

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/s3"
)

// pages walks ListObjectsV2 to its end and joins keys and prefixes in order.
func pages(t *testing.T, b *bench, in s3.ListObjectsV2Input) []string {
	t.Helper()
	var all []string
	for range 100 {
		out := must[s3.ListObjectsV2Output](b, "ListObjectsV2", &in)
		var page []string
		for _, o := range out.Contents {
			page = append(page, *o.Key)
		}
		for _, p := range out.CommonPrefixes {
			page = append(page, *p.Prefix)
		}
		slices.Sort(page)
		if int(*out.KeyCount) != len(page) || in.MaxKeys != nil && len(page) > int(*in.MaxKeys) {
			t.Errorf("KeyCount %d of %d", *out.KeyCount, len(page))
		}
		all = append(all, page...)
		if !*out.IsTruncated {
			return all
		}
		in.ContinuationToken = out.NextContinuationToken
	}
	t.Fatal("no end")
	return nil
}

func TestListObjectsV2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	b.bucket("alpha2")
	for _, k := range []string{"a", "a/", "a/1", "a/2", "a/b/3", "a0", "b/1", "b/2", "c", "é/x"} {
		b.put("alpha", k, k)
	}
	b.put("alpha2", "other", "x")
	for name, tc := range map[string]struct {
		in   s3.ListObjectsV2Input
		want []string
	}{
		"all":                    {s3.ListObjectsV2Input{}, []string{"a", "a/", "a/1", "a/2", "a/b/3", "a0", "b/1", "b/2", "c", "é/x"}},
		"delimiter":              {s3.ListObjectsV2Input{Delimiter: new("/")}, []string{"a", "a/", "a0", "b/", "c", "é/"}},
		"prefix":                 {s3.ListObjectsV2Input{Prefix: new("a/")}, []string{"a/", "a/1", "a/2", "a/b/3"}},
		"prefix and delimiter":   {s3.ListObjectsV2Input{Prefix: new("a/"), Delimiter: new("/")}, []string{"a/", "a/1", "a/2", "a/b/"}},
		"start after":            {s3.ListObjectsV2Input{StartAfter: new("a/2")}, []string{"a/b/3", "a0", "b/1", "b/2", "c", "é/x"}},
		"start within a group":   {s3.ListObjectsV2Input{StartAfter: new("b/1"), Delimiter: new("/")}, []string{"b/", "c", "é/"}},
		"start before prefix":    {s3.ListObjectsV2Input{StartAfter: new("a"), Prefix: new("b/")}, []string{"b/1", "b/2"}},
		"start beyond prefix":    {s3.ListObjectsV2Input{StartAfter: new("c"), Prefix: new("b/")}, nil},
		"long delimiter":         {s3.ListObjectsV2Input{Delimiter: new("/b/")}, []string{"a", "a/", "a/1", "a/2", "a/b/", "a0", "b/1", "b/2", "c", "é/x"}},
		"prefix without objects": {s3.ListObjectsV2Input{Prefix: new("zz")}, nil},
	} {
		for size := int64(1); size < 12; size += 2 {
			in := tc.in
			in.Bucket, in.MaxKeys = "alpha", &size
			if got := pages(t, b, in); !slices.Equal(got, tc.want) {
				t.Errorf("%s by %d: %q\nwant %q", name, size, got, tc.want)
			}
		}
	}
	none := must[s3.ListObjectsV2Output](b, "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: "alpha", MaxKeys: new(int64(0))})
	if *none.IsTruncated || len(none.Contents) != 0 {
		t.Errorf("max-keys 0: %+v", none)
	}
	one := must[s3.ListObjectsV2Output](b, "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: "alpha", Prefix: new("é"), EncodingType: new("url"), FetchOwner: new(true)})
	if *one.Contents[0].Key != "%C3%A9/x" || *one.Prefix != "%C3%A9" || len(*one.Contents[0].Owner.ID) != 64 || one.Contents[0].ChecksumAlgorithm[0] != fallback {
		t.Errorf("encoded: %+v", one.Contents[0])
	}
	b.refused("InvalidArgument", "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: "alpha", ContinuationToken: new("###")})
	b.refused("InvalidArgument", "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: "alpha", MaxKeys: new(int64(-1))})
	b.refused("NoSuchBucket", "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: "gamma"})
}

func TestListObjects(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	for i := range 7 {
		b.put("alpha", fmt.Sprintf("d%d/k", i), "x")
		b.put("alpha", fmt.Sprintf("d%d/l", i), "x")
	}
	var got []string
	in := s3.ListObjectsInput{Bucket: "alpha", Delimiter: new("/"), MaxKeys: new(int64(3))}
	for range 10 {
		out := must[s3.ListObjectsOutput](b, "ListObjects", &in)
		for _, p := range out.CommonPrefixes {
			got = append(got, *p.Prefix)
		}
		if !*out.IsTruncated {
			break
		}
		in.Marker = out.NextMarker
	}
	if want := []string{"d0/", "d1/", "d2/", "d3/", "d4/", "d5/", "d6/"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	out := must[s3.ListObjectsOutput](b, "ListObjects", &s3.ListObjectsInput{Bucket: "alpha", MaxKeys: new(int64(2)), Marker: new("d1/k")})
	if *out.Contents[0].Key != "d1/l" || out.NextMarker != nil || !*out.IsTruncated {
		t.Errorf("by marker: %+v", out)
	}
}
