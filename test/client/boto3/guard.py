"""An explicit denial on one resource holds however a call names the resource: by
name, by ARN, in a list, with an identity's path, in another partition's spelling."""

import json

from botocore.exceptions import ClientError

from common import *

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}]})
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/watch"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:guard"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:guard"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:guard"

root = {name: client(name) for name in ("iam", "cloudtrail", "cloudwatch", "logs", "sns", "s3")}
root["iam"].create_role(RoleName="guard", Path="/ops/", AssumeRolePolicyDocument=TRUST)
root["iam"].create_user(UserName="guard", Path="/ops/")
root["cloudwatch"].put_metric_alarm(AlarmName="guard", Namespace="G", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold")
root["cloudwatch"].put_metric_alarm(AlarmName="free", Namespace="G", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold")
root["logs"].create_log_group(logGroupName="guard")
root["sns"].create_topic(Name="guard")
root["s3"].create_bucket(Bucket="guard-bucket")

root["iam"].create_user(UserName="intern")
denial = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": [
                f"arn:aws:iam::{ACCOUNT}:role/ops/guard",
                f"arn:aws:iam::{ACCOUNT}:user/ops/guard",
                TRAIL,
                ALARM,
                GROUP,
                GROUP + ":*",
                TOPIC,
                "arn:aws:s3:::guard-bucket",
                "arn:aws:s3:::guard-bucket/*",
            ],
        },
    ],
}
root["iam"].put_user_policy(UserName="intern", PolicyName="all-but", PolicyDocument=json.dumps(denial))
key = root["iam"].create_access_key(UserName="intern")["AccessKey"]
keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": canary("secret", key["SecretAccessKey"])}
mine = {name: client(name, **keys) for name in root}

NOW = {"startTime": 1, "endTime": 2}
for service, operation, parameters in (
    ("iam", "update_assume_role_policy", {"RoleName": "guard", "PolicyDocument": TRUST}),
    ("iam", "delete_role", {"RoleName": "GUARD"}),
    ("iam", "put_role_policy", {"RoleName": "guard", "PolicyName": "p", "PolicyDocument": json.dumps(denial)}),
    ("iam", "create_access_key", {"UserName": "guard"}),
    ("iam", "put_user_policy", {"UserName": "Guard", "PolicyName": "p", "PolicyDocument": json.dumps(denial)}),
    ("cloudtrail", "stop_logging", {"Name": "watch"}),
    ("cloudtrail", "stop_logging", {"Name": TRAIL}),
    ("cloudtrail", "stop_logging", {"Name": TRAIL.replace("arn:aws:", "arn:aws-cn:")}),
    ("cloudtrail", "delete_trail", {"Name": "watch"}),
    ("cloudtrail", "update_trail", {"Name": "watch", "EnableLogFileValidation": False}),
    ("cloudtrail", "put_event_selectors", {"TrailName": "watch", "EventSelectors": [{"ReadWriteType": "ReadOnly"}]}),
    ("cloudtrail", "add_tags", {"ResourceId": TRAIL, "TagsList": [{"Key": "a"}]}),
    ("cloudwatch", "delete_alarms", {"AlarmNames": ["guard"]}),
    ("cloudwatch", "delete_alarms", {"AlarmNames": ["free", "guard"]}),
    ("cloudwatch", "disable_alarm_actions", {"AlarmNames": ["guard"]}),
    ("cloudwatch", "set_alarm_state", {"AlarmName": "guard", "StateValue": "OK", "StateReason": "x"}),
    ("cloudwatch", "tag_resource", {"ResourceARN": ALARM, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("cloudwatch", "tag_resource", {"ResourceARN": ALARM.replace("arn:aws:", "arn:aws-us-gov:"), "Tags": [{"Key": "a", "Value": "b"}]}),
    ("logs", "delete_log_group", {"logGroupName": "guard"}),
    ("logs", "put_retention_policy", {"logGroupName": "guard", "retentionInDays": 1}),
    ("logs", "tag_resource", {"resourceArn": GROUP, "tags": {"a": "b"}}),
    ("logs", "filter_log_events", {"logGroupName": "guard"}),
    ("logs", "filter_log_events", {"logGroupIdentifier": "guard"}),
    ("logs", "filter_log_events", {"logGroupIdentifier": GROUP}),
    ("logs", "start_query", {"logGroupNames": ["guard"], "queryString": "fields @message", **NOW}),
    ("logs", "start_query", {"logGroupIdentifiers": [GROUP], "queryString": "fields @message", **NOW}),
    ("sns", "delete_topic", {"TopicArn": TOPIC}),
    ("s3", "delete_bucket", {"Bucket": "guard-bucket"}),
    ("s3", "put_object", {"Bucket": "guard-bucket", "Key": "x", "Body": b"x"}),
):
    what = f"{service} {operation} {parameters}"
    try:
        getattr(mine[service], operation)(**parameters)
        fail(f"{what}: allowed, in spite of the denial")
    except ClientError as e:
        if e.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException", "AuthorizationError") or "with an explicit deny in an identity-based policy" not in e.response["Error"]["Message"]:
            fail(f"{what}: {e}")
equal("both alarms live", sorted(a["AlarmName"] for a in root["cloudwatch"].describe_alarms()["MetricAlarms"]), ["free", "guard"])
mine["cloudwatch"].delete_alarms(AlarmNames=["free"])
equal("the trail still logs", root["cloudtrail"].get_trail_status(Name="watch")["IsLogging"], True)

# With the canonical form of a log group alone, as DescribeLogGroups returns it.
denial["Statement"][1]["Resource"] = [GROUP + ":*"]
root["iam"].put_user_policy(UserName="intern", PolicyName="all-but", PolicyDocument=json.dumps(denial))
for operation, parameters in (("delete_log_group", {"logGroupName": "guard"}), ("put_retention_policy", {"logGroupName": "guard", "retentionInDays": 1}), ("filter_log_events", {"logGroupIdentifier": GROUP})):
    try:
        getattr(mine["logs"], operation)(**parameters)
        fail(f"logs {operation}: allowed, in spite of the denial on {GROUP}:*")
    except ClientError as e:
        equal(f"logs {operation}: code", e.response["Error"]["Code"], "AccessDeniedException")

close({})
