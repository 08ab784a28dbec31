"""S3 over rest-xml."""

import io
import json
import urllib.error
import urllib.request

from botocore.exceptions import ClientError

from common import *

s3 = client("s3")
nobody = client("s3", **stranger())
BUCKET = "boto-bucket"


def missing_bucket(call, **kw):
    r = refused("NoSuchBucket", "The specified bucket does not exist", call, Bucket="no-such-bucket-here", **kw)
    equal("BucketName of the error", r and r["Error"].get("BucketName"), "no-such-bucket-here")


def head_refused(status, call, **kw):
    """A HEAD answer has no body: its status is all there is."""
    try:
        call(**kw)
        fail(f"{call.__name__}: not refused")
    except ClientError as e:
        equal("status", e.response["ResponseMetadata"]["HTTPStatusCode"], status)


# Buckets.
s3.create_bucket(Bucket=BUCKET)
s3.create_bucket(Bucket="another-bucket")
refused("InvalidBucketName", "The specified bucket is not valid.", s3.create_bucket, Bucket="Not_Valid")
s3.head_bucket(Bucket=BUCKET)
head_refused(404, s3.head_bucket, Bucket="no-such-bucket-here")
equal("ListBuckets", [b["Name"] for b in s3.list_buckets()["Buckets"] if b["Name"] != "watch-files"], ["another-bucket", BUCKET])
refused("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", client("s3", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x" * 40).list_buckets)
unrecorded()
denied("AccessDenied", "s3:ListAllMyBuckets", '"*"', nobody.list_buckets)
equal("location", s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], None)
missing_bucket(s3.get_bucket_location)
equal("versioning", s3.get_bucket_versioning(Bucket=BUCKET).get("Status"), None)
missing_bucket(s3.get_bucket_versioning)
policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/open/*"}]})
refused("NoSuchBucketPolicy", "The bucket policy does not exist", s3.get_bucket_policy, Bucket=BUCKET)
s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
refused("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'", s3.put_bucket_policy, Bucket=BUCKET, Policy="no")
equal("GetBucketPolicy", json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]), json.loads(policy))

equal("ACL", s3.get_bucket_acl(Bucket=BUCKET)["Grants"][0]["Permission"], "FULL_CONTROL")
missing_bucket(s3.get_bucket_acl)
equal("encryption", s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")
missing_bucket(s3.get_bucket_encryption)
s3.get_bucket_notification_configuration(Bucket=BUCKET)
missing_bucket(s3.get_bucket_notification_configuration)
equal("ownership", s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"], [{"ObjectOwnership": "BucketOwnerEnforced"}])
missing_bucket(s3.get_bucket_ownership_controls)
refused("NoSuchTagSet", "The TagSet does not exist", s3.get_bucket_tagging, Bucket=BUCKET)
refused("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", s3.get_public_access_block, Bucket=BUCKET)

# Objects.
body = b"some text\n" * 100
put = s3.put_object(Bucket=BUCKET, Key="dir/a b+c.txt", Body=body, ContentType="text/plain", Metadata={"Colour": "blue", "two-words": "x y"}, CacheControl="no-store")
missing_bucket(s3.put_object, Key="x", Body=b"")
denied("AccessDenied", "s3:PutObject", f'"arn:aws:s3:::{BUCKET}/x"', nobody.put_object, Bucket=BUCKET, Key="x", Body=b"")
got = s3.get_object(Bucket=BUCKET, Key="dir/a b+c.txt")
equal("body", got["Body"].read(), body)
equal("what comes with it", (got["ContentType"], got["Metadata"], got["CacheControl"], got["ETag"]), ("text/plain", {"colour": "blue", "two-words": "x y"}, "no-store", put["ETag"]))
part = s3.get_object(Bucket=BUCKET, Key="dir/a b+c.txt", Range="bytes=-5")
equal("last five bytes", (part["Body"].read(), part["ContentRange"]), (b"text\n", "bytes 995-999/1000"))
refused("NoSuchKey", "The specified key does not exist.", s3.get_object, Bucket=BUCKET, Key="none")
refused("InvalidRange", "The requested range is not satisfiable", s3.get_object, Bucket=BUCKET, Key="dir/a b+c.txt", Range="bytes=5000-")
equal("HeadObject", s3.head_object(Bucket=BUCKET, Key="dir/a b+c.txt")["ContentLength"], 1000)
head_refused(404, s3.head_object, Bucket=BUCKET, Key="none")
equal("tags of an object", s3.get_object_tagging(Bucket=BUCKET, Key="dir/a b+c.txt")["TagSet"], [])
refused("NoSuchKey", "The specified key does not exist.", s3.get_object_tagging, Bucket=BUCKET, Key="none")
equal("ACL of an object", s3.get_object_acl(Bucket=BUCKET, Key="dir/a b+c.txt")["Grants"][0]["Permission"], "FULL_CONTROL")
refused("NoSuchKey", "The specified key does not exist.", s3.get_object_acl, Bucket=BUCKET, Key="none")
refused("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", s3.put_object, Bucket=BUCKET, Key="dir/a b+c.txt", Body=b"", IfNoneMatch="*")
s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "dir/a b+c.txt"})
refused("NoSuchKey", "The specified key does not exist.", s3.copy_object, Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "none"})
for i in range(5):
    s3.put_object(Bucket=BUCKET, Key=f"list/{i}", Body=b"x")
pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": 2}))
equal("keys of all pages", [o["Key"] for p in pages for o in p["Contents"]], [f"list/{i}" for i in range(5)])
equal("number of pages", len(pages), 3)
missing_bucket(s3.list_objects_v2)
pages = list(s3.get_paginator("list_objects").paginate(Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": 2}))
equal("keys of all pages, version 1", [o["Key"] for p in pages for o in p["Contents"]], [f"list/{i}" for i in range(5)])
missing_bucket(s3.list_objects)
top = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/")
equal("folders", [p["Prefix"] for p in top["CommonPrefixes"]], ["dir/", "list/"])
equal("files beside them", [o["Key"] for o in top["Contents"]], ["copy"])
s3.delete_object(Bucket=BUCKET, Key="copy")
missing_bucket(s3.delete_object, Key="copy")
gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": f"list/{i}"} for i in range(5)]})
equal("deleted", sorted(d["Key"] for d in gone["Deleted"]), [f"list/{i}" for i in range(5)])
missing_bucket(s3.delete_objects, Delete={"Objects": [{"Key": "x"}]})

# Uploads in parts.
MB5 = 5 << 20
up = s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
missing_bucket(s3.create_multipart_upload, Key="parts")
etags = [s3.upload_part(Bucket=BUCKET, Key="parts", UploadId=up, PartNumber=n, Body=bytes([n]) * size)["ETag"] for n, size in ((1, MB5), (2, 10))]
NO_UPLOAD = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
refused("NoSuchUpload", NO_UPLOAD, s3.upload_part, Bucket=BUCKET, Key="parts", UploadId="none", PartNumber=1, Body=b"x")
pages = list(s3.get_paginator("list_parts").paginate(Bucket=BUCKET, Key="parts", UploadId=up, PaginationConfig={"PageSize": 1}))
equal("parts of all pages", [(p["PartNumber"], p["Size"]) for page in pages for p in page["Parts"]], [(1, MB5), (2, 10)])
refused("NoSuchUpload", NO_UPLOAD, s3.list_parts, Bucket=BUCKET, Key="parts", UploadId="none")
equal("uploads", [u["Key"] for u in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]], ["parts"])
missing_bucket(s3.list_multipart_uploads)
refused("InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.", s3.complete_multipart_upload, Bucket=BUCKET, Key="parts", UploadId=up, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etags[1]}]})
s3.complete_multipart_upload(Bucket=BUCKET, Key="parts", UploadId=up, MultipartUpload={"Parts": [{"PartNumber": n + 1, "ETag": e} for n, e in enumerate(etags)]})
equal("size of the whole", s3.head_object(Bucket=BUCKET, Key="parts")["ContentLength"], MB5 + 10)
up = s3.create_multipart_upload(Bucket=BUCKET, Key="joined")["UploadId"]
whole = {"Bucket": BUCKET, "Key": "parts"}
etag = s3.upload_part_copy(Bucket=BUCKET, Key="joined", UploadId=up, PartNumber=1, CopySource=whole, CopySourceRange="bytes=3-12")["CopyPartResult"]["ETag"]
refused("InvalidArgument", f"Range specified is not valid for source object of size: {MB5 + 10}", s3.upload_part_copy, Bucket=BUCKET, Key="joined", UploadId=up, PartNumber=2, CopySource=whole, CopySourceRange=f"bytes=0-{MB5 + 10}")
s3.complete_multipart_upload(Bucket=BUCKET, Key="joined", UploadId=up, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
equal("joined", s3.get_object(Bucket=BUCKET, Key="joined")["Body"].read(), bytes([1]) * 10)
s3.delete_object(Bucket=BUCKET, Key="joined")
up = s3.create_multipart_upload(Bucket=BUCKET, Key="never")["UploadId"]
s3.abort_multipart_upload(Bucket=BUCKET, Key="never", UploadId=up)
refused("NoSuchUpload", NO_UPLOAD, s3.abort_multipart_upload, Bucket=BUCKET, Key="never", UploadId="none")
stream = io.BytesIO(b"streamed" * 100)
s3.upload_fileobj(stream, BUCKET, "streamed")
back = io.BytesIO()
s3.download_fileobj(BUCKET, "streamed", back)
equal("streamed", back.getvalue(), b"streamed" * 100)

# Presigned URLs, by botocore's default scheme and by the one it is told.
for scheme in (None, "s3v4"):
    url = client("s3", signature=scheme).generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "streamed"}, ExpiresIn=60)
    with urllib.request.urlopen(url) as got:
        equal(f"presigned by {scheme}", got.read(), b"streamed" * 100)
    try:
        urllib.request.urlopen(url.replace("/streamed", "/parts"))
        fail(f"presigned by {scheme}: another key was given out")
    except urllib.error.HTTPError as e:
        equal(f"presigned by {scheme}, another key", (e.code, b"<Code>SignatureDoesNotMatch</Code>" in e.read()), (403, True))

# The end.
refused("BucketNotEmpty", "The bucket you tried to delete is not empty", s3.delete_bucket, Bucket=BUCKET)
s3.delete_bucket_policy(Bucket=BUCKET)
missing_bucket(s3.delete_bucket_policy)
s3.delete_bucket(Bucket="another-bucket")

close({"s3": "s3"}, never=("GetBucketTagging", "GetPublicAccessBlock"))
