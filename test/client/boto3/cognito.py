"""User pools: a user's life, every refusal on the way, and what was recorded."""

import account
from common import *
from srp import Client

idp = client("cognito-idp")
nobody = client("cognito-idp", **stranger())
POOLS = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/"
NO_POOL = REGION + "_Missing00"
NO_CLIENT = "1h57kf5cpq17m0eml12example"

USER = canary("name", "miriam.okafor.7431")
MAIL = canary("name", "miriam.okafor.7431@example.org")
PASSWORD = canary("secret", "Tr0mbone-Orbit-Canary-55")
SECOND = canary("secret", "Kettle-Drum-Canary-77!")
WRONG = canary("secret", "Wrong-Canary-Guess-00?")
INVITED = canary("name", "invited.person.9920")
TEMPORARY = canary("secret", "Temp-Canary-Word-31#")
FINAL = canary("secret", "Final-Canary-Word-32#")

# Pools and clients.
pool = idp.create_user_pool(PoolName="boto", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
refused("InvalidParameterException", r"2 validation errors detected: Value '' at 'poolName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'poolName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w\s+=,.@-]+", idp.create_user_pool, PoolName="")
denied("AccessDeniedException", "cognito-idp:CreateUserPool", "*", nobody.create_user_pool, PoolName="x")
second = idp.create_user_pool(PoolName="boto two")["UserPool"]["Id"]
equal("pool name", idp.describe_user_pool(UserPoolId=pool)["UserPool"]["Name"], "boto")
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.describe_user_pool, UserPoolId=NO_POOL)
denied("AccessDeniedException", "cognito-idp:DescribeUserPool", POOLS + pool, nobody.describe_user_pool, UserPoolId=pool)
pages = list(idp.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 1}))
equal("pools of all pages", sorted(p["Id"] for page in pages for p in page["UserPools"]), sorted([pool, second]))
refused("InvalidParameterException", "1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60", idp.list_user_pools, MaxResults=61)
web = idp.create_user_pool_client(
    UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
)["UserPoolClient"]["ClientId"]
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.create_user_pool_client, UserPoolId=NO_POOL, ClientName="x")
keyed = idp.create_user_pool_client(UserPoolId=pool, ClientName="keyed", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
canary("secret", keyed["UserPoolClient"]["ClientSecret"])
equal("client name", idp.describe_user_pool_client(UserPoolId=pool, ClientId=web)["UserPoolClient"]["ClientName"], "web")
refused("ResourceNotFoundException", f"User pool client {NO_CLIENT} does not exist.", idp.describe_user_pool_client, UserPoolId=pool, ClientId=NO_CLIENT)

# Settings that change, lists and tags.
changed = idp.update_user_pool(UserPoolId=pool, AutoVerifiedAttributes=["email"], UserPoolTags={"team": "audit"})
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.update_user_pool, UserPoolId=NO_POOL)
denied("AccessDeniedException", "cognito-idp:UpdateUserPool", POOLS + pool, nobody.update_user_pool, UserPoolId=pool)
equal("MFA", idp.get_user_pool_mfa_config(UserPoolId=pool)["MfaConfiguration"], "OFF")
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.get_user_pool_mfa_config, UserPoolId=NO_POOL)
idp.tag_resource(ResourceArn=POOLS + pool, Tags={"stage": "test"})
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.tag_resource, ResourceArn=POOLS + NO_POOL, Tags={"a": "b"})
equal("tags", idp.list_tags_for_resource(ResourceArn=POOLS + pool)["Tags"], {"team": "audit", "stage": "test"})
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.list_tags_for_resource, ResourceArn=POOLS + NO_POOL)
idp.untag_resource(ResourceArn=POOLS + pool, TagKeys=["stage"])
denied("AccessDeniedException", "cognito-idp:UntagResource", POOLS + pool, nobody.untag_resource, ResourceArn=POOLS + pool, TagKeys=["team"])
pages = list(idp.get_paginator("list_user_pool_clients").paginate(UserPoolId=pool, PaginationConfig={"PageSize": 1}))
equal("clients of all pages", sorted(c["ClientName"] for page in pages for c in page["UserPoolClients"]), ["keyed", "web"])
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.list_user_pool_clients, UserPoolId=NO_POOL)
spare = idp.create_user_pool_client(UserPoolId=pool, ClientName="spare")["UserPoolClient"]["ClientId"]
equal("new name", idp.update_user_pool_client(UserPoolId=pool, ClientId=spare, ClientName="other")["UserPoolClient"]["ClientName"], "other")
refused("ResourceNotFoundException", f"User pool client {NO_CLIENT} does not exist.", idp.update_user_pool_client, UserPoolId=pool, ClientId=NO_CLIENT)
idp.delete_user_pool_client(UserPoolId=pool, ClientId=spare)
refused("ResourceNotFoundException", f"User pool client {spare} does not exist.", idp.delete_user_pool_client, UserPoolId=pool, ClientId=spare)

