"""Token sessions of users: a pool tracks them, users and administrators see and end them."""

from common import *

idp = client("cognito-idp")
NO_POOL = REGION + "_Missing00"
PASSWORD = canary("secret", "Session-Canary-Word-29#")
USER = canary("name", "tracked.person.3390")
OTHER = canary("name", "tracked.person.3391")
NOBODY = ("UserNotFoundException", "User does not exist.")

pool = idp.create_user_pool(PoolName="sessions")["UserPool"]["Id"]
web = idp.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])["UserPoolClient"]["ClientId"]
for name in (USER, OTHER):
    idp.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)


def sign_in(name=USER):
    """The tokens of a sign-in, which must show nowhere else."""
    result = idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD})["AuthenticationResult"]
    for token in ("AccessToken", "IdToken", "RefreshToken"):
        canary("secret", result[token])
    return result


before = sign_in()
off = "User session tracking is not enabled for the user pool."
refused("InvalidParameterException", off, idp.list_user_sessions, AccessToken=before["AccessToken"])
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.get_user_pool_session_configuration, UserPoolId=NO_POOL)
got = idp.get_user_pool_session_configuration(UserPoolId=pool)
equal("sessions of a new pool", (got["UserSessionTracking"], got["TokenSession"]), ("DISABLED", {"MaxPerUser": 20}))
most = "1 validation error detected: Value '101' at 'tokenSession.maxPerUser' failed to satisfy constraint: Member must have value less than or equal to 100"
refused("InvalidParameterException", most, idp.set_user_pool_session_configuration, UserPoolId=pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 101})
configured = idp.set_user_pool_session_configuration(UserPoolId=pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 2})
equal("sessions of a pool that tracks them", configured["UserSessionTracking"], "ENABLED")

first, second = sign_in(), sign_in()
listed = idp.list_user_sessions(AccessToken=second["AccessToken"])
equal("which is the current one", [s["IsCurrentSession"] for s in listed["Sessions"]], [True, False])
old = listed["Sessions"][1]
equal("session", (old["SessionType"], old["ClientId"], old["DeviceType"].split()[0], old["LastIPAddress"], len(old["SessionId"])), ("TOKEN", web, "Boto3", "127.0.0.1", 28))
equal("sessions seen by an administrator", {s["SessionId"] for s in idp.admin_list_user_sessions(UserPoolId=pool, Username=USER)["Sessions"]}, {s["SessionId"] for s in listed["Sessions"]})
refused(*NOBODY, idp.admin_list_user_sessions, UserPoolId=pool, Username="nobody-here")

others = sign_in(OTHER)
unknown = ("ResourceNotFoundException", "Session does not exist.")
refused(*unknown, idp.revoke_user_session, AccessToken=others["AccessToken"], SessionId=old["SessionId"])
refused("InvalidParameterException", "The current session cannot be revoked.", idp.revoke_user_session, AccessToken=first["AccessToken"], SessionId=old["SessionId"])
revoked = idp.revoke_user_session(AccessToken=second["AccessToken"], SessionId=old["SessionId"])
refused("NotAuthorizedException", "Access Token has been revoked", idp.get_user, AccessToken=first["AccessToken"])
refused("NotAuthorizedException", "Refresh Token has been revoked", idp.initiate_auth, ClientId=web, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": first["RefreshToken"]})
refused(*unknown, idp.admin_revoke_user_session, UserPoolId=pool, Username=USER, SessionId=old["SessionId"])

# One more than the pool allows ends the one that was not used for longest.
third, fourth = sign_in(), sign_in()
refused("NotAuthorizedException", "Access Token has been revoked", idp.get_user, AccessToken=second["AccessToken"])
current = {s["IsCurrentSession"]: s["SessionId"] for s in idp.list_user_sessions(AccessToken=third["AccessToken"])["Sessions"]}[True]
ended = idp.admin_revoke_user_session(UserPoolId=pool, Username=USER, SessionId=current, RevokeAssociatedSessions="LINKED")
refused("NotAuthorizedException", "Access Token has been revoked", idp.list_user_sessions, AccessToken=third["AccessToken"])
equal("sessions left", len(idp.admin_list_user_sessions(UserPoolId=pool, Username=USER)["Sessions"]), 1)

r = record_of(configured["ResponseMetadata"]["RequestId"])
sent = {"userPoolId": pool, "userSessionTracking": "ENABLED", "tokenSession": {"maxPerUser": 2}}
equal("SetUserPoolSessionConfiguration", (r["requestParameters"], r["readOnly"]), (sent, False))
r = record_of(listed["ResponseMetadata"]["RequestId"])
equal("ListUserSessions", (r["requestParameters"], r["responseElements"], r["readOnly"]), ({"accessToken": HIDDEN}, None, True))
r = record_of(revoked["ResponseMetadata"]["RequestId"])
equal("RevokeUserSession", (r["requestParameters"], r["readOnly"]), ({"accessToken": HIDDEN, "sessionId": old["SessionId"]}, False))
r = record_of(ended["ResponseMetadata"]["RequestId"])
sent = {"userPoolId": pool, "username": HIDDEN, "sessionId": current, "revokeAssociatedSessions": "LINKED"}
equal("AdminRevokeUserSession", r["requestParameters"], sent)
equal("AdminRevokeUserSession: sub", "sub" in r["additionalEventData"], True)

close({"cognito-idp": "cognito-idp"})
