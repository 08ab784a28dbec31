"""IAM and STS over the query protocol."""

import json

from common import *

iam = client("iam")
sts = client("sts")
keys = stranger()
nobody = client("iam", **keys)
stranger_sts = client("sts", **keys)
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
USER = f"arn:aws:iam::{ACCOUNT}:user/"


def no_user(call, **kw):
    refused("NoSuchEntity", "The user with name ghost cannot be found.", call, UserName="ghost", **kw)


def no_role(call, **kw):
    refused("NoSuchEntity", "The role with name ghost cannot be found.", call, RoleName="ghost", **kw)


def too_few(call):
    refused("ValidationError", "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1", call, MaxItems=0)


look = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}]})
trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}]})

# Users, their policies and keys.
made = iam.create_user(UserName="alice", Path="/staff/")["User"]
equal("ARN of the user", made["Arn"], USER + "staff/alice")
iam.create_user(UserName="bob")
refused("EntityAlreadyExists", "User with name alice already exists.", iam.create_user, UserName="alice")
denied("AccessDenied", "iam:CreateUser", USER + "staff/eve", nobody.create_user, UserName="eve", Path="/staff/")
denied("AccessDenied", "iam:GetUser", USER + "staff/alice", nobody.get_user, UserName="Alice")
denied("AccessDenied", "iam:ListUsers", USER, nobody.list_users)
equal("GetUser", iam.get_user(UserName="alice")["User"]["UserId"], made["UserId"])
no_user(iam.get_user)
pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1}))
equal("users of all pages", [u["UserName"] for p in pages for u in p["Users"]], ["alice", "bob", "stranger"])
too_few(iam.list_users)
iam.put_user_policy(UserName="alice", PolicyName="look", PolicyDocument=look)
refused("MalformedPolicyDocument", "This policy contains invalid Json", iam.put_user_policy, UserName="alice", PolicyName="bad", PolicyDocument="{")
no_user(iam.put_user_policy, PolicyName="look", PolicyDocument=look)
got = iam.get_user_policy(UserName="alice", PolicyName="look")["PolicyDocument"]
equal("GetUserPolicy", got, json.loads(look))
refused("NoSuchEntity", "The user policy with name none cannot be found.", iam.get_user_policy, UserName="alice", PolicyName="none")
equal("ListUserPolicies", iam.list_user_policies(UserName="alice")["PolicyNames"], ["look"])
no_user(iam.list_user_policies)
equal("ListAttachedUserPolicies", iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"], [])
no_user(iam.list_attached_user_policies)
equal("ListGroupsForUser", iam.list_groups_for_user(UserName="alice")["Groups"], [])
no_user(iam.list_groups_for_user)
new = iam.create_access_key(UserName="alice")
key = new["AccessKey"]
canary("secret", key["SecretAccessKey"])
no_user(iam.create_access_key)
equal("ListAccessKeys", [(k["AccessKeyId"], k["Status"]) for k in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]], [(key["AccessKeyId"], "Active")])
no_user(iam.list_access_keys)
alice = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
equal("alice may look", "Events" in boto3.client("cloudtrail", **alice).lookup_events(), True)
iam.update_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"], Status="Inactive")
refused("NoSuchEntity", "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.", iam.update_access_key, UserName="alice", AccessKeyId="AKIAIOSFODNN7EXAMPLE", Status="Inactive")
refused("InvalidClientTokenId", "The security token included in the request is invalid.", client("sts", **alice).get_caller_identity)
unrecorded()
refused("DeleteConflict", "Cannot delete entity, must delete policies first.", iam.delete_user, UserName="alice")
iam.delete_user_policy(UserName="alice", PolicyName="look")
refused("NoSuchEntity", "The user policy with name look cannot be found.", iam.delete_user_policy, UserName="alice", PolicyName="look")
iam.delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])
refused("NoSuchEntity", f"The Access Key with id {key['AccessKeyId']} cannot be found.", iam.delete_access_key, UserName="alice", AccessKeyId=key["AccessKeyId"])
iam.delete_user(UserName="alice")
refused("NoSuchEntity", "The user with name alice cannot be found.", iam.delete_user, UserName="alice")