# Sign-up.
signed = idp.sign_up(ClientId=web, Username=USER, Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": MAIL}], ClientMetadata={"campaign": "autumn"})
sub = signed["UserSub"]
equal("destination", signed["CodeDeliveryDetails"]["Destination"], "m***@e***")
refused("UsernameExistsException", "User already exists", idp.sign_up, ClientId=web, Username=USER, Password=PASSWORD)
refused("InvalidPasswordException", "Password did not conform with policy: Password not long enough", idp.sign_up, ClientId=web, Username="x", Password="Aa1!")
refused("ResourceNotFoundException", f"User pool client {NO_CLIENT} does not exist.", idp.sign_up, ClientId=NO_CLIENT, Username=USER, Password=PASSWORD)
unrecorded()
refused("NotAuthorizedException", f"Client {keyed['UserPoolClient']['ClientId']} is configured with secret but SECRET_HASH was not received", idp.sign_up, ClientId=keyed["UserPoolClient"]["ClientId"], Username="y", Password=PASSWORD)
sent = idp.resend_confirmation_code(ClientId=web, Username=USER)
equal("attribute of the code", sent["CodeDeliveryDetails"]["AttributeName"], "email")
refused("UserNotConfirmedException", "User is not confirmed.", idp.initiate_auth, ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": USER, "PASSWORD": PASSWORD})
code = canary("code", newest_code(MAIL))
refused("CodeMismatchException", "Invalid verification code provided, please try again.", idp.confirm_sign_up, ClientId=web, Username=USER, ConfirmationCode="000000" if code != "000000" else "000001")
idp.confirm_sign_up(ClientId=web, Username=USER, ConfirmationCode=code)
refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED", idp.confirm_sign_up, ClientId=web, Username=USER, ConfirmationCode=code)
refused("InvalidParameterException", "User is already confirmed.", idp.resend_confirmation_code, ClientId=web, Username=USER)

# Sign-in by password and by SRP.
wrong = refused("NotAuthorizedException", "Incorrect username or password.", idp.initiate_auth, ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": USER, "PASSWORD": WRONG})
plain = idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": USER, "PASSWORD": PASSWORD})


def keep(result):
    for name in ("AccessToken", "IdToken", "RefreshToken"):
        if name in result:
            canary("secret", result[name])
    return result


tokens = keep(plain["AuthenticationResult"])
equal("token type and life", (tokens["TokenType"], tokens["ExpiresIn"]), ("Bearer", 3600))


def challenge(name=USER):
    c = Client()
    first = idp.initiate_auth(ClientId=web, AuthFlow="USER_SRP_AUTH", AuthParameters={"USERNAME": name, "SRP_A": f"{c.A:x}"})
    equal("challenge", first["ChallengeName"], "PASSWORD_VERIFIER")
    return c, first


c, first = challenge()
srp = idp.respond_to_auth_challenge(ClientId=web, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=c.answer(pool, PASSWORD, first["ChallengeParameters"]))
tokens = keep(srp["AuthenticationResult"])
c, first = challenge()
refused("NotAuthorizedException", "Incorrect username or password.", idp.respond_to_auth_challenge, ClientId=web, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=c.answer(pool, WRONG, first["ChallengeParameters"]))
again = idp.initiate_auth(ClientId=web, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]})
keep(again["AuthenticationResult"])
equal("no new refresh token", "RefreshToken" in again["AuthenticationResult"], False)
me = idp.get_user(AccessToken=tokens["AccessToken"])
equal("GetUser", (me["Username"], {a["Name"]: a["Value"] for a in me["UserAttributes"]}["sub"]), (USER, sub))
refused("NotAuthorizedException", "Invalid Access Token", idp.get_user, AccessToken="nonsense")
unrecorded()
idp.revoke_token(ClientId=web, Token=tokens["RefreshToken"])
refused("UnsupportedTokenTypeException", "Unsupported token type", idp.revoke_token, ClientId=web, Token=tokens["AccessToken"])
refused("NotAuthorizedException", "Refresh Token has been revoked", idp.initiate_auth, ClientId=web, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]})

