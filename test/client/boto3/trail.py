"""CloudTrail: trails, selectors, tags, keys and the event history."""

import datetime
import gzip
import json

from common import *

trail = client("cloudtrail")
nobody = client("cloudtrail", **stranger())
s3 = boto3.client("s3")
BUCKET = "trail-files"
GHOST = "Unknown trail: ghost for the user: " + ACCOUNT
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/"

refused("S3BucketDoesNotExistException", f"S3 bucket {BUCKET} does not exist!", trail.create_trail, Name="main", S3BucketName=BUCKET)
s3.create_bucket(Bucket=BUCKET)
refused("InsufficientS3BucketPolicyException", f"Incorrect S3 bucket policy is detected for bucket: {BUCKET}", trail.create_trail, Name="main", S3BucketName=BUCKET)
s3.put_bucket_policy(
    Bucket=BUCKET,
    Policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}", "Condition": {"StringEquals": {"aws:SourceArn": ARN + "main"}}},
                {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*", "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": ARN + "main"}}},
            ],
        }
    ),
)
made = trail.create_trail(Name="main", S3BucketName=BUCKET, EnableLogFileValidation=True, TagsList=[{"Key": "team", "Value": "audit"}])
equal("ARN", made["TrailARN"], ARN + "main")
refused("TrailAlreadyExistsException", f"Trail main already exists for customer: {ACCOUNT}", trail.create_trail, Name="main", S3BucketName=BUCKET)
denied("AccessDeniedException", "cloudtrail:CreateTrail", ARN + "other", nobody.create_trail, Name="other", S3BucketName=BUCKET)
equal("GetTrail", trail.get_trail(Name="main")["Trail"]["LogFileValidationEnabled"], True)
refused("TrailNotFoundException", GHOST, trail.get_trail, Name="ghost")
equal("DescribeTrails", [t["Name"] for t in trail.describe_trails()["trailList"] if t["Name"] != "watch"], ["main"])
denied("AccessDeniedException", "cloudtrail:DescribeTrails", "*", nobody.describe_trails)
equal("ListTrails", [t["TrailARN"] for p in trail.get_paginator("list_trails").paginate() for t in p["Trails"] if t["Name"] != "watch"], [ARN + "main"])
denied("AccessDeniedException", "cloudtrail:ListTrails", "*", nobody.list_trails)
trail.update_trail(Name="main", IncludeGlobalServiceEvents=False)
refused("TrailNotFoundException", GHOST, trail.update_trail, Name="ghost")
trail.put_event_selectors(TrailName="main", EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}])
trail.start_logging(Name="main")
refused("TrailNotFoundException", GHOST, trail.start_logging, Name="ghost")
equal("IsLogging", trail.get_trail_status(Name=ARN + "main")["IsLogging"], True)
refused("TrailNotFoundException", GHOST, trail.get_trail_status, Name="ghost")

# Tags.
trail.add_tags(ResourceId=ARN + "main", TagsList=[{"Key": "stage", "Value": "test"}])
refused("CloudTrailARNInvalidException", "The ARN ghost is not valid.", trail.add_tags, ResourceId="ghost", TagsList=[{"Key": "a", "Value": "b"}])
equal("tags", sorted(t["Key"] for t in trail.list_tags(ResourceIdList=[ARN + "main"])["ResourceTagList"][0]["TagsList"]), ["stage", "team"])
refused("ResourceNotFoundException", f"Unknown trail: {ARN}ghost for the user: {ACCOUNT}", trail.list_tags, ResourceIdList=[ARN + "ghost"])
trail.remove_tags(ResourceId=ARN + "main", TagsList=[{"Key": "stage"}])
refused("ResourceNotFoundException", f"Unknown trail: {ARN}ghost for the user: {ACCOUNT}", trail.remove_tags, ResourceId=ARN + "ghost", TagsList=[{"Key": "stage"}])

# Selectors.
equal("selectors", trail.get_event_selectors(TrailName="main")["EventSelectors"][0]["ReadWriteType"], "WriteOnly")
refused("TrailNotFoundException", GHOST, trail.get_event_selectors, TrailName="ghost")
refused("TrailNotFoundException", GHOST, trail.put_event_selectors, TrailName="ghost", EventSelectors=[{"ReadWriteType": "All"}])

# Keys and history.
now = datetime.datetime.now(datetime.timezone.utc)
hour = datetime.timedelta(hours=1)
equal("keys", len(trail.list_public_keys()["PublicKeyList"]), 1)
r = refused("InvalidTimeRangeException", "The start time must be before the end time.", trail.list_public_keys, StartTime=now, EndTime=now - hour)
pages = [p["Events"] for p in trail.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 3})]
equal("no page is longer than asked", all(len(p) <= 3 for p in pages), True)
ids = [e["EventId"] for p in pages for e in p]
equal("no event twice", len(ids), len(set(ids)))
times = [e["EventTime"] for p in pages for e in p]
equal("newest first", times, sorted(times, reverse=True))
for key, value, field in (("EventName", "CreateTrail", "EventName"), ("EventSource", "s3.amazonaws.com", "EventSource"), ("Username", "stranger", "Username")):
    got = eventually(f"events by {key}", lambda: trail.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])["Events"])
    equal(f"events by {key}", {e[field] for e in got}, {value})
equal("events by EventId", [e["EventId"] for e in trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": ids[-1]}])["Events"]], [ids[-1]])
reads = trail.lookup_events(LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "true"}])["Events"]
equal("reads only", {e["ReadOnly"] for e in reads}, {"true"})
by_name = eventually("trail as a resource", lambda: trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": ARN + "main"}])["Events"] or trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": "main"}])["Events"])
refused("InvalidTimeRangeException", "The start time must be before the end time.", trail.lookup_events, StartTime=now, EndTime=now - hour)
refused("InvalidNextTokenException", "Invalid NextToken.", trail.lookup_events, NextToken="nonsense")

# Delivery.
files = eventually("a log file", lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix=f"AWSLogs/{ACCOUNT}/CloudTrail/").get("Contents"))
records = json.loads(gzip.decompress(s3.get_object(Bucket=BUCKET, Key=files[0]["Key"])["Body"].read()))["Records"]
equal("only writes are delivered", {r["readOnly"] for r in records}, {False})
trail.stop_logging(Name="main")
refused("TrailNotFoundException", GHOST, trail.stop_logging, Name="ghost")
trail.delete_trail(Name="main")
refused("TrailNotFoundException", f"Unknown trail: main for the user: {ACCOUNT}", trail.delete_trail, Name="main")

r = record_of(made["ResponseMetadata"]["RequestId"])
equal("CreateTrail: requestParameters", {k: r["requestParameters"][k] for k in ("name", "s3BucketName", "enableLogFileValidation")}, {"name": "main", "s3BucketName": BUCKET, "enableLogFileValidation": True})
equal("CreateTrail: responseElements", r["responseElements"]["trailARN"], ARN + "main")

close({"cloudtrail": "cloudtrail"})
