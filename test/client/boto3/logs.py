"""CloudWatch Logs beside groups and events: protection, keys, policies."""

import json
import os
import time

from common import *

logs = client("logs")
nobody = client("logs", **stranger())
GROUP = "app/logs"
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
NO_GROUP = "The specified log group does not exist."
logs.create_log_group(logGroupName=GROUP)

# Deletion protection, keys, tags of the older kind.
logs.put_log_group_deletion_protection(logGroupIdentifier=ARN, deletionProtectionEnabled=True)
refused("ResourceNotFoundException", NO_GROUP, logs.put_log_group_deletion_protection, logGroupIdentifier="ghost", deletionProtectionEnabled=True)
refused("ValidationException", "The specified log group has deletion protection enabled.", logs.delete_log_group, logGroupName=GROUP)
logs.put_log_group_deletion_protection(logGroupIdentifier=GROUP, deletionProtectionEnabled=False)
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=KEY)
equal("key", logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["kmsKeyId"], KEY)
refused("ResourceNotFoundException", NO_GROUP, logs.associate_kms_key, logGroupName="ghost", kmsKeyId=KEY)
logs.disassociate_kms_key(resourceIdentifier=ARN)
refused("ResourceNotFoundException", NO_GROUP, logs.disassociate_kms_key, logGroupName="ghost")
logs.tag_log_group(logGroupName=GROUP, tags={"team": "audit"})
refused("ResourceNotFoundException", NO_GROUP, logs.tag_log_group, logGroupName="ghost", tags={"a": "b"})
tagged = logs.list_log_groups(logGroupNamePattern="^app|nothing", logGroupTags=[{"key": "team", "values": ["aud*"]}])["logGroups"]
equal("groups by tag", [g["logGroupName"] for g in tagged], [GROUP])
denied("AccessDeniedException", "logs:ListLogGroups", None, nobody.list_log_groups)
logs.untag_log_group(logGroupName=GROUP, tags=["team"])
refused("ResourceNotFoundException", NO_GROUP, logs.untag_log_group, logGroupName="ghost", tags=["team"])
equal("no tag", logs.list_tags_log_group(logGroupName=GROUP)["tags"], {})

# Resource policies.
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "logs:PutLogEvents", "Resource": ARN + ":*"}]})
equal("policy", logs.put_resource_policy(policyName="delivery", policyDocument=ALLOW)["resourcePolicy"]["policyDocument"], ALLOW)
refused("InvalidParameterException", "Invalid policy document: Syntax errors in policy.", logs.put_resource_policy, policyName="bad", policyDocument="{}")
revision = logs.put_resource_policy(resourceArn=ARN, policyDocument=ALLOW)["revisionId"]
equal("policies", [p["policyName"] for page in logs.get_paginator("describe_resource_policies").paginate() for p in page["resourcePolicies"]], ["delivery"])
equal("policy of the group", logs.describe_resource_policies(resourceArn=ARN)["resourcePolicies"][0]["revisionId"], revision)
denied("AccessDeniedException", "logs:DescribeResourcePolicies", None, nobody.describe_resource_policies)
refused("InvalidParameterException", "expectedRevisionId must be given to change the policy of a log group.", logs.put_resource_policy, resourceArn=ARN, policyDocument=ALLOW)
everybody = ALLOW.replace('{"Service": "delivery.logs.amazonaws.com"}', '"*"').replace("logs:PutLogEvents", "logs:*")
logs.put_resource_policy(resourceArn=ARN, policyDocument=everybody, expectedRevisionId=revision)
denied("AccessDeniedException", "logs:PutLogEvents", None, nobody.put_log_events, logGroupName=GROUP, logStreamName="s", logEvents=[{"timestamp": 1, "message": "x"}])
logs.delete_resource_policy(policyName="delivery")
refused("ResourceNotFoundException", "Policy with name [delivery] does not exist.", logs.delete_resource_policy, policyName="delivery")