# Administration.
made = idp.admin_create_user(UserPoolId=pool, Username=INVITED, TemporaryPassword=TEMPORARY, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email", "Value": canary("name", "invited.person.9920@example.org")}])
equal("status", made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD")
refused("UsernameExistsException", "User account already exists", idp.admin_create_user, UserPoolId=pool, Username=INVITED)
denied("AccessDeniedException", "cognito-idp:AdminCreateUser", POOLS + pool, nobody.admin_create_user, UserPoolId=pool, Username=INVITED)
asked = idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": INVITED, "PASSWORD": TEMPORARY})
equal("challenge", asked["ChallengeName"], "NEW_PASSWORD_REQUIRED")
canary("secret", asked["Session"])
refused("InvalidPasswordException", "Password did not conform with policy: Password not long enough", idp.respond_to_auth_challenge, ClientId=web, ChallengeName="NEW_PASSWORD_REQUIRED", Session=asked["Session"], ChallengeResponses={"USERNAME": INVITED, "NEW_PASSWORD": "Aa1!"})
asked = idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": INVITED, "PASSWORD": TEMPORARY})
canary("secret", asked["Session"])
keep(idp.respond_to_auth_challenge(ClientId=web, ChallengeName="NEW_PASSWORD_REQUIRED", Session=asked["Session"], ChallengeResponses={"USERNAME": INVITED, "NEW_PASSWORD": FINAL})["AuthenticationResult"])
equal("status", idp.admin_get_user(UserPoolId=pool, Username=INVITED)["UserStatus"], "CONFIRMED")
refused("UserNotFoundException", "User does not exist.", idp.admin_get_user, UserPoolId=pool, Username="nobody-here")
idp.admin_set_user_password(UserPoolId=pool, Username=USER, Password=SECOND, Permanent=True)
refused("InvalidPasswordException", "Password did not conform with policy: Password must have numeric characters", idp.admin_set_user_password, UserPoolId=pool, Username=USER, Password="Only-Letters!", Permanent=True)
pages = list(idp.get_paginator("list_users").paginate(UserPoolId=pool, PaginationConfig={"PageSize": 1}))
equal("users of all pages", sorted(u["Username"] for page in pages for u in page["Users"]), sorted([USER, INVITED]))
equal("users by filter", [u["Username"] for u in idp.list_users(UserPoolId=pool, Filter=f'sub = "{sub}"')["Users"]], [USER])
refused("InvalidParameterException", "Error while parsing filter.", idp.list_users, UserPoolId=pool, Filter="what?")
tokens = keep(idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": USER, "PASSWORD": SECOND})["AuthenticationResult"])
idp.global_sign_out(AccessToken=tokens["AccessToken"])
refused("NotAuthorizedException", "Access Token has been revoked", idp.global_sign_out, AccessToken=tokens["AccessToken"])
idp.admin_delete_user(UserPoolId=pool, Username=INVITED)
refused("UserNotFoundException", "User does not exist.", idp.admin_delete_user, UserPoolId=pool, Username=INVITED)
account.run(idp, nobody, pool, web)
idp.delete_user_pool(UserPoolId=second)
refused("ResourceNotFoundException", f"User pool {second} does not exist.", idp.delete_user_pool, UserPoolId=second)

# What the records hold, member by member.
anonymous = {"type": "Unknown", "principalId": "Anonymous"}
r = record_of(signed["ResponseMetadata"]["RequestId"])
equal("SignUp: userIdentity", r["userIdentity"], anonymous)
equal("SignUp: requestParameters", r["requestParameters"], {"clientId": web, "username": HIDDEN, "password": HIDDEN, "userAttributes": HIDDEN, "clientMetadata": {"campaign": "autumn"}})
equal("SignUp: responseElements", r["responseElements"], {"userConfirmed": False, "codeDeliveryDetails": {"destination": HIDDEN, "deliveryMedium": "EMAIL", "attributeName": "email"}, "userSub": sub})
equal("SignUp: additionalEventData", r["additionalEventData"], {"sub": sub})
r = record_of(wrong["ResponseMetadata"]["RequestId"])
equal("failed InitiateAuth: requestParameters", r["requestParameters"], {"authFlow": "USER_PASSWORD_AUTH", "authParameters": HIDDEN, "clientId": web})
equal("failed InitiateAuth: sub", r["additionalEventData"], {"sub": sub})
equal("failed InitiateAuth: responseElements", r["responseElements"], None)
equal("failed InitiateAuth: error", (r["errorCode"], r["errorMessage"]), ("NotAuthorizedException", "Incorrect username or password."))
r = record_of(plain["ResponseMetadata"]["RequestId"])
equal("InitiateAuth: responseElements", r["responseElements"], {"challengeParameters": HIDDEN, "authenticationResult": {"accessToken": HIDDEN, "expiresIn": 3600, "tokenType": "Bearer", "refreshToken": HIDDEN, "idToken": HIDDEN}})
r = record_of(srp["ResponseMetadata"]["RequestId"])
equal("RespondToAuthChallenge: requestParameters", r["requestParameters"], {"clientId": web, "challengeName": "PASSWORD_VERIFIER", "challengeResponses": HIDDEN})
r = record_of(me["ResponseMetadata"]["RequestId"])
equal("GetUser", (r["readOnly"], r["requestParameters"], r["responseElements"], r["additionalEventData"]), (True, {"accessToken": HIDDEN}, None, {"sub": sub}))
r = record_of(made["ResponseMetadata"]["RequestId"])
equal("AdminCreateUser: userIdentity", r["userIdentity"]["arn"], f"arn:aws:iam::{ACCOUNT}:root")
equal("AdminCreateUser: requestParameters", r["requestParameters"], {"userPoolId": pool, "username": HIDDEN, "temporaryPassword": HIDDEN, "messageAction": "SUPPRESS", "userAttributes": HIDDEN})
equal("AdminCreateUser: hidden answer", (r["responseElements"]["user"]["username"], r["responseElements"]["user"]["attributes"], r["responseElements"]["user"]["userStatus"]), (HIDDEN, HIDDEN, "FORCE_CHANGE_PASSWORD"))
r = record_of(keyed["ResponseMetadata"]["RequestId"])
equal("CreateUserPoolClient: clientSecret", r["responseElements"]["userPoolClient"]["clientSecret"], HIDDEN)

close({"cognito-idp": "cognito-idp"})
