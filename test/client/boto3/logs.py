"""CloudWatch Logs beside groups and events: protection, keys, policies."""

import json

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
logs.delete_resource_policy(policyName="delivery")
refused("ResourceNotFoundException", "Policy with name [delivery] does not exist.", logs.delete_resource_policy, policyName="delivery")

logs.delete_log_group(logGroupName=GROUP)
close({"logs": "logs"})