# Roles.
role = iam.create_role(RoleName="auditor", AssumeRolePolicyDocument=trust, Description="reads", MaxSessionDuration=7200)["Role"]
equal("trust policy", role["AssumeRolePolicyDocument"], json.loads(trust))
iam.create_role(RoleName="zebra", AssumeRolePolicyDocument=trust)
refused("EntityAlreadyExists", "Role with name auditor already exists.", iam.create_role, RoleName="auditor", AssumeRolePolicyDocument=trust)
equal("GetRole", iam.get_role(RoleName="auditor")["Role"]["MaxSessionDuration"], 7200)
no_role(iam.get_role)
pages = list(iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 1}))
equal("roles of all pages", [r["RoleName"] for p in pages for r in p["Roles"] if r["RoleName"] != "watch"], ["auditor", "zebra"])
too_few(iam.list_roles)
iam.put_role_policy(RoleName="auditor", PolicyName="look", PolicyDocument=look)
no_role(iam.put_role_policy, PolicyName="look", PolicyDocument=look)
equal("GetRolePolicy", iam.get_role_policy(RoleName="auditor", PolicyName="look")["PolicyDocument"], json.loads(look))
refused("NoSuchEntity", "The role policy with name none cannot be found.", iam.get_role_policy, RoleName="auditor", PolicyName="none")
equal("ListRolePolicies", iam.list_role_policies(RoleName="auditor")["PolicyNames"], ["look"])
no_role(iam.list_role_policies)
equal("ListAttachedRolePolicies", iam.list_attached_role_policies(RoleName="auditor")["AttachedPolicies"], [])
no_role(iam.list_attached_role_policies)
equal("ListInstanceProfilesForRole", iam.list_instance_profiles_for_role(RoleName="auditor")["InstanceProfiles"], [])
no_role(iam.list_instance_profiles_for_role)

# Sessions.
equal("root", sts.get_caller_identity()["Arn"], ROOT)
refused("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.", client("sts", aws_access_key_id=keys["aws_access_key_id"], aws_secret_access_key="x" * 40).get_caller_identity)
unrecorded()
refused("AccessDenied", "Roles may not be assumed by root accounts.", sts.assume_role, RoleArn=role["Arn"], RoleSessionName="night-shift")
may = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role["Arn"]}]})
iam.put_user_policy(UserName="bob", PolicyName="shift", PolicyDocument=may)
key = iam.create_access_key(UserName="bob")["AccessKey"]
bob = client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=canary("secret", key["SecretAccessKey"]))
out = bob.assume_role(RoleArn=role["Arn"], RoleSessionName="night-shift")
equal("assumed role", out["AssumedRoleUser"]["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/night-shift")


def session(c):
    canary("secret", c["SecretAccessKey"])
    return {"aws_access_key_id": c["AccessKeyId"], "aws_secret_access_key": c["SecretAccessKey"], "aws_session_token": c["SessionToken"]}


shift = session(out["Credentials"])
equal("who the session is", client("sts", **shift).get_caller_identity()["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/night-shift")
boto3.client("cloudtrail", **shift).lookup_events()
refused("InvalidClientTokenId", "The security token included in the request is invalid", client("sts", **{**shift, "aws_session_token": shift["aws_session_token"][:-4] + "AAA="}).get_caller_identity)
unrecorded()
denied("AccessDenied", "sts:AssumeRole", role["Arn"], stranger_sts.assume_role, RoleArn=role["Arn"], RoleSessionName="day-shift")
temp = session(sts.get_session_token(DurationSeconds=900)["Credentials"])
equal("session of root", client("sts", **temp).get_caller_identity()["Arn"], ROOT)
refused("ValidationError", "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900", sts.get_session_token, DurationSeconds=899)
iam.update_assume_role_policy(RoleName="auditor", PolicyDocument=trust)
no_role(iam.update_assume_role_policy, PolicyDocument=trust)
refused("DeleteConflict", "Cannot delete entity, must delete policies first.", iam.delete_role, RoleName="auditor")
iam.delete_role_policy(RoleName="auditor", PolicyName="look")
no_role(iam.delete_role_policy, PolicyName="look")
iam.delete_role(RoleName="auditor")

# The records of a session and of a new key.
r = record_of(out["ResponseMetadata"]["RequestId"])
equal("AssumeRole: roleSessionName", r["requestParameters"]["roleSessionName"], "night-shift")
equal("AssumeRole: no secret", "secretAccessKey" in r["responseElements"]["credentials"], False)
r = record_of(new["ResponseMetadata"]["RequestId"])
equal("CreateAccessKey: responseElements", {k: v for k, v in r["responseElements"]["accessKey"].items() if k != "createDate"}, {"userName": "alice", "accessKeyId": new["AccessKey"]["AccessKeyId"], "status": "Active"})

close({"iam": "iam", "sts": "sts"})
