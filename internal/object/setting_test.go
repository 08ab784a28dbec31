package object

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/s3"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.refused("NoSuchBucket", "GetBucketAcl", &s3.GetBucketAclInput{Bucket: "alpha"})
	b.bucket("alpha")
	acl := must[s3.GetBucketAclOutput](b, "GetBucketAcl", &s3.GetBucketAclInput{Bucket: "alpha"})
	if len(acl.Grants) != 1 || *acl.Grants[0].Permission != "FULL_CONTROL" || *acl.Grants[0].Grantee.ID != *acl.Owner.ID {
		t.Errorf("list %+v", acl)
	}
	enc := must[s3.GetBucketEncryptionOutput](b, "GetBucketEncryption", &s3.GetBucketEncryptionInput{Bucket: "alpha"})
	if enc.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm != "AES256" {
		t.Errorf("encryption %+v", enc)
	}
	own := must[s3.GetBucketOwnershipControlsOutput](b, "GetBucketOwnershipControls", &s3.GetBucketOwnershipControlsInput{Bucket: "alpha"})
	if own.OwnershipControls.Rules[0].ObjectOwnership != "BucketOwnerEnforced" {
		t.Errorf("ownership %+v", own)
	}
	must[s3.GetBucketNotificationConfigurationOutput](b, "GetBucketNotificationConfiguration", &s3.GetBucketNotificationConfigurationInput{Bucket: "alpha"})
	b.refused("NoSuchTagSet", "GetBucketTagging", &s3.GetBucketTaggingInput{Bucket: "alpha"})
	b.refused("NoSuchPublicAccessBlockConfiguration", "GetPublicAccessBlock", &s3.GetPublicAccessBlockInput{Bucket: "alpha"})
	b.refused("NoSuchKey", "GetObjectTagging", &s3.GetObjectTaggingInput{Bucket: "alpha", Key: "k"})
	b.put("alpha", "k", "x")
	if tags := must[s3.GetObjectTaggingOutput](b, "GetObjectTagging", &s3.GetObjectTaggingInput{Bucket: "alpha", Key: "k"}); len(tags.TagSet) != 0 {
		t.Errorf("tags %+v", tags)
	}
	must[s3.GetObjectAclOutput](b, "GetObjectAcl", &s3.GetObjectAclInput{Bucket: "alpha", Key: "k"})
	b.refused("NoSuchKey", "GetObjectAcl", &s3.GetObjectAclInput{Bucket: "alpha", Key: "none"})
}
