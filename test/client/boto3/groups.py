"""Groups of a user pool: their life, their members, and what tokens say of them."""

import base64

from common import *

idp = client("cognito-idp")
NO_POOL = REGION + "_Missing00"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"
PASSWORD = canary("secret", "Group-Canary-Word-41#")
USER = canary("name", "grouped.person.5512")

pool = idp.create_user_pool(PoolName="groups")["UserPool"]["Id"]
web = idp.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])["UserPoolClient"]["ClientId"]
idp.admin_create_user(UserPoolId=pool, Username=USER, MessageAction="SUPPRESS")
idp.admin_set_user_password(UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True)
sub = {a["Name"]: a["Value"] for a in idp.admin_get_user(UserPoolId=pool, Username=USER)["UserAttributes"]}["sub"]

made = idp.create_group(UserPoolId=pool, GroupName="admins", Description="who may", RoleArn=ROLE + "admin", Precedence=1)
idp.create_group(UserPoolId=pool, GroupName="staff", RoleArn=ROLE + "staff", Precedence=5)
refused("GroupExistsException", "A group with the name already exists", idp.create_group, UserPoolId=pool, GroupName="staff")
equal("role", idp.get_group(UserPoolId=pool, GroupName="admins")["Group"]["RoleArn"], ROLE + "admin")
refused("ResourceNotFoundException", "Group not found.", idp.get_group, UserPoolId=pool, GroupName="nobody")
equal("new description", idp.update_group(UserPoolId=pool, GroupName="staff", Description="all")["Group"]["Description"], "all")
refused("ResourceNotFoundException", "Group not found.", idp.update_group, UserPoolId=pool, GroupName="nobody")
pages = list(idp.get_paginator("list_groups").paginate(UserPoolId=pool, PaginationConfig={"PageSize": 1}))
equal("groups of all pages", [g["GroupName"] for p in pages for g in p["Groups"]], ["admins", "staff"])
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.list_groups, UserPoolId=NO_POOL)

added = idp.admin_add_user_to_group(UserPoolId=pool, Username=USER, GroupName="staff")
idp.admin_add_user_to_group(UserPoolId=pool, Username=USER, GroupName="admins")
refused("UserNotFoundException", "User does not exist.", idp.admin_add_user_to_group, UserPoolId=pool, Username="nobody-here", GroupName="admins")
pages = list(idp.get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName="staff", PaginationConfig={"PageSize": 1}))
equal("members", [u["Username"] for p in pages for u in p["Users"]], [USER])
refused("ResourceNotFoundException", "Group not found.", idp.list_users_in_group, UserPoolId=pool, GroupName="nobody")
pages = list(idp.get_paginator("admin_list_groups_for_user").paginate(UserPoolId=pool, Username=USER, PaginationConfig={"PageSize": 1}))
equal("groups of a user", sorted(g["GroupName"] for p in pages for g in p["Groups"]), ["admins", "staff"])
refused("UserNotFoundException", "User does not exist.", idp.admin_list_groups_for_user, UserPoolId=pool, Username="nobody-here")


def claims():
    """The claims of a new ID token."""
    result = idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": USER, "PASSWORD": PASSWORD})["AuthenticationResult"]
    for name in ("AccessToken", "IdToken", "RefreshToken"):
        canary("secret", result[name])
    part = result["IdToken"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


got = claims()
equal("groups and roles", (got["cognito:groups"], got["cognito:roles"], got["cognito:preferred_role"]), (["admins", "staff"], [ROLE + "admin", ROLE + "staff"], ROLE + "admin"))
idp.admin_remove_user_from_group(UserPoolId=pool, Username=USER, GroupName="admins")
refused("ResourceNotFoundException", "Group not found.", idp.admin_remove_user_from_group, UserPoolId=pool, Username=USER, GroupName="nobody")
equal("groups after leaving one", claims()["cognito:groups"], ["staff"])
idp.delete_group(UserPoolId=pool, GroupName="staff")
refused("ResourceNotFoundException", "Group not found.", idp.delete_group, UserPoolId=pool, GroupName="staff")
equal("no groups, no claim", "cognito:groups" in claims(), False)

r = record_of(made["ResponseMetadata"]["RequestId"])
equal("CreateGroup: requestParameters", r["requestParameters"], {"groupName": "admins", "userPoolId": pool, "description": "who may", "roleArn": ROLE + "admin", "precedence": 1})
equal("CreateGroup: responseElements", r["responseElements"]["group"]["groupName"], "admins")
r = record_of(added["ResponseMetadata"]["RequestId"])
equal("AdminAddUserToGroup", (r["requestParameters"], r["responseElements"], r["additionalEventData"]), ({"userPoolId": pool, "username": HIDDEN, "groupName": "staff"}, None, {"sub": sub}))

close({"cognito-idp": "cognito-idp"})