# Data protection: of a group, and of the account.
IDS = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress", "arn:aws:dataprotection::aws:data-identifier/IpAddress"]
PROTECT = json.dumps({"Name": "p", "Version": "2021-06-01", "Statement": [
    {"Sid": "audit", "DataIdentifier": IDS, "Operation": {"Audit": {"FindingsDestination": {}}}},
    {"Sid": "redact", "DataIdentifier": IDS, "Operation": {"Deidentify": {"MaskConfig": {}}}},
]})
equal("protection", logs.put_data_protection_policy(logGroupIdentifier=GROUP, policyDocument=PROTECT)["policyDocument"], PROTECT)
refused("ResourceNotFoundException", NO_GROUP, logs.put_data_protection_policy, logGroupIdentifier="ghost", policyDocument=PROTECT)
equal("protection read", logs.get_data_protection_policy(logGroupIdentifier=ARN)["policyDocument"], PROTECT)
refused("ResourceNotFoundException", NO_GROUP, logs.get_data_protection_policy, logGroupIdentifier="ghost")
equal("protected", logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["dataProtectionStatus"], "ACTIVATED")
logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
ADDRESS = canary("private", "reader.protected@example.net")
logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": f"mail to {ADDRESS} from 203.0.113.9"}])
HIDDEN = "mail to " + "*" * len(ADDRESS) + " from " + "*" * 11


def messages(**kw):
    return [e["message"] for e in logs.get_log_events(logGroupName=GROUP, logStreamName="s", startFromHead=True, **kw)["events"]]


eventually("the event", messages)
equal("masked", messages(), [HIDDEN])
equal("clear", messages(unmask=True), [f"mail to {ADDRESS} from 203.0.113.9"])
equal("searched masked", [e["message"] for e in logs.filter_log_events(logGroupName=GROUP, filterPattern="mail")["events"]], [HIDDEN])
equal("no search for what is hidden", logs.filter_log_events(logGroupName=GROUP, filterPattern="reader")["events"], [])
logs.delete_data_protection_policy(logGroupIdentifier=GROUP)
refused("ResourceNotFoundException", "The specified data protection policy does not exist.", logs.delete_data_protection_policy, logGroupIdentifier=GROUP)
equal("clear again", messages(), [f"mail to {ADDRESS} from 203.0.113.9"])
equal("policy of the account", logs.put_account_policy(policyName="all", policyType="DATA_PROTECTION_POLICY", policyDocument=PROTECT)["accountPolicy"]["scope"], "ALL")
refused("InvalidParameterException", "Policies of type TRANSFORMER_POLICY are not supported by this server.", logs.put_account_policy, policyName="all", policyType="TRANSFORMER_POLICY", policyDocument="{}")
equal("policies of the account", [p["policyName"] for p in logs.describe_account_policies(policyType="DATA_PROTECTION_POLICY")["accountPolicies"]], ["all"])
denied("AccessDeniedException", "logs:DescribeAccountPolicies", None, nobody.describe_account_policies, policyType="DATA_PROTECTION_POLICY")
equal("masked by the account", messages(), [HIDDEN])
logs.delete_account_policy(policyName="all", policyType="DATA_PROTECTION_POLICY")
refused("ResourceNotFoundException", "Policy with name [all] does not exist.", logs.delete_account_policy, policyName="all", policyType="DATA_PROTECTION_POLICY")

# Subscription filters: to a destination whose target is another group of this server.
TARGET = "app/collected"
TARGET_ARN = ARN.replace(GROUP, TARGET)
logs.create_log_group(logGroupName=TARGET)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/cwl"
made = logs.put_destination(destinationName="collect", targetArn=TARGET_ARN, roleArn=ROLE)["destination"]
equal("destination", made["arn"], f"arn:aws:logs:{REGION}:{ACCOUNT}:destination:collect")
refused("InvalidParameterException", "Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.", logs.put_destination, destinationName="hose", targetArn=f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/none", roleArn=ROLE)
logs.put_destination_policy(destinationName="collect", accessPolicy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "logs:PutSubscriptionFilter", "Resource": made["arn"]}]}))
NO_DESTINATION = "The specified destination does not exist."
refused("ResourceNotFoundException", NO_DESTINATION, logs.put_destination_policy, destinationName="ghost", accessPolicy="{}")
equal("destinations", [d["targetArn"] for p in logs.get_paginator("describe_destinations").paginate(DestinationNamePrefix="coll") for d in p["destinations"]], [TARGET_ARN])
denied("AccessDeniedException", "logs:DescribeDestinations", None, nobody.describe_destinations)
logs.put_subscription_filter(logGroupName=GROUP, filterName="errors", filterPattern="ERROR", destinationArn=made["arn"])
refused("InvalidParameterException", "destinationArn for vendor kinesis cannot be used without roleArn", logs.put_subscription_filter, logGroupName=GROUP, filterName="k", filterPattern="", destinationArn=f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s")
pages = logs.get_paginator("describe_subscription_filters").paginate(logGroupName=GROUP)
equal("filters", [(f["filterName"], f["distribution"]) for p in pages for f in p["subscriptionFilters"]], [("errors", "ByLogStream")])
refused("ResourceNotFoundException", NO_GROUP, logs.describe_subscription_filters, logGroupName="ghost")


def put(*texts):
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=[{"timestamp": now, "message": t} for t in texts])


put("ERROR one", "fine", "ERROR two")
collected = eventually("forwarded events", lambda: [e["message"] for e in logs.filter_log_events(logGroupName=TARGET)["events"]])
equal("forwarded", collected, ["ERROR one", "ERROR two"])
logs.delete_subscription_filter(logGroupName=GROUP, filterName="errors")
refused("ResourceNotFoundException", "The specified subscription filter does not exist.", logs.delete_subscription_filter, logGroupName=GROUP, filterName="errors")
logs.delete_destination(destinationName="collect")
refused("ResourceNotFoundException", NO_DESTINATION, logs.delete_destination, destinationName="collect")

# Export to a bucket.
import gzip

s3 = client("s3")
s3.create_bucket(Bucket="logs-export")
SOON = int(time.time() * 1000) + 60_000
WHAT = {"logGroupName": GROUP, "to": SOON, "destination": "logs-export", "destinationPrefix": "out", **{"from": SOON - 600_000}}
refused("InvalidParameterException", "GetBucketAcl call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation.", logs.create_export_task, **WHAT)
LOGS = {"Service": f"logs.{REGION}.amazonaws.com"}
s3.put_bucket_policy(Bucket="logs-export", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": LOGS, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::logs-export", "Condition": {"StringEquals": {"aws:SourceAccount": [ACCOUNT]}}},
    {"Effect": "Allow", "Principal": LOGS, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs-export/*", "Condition": {
        "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}, "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"}}},
]}))
task = logs.create_export_task(taskName="mine", **WHAT)["taskId"]
done = eventually("the export", lambda: (t := logs.describe_export_tasks(taskId=task)["exportTasks"][0])["status"]["code"] not in ("PENDING", "RUNNING") and t)
equal("export", done["status"]["code"], "COMPLETED")
WRITTEN = "out/" + task + "/s/000000.gz"
equal("objects", sorted(o["Key"] for o in s3.list_objects_v2(Bucket="logs-export")["Contents"]), sorted([WRITTEN, "out/aws-logs-write-test"]))
lines = gzip.decompress(s3.get_object(Bucket="logs-export", Key=WRITTEN)["Body"].read()).decode().splitlines()
equal("lines", [line.split(" ", 1)[1] for line in lines][1:], ["ERROR one", "fine", "ERROR two"])
denied("AccessDeniedException", "logs:DescribeExportTasks", None, nobody.describe_export_tasks)
refused("InvalidOperationException", "The specified export task has already finished.", logs.cancel_export_task, taskId=task)
for _ in range(5):  # one that is quicker than its cancelling proves nothing
    try:
        logs.cancel_export_task(taskId=logs.create_export_task(**WHAT)["taskId"])
        break
    except ClientError as e:
        equal("cancelled too late", e.response["Error"]["Code"], "InvalidOperationException")

# Live Tail. The SDK puts "stream-" before the host of the endpoint unless told not to.
os.environ["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
tail = client("logs")
answer = tail.start_live_tail(logGroupIdentifiers=[ARN], logEventFilterPattern="ERROR")
session = iter(answer["responseStream"])
equal("session", next(session)["sessionStart"]["logGroupIdentifiers"], [ARN])
put("ERROR live", "fine")
seen = next((e["message"] for update in session for e in update["sessionUpdate"]["sessionResults"]), None)
equal("live event", seen, "ERROR live")
answer["responseStream"].close()
refused("InvalidParameterException", "Invalid ARN: ghost", tail.start_live_tail, logGroupIdentifiers=["ghost"])

logs.delete_log_group(logGroupName=GROUP)
close({"logs": "logs"})
