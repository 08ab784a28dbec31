"""Threat protection: what it makes of sign-ins, its events, their notices and links, metrics and logs."""

import base64
import datetime
import gzip
import hashlib
import hmac
import urllib.error
import urllib.parse
import urllib.request

from common import *

idp = client("cognito-idp")
logs = boto3.client("logs")
cloudwatch = boto3.client("cloudwatch")
PASSWORD = canary("secret", "Threat-Canary-Word-84#")
OTHER = canary("secret", "Threat-Canary-Other-85#")
COMMON = "Password1!"
USER = "watched.person"
EMAIL = canary("name", "watched.person.5512@example.com")
NO_POOL = REGION + "_Missing00"
REASONS = "Unable to login because of security reasons."
LISTED = "Provided password cannot be used for security reasons."
OFF = "Threat Protection is not enabled for this user pool."

plain = idp.create_user_pool(PoolName="plain", UserPoolTier="PLUS")["UserPool"]["Id"]
refused(
    "FeatureUnavailableInTierException", "Threat protection is not available in the user pool's feature plan.",
    idp.create_user_pool, PoolName="cheap", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
)
pool = idp.create_user_pool(
    PoolName="threat", UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
    EmailConfiguration={"EmailSendingAccount": "DEVELOPER", "SourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/example.com"},
)["UserPool"]["Id"]
idp.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OPTIONAL", EmailMfaConfiguration={})
# A client whose servers say whence their users come.
made = idp.create_user_pool_client(
    UserPoolId=pool, ClientName="server", GenerateSecret=True, EnablePropagateAdditionalUserContextData=True,
    ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
)["UserPoolClient"]
web, SECRET = made["ClientId"], canary("secret", made["ClientSecret"])
idp.admin_create_user(UserPoolId=pool, Username=USER, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"}])
idp.admin_set_user_password(UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True)

logs.create_log_group(logGroupName="/cognito/events")
deliver = [{"EventSource": "userAuthEvents", "LogLevel": "INFO", "CloudWatchLogsConfiguration": {"LogGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/cognito/events"}}]
idp.set_log_delivery_configuration(UserPoolId=pool, LogConfigurations=deliver)
stream = [{"EventSource": "userAuthEvents", "LogLevel": "INFO", "FirehoseConfiguration": {"StreamArn": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/x"}}]
refused("InvalidParameterException", f"Invalid log destination: {stream[0]['FirehoseConfiguration']['StreamArn']} has no address: logs.destinations of this server names none.", idp.set_log_delivery_configuration, UserPoolId=pool, LogConfigurations=stream)


def mark(name):
    return canary("secret", base64.b64encode(hmac.new(SECRET.encode(), (name + web).encode(), hashlib.sha256).digest()).decode())


def encoded(device, agent):
    """What Amplify's script says of a browser."""
    payload = json.dumps({"contextData": {"UserAgent": agent, "DeviceId": device, "ClientTimezone": "-07:00"}, "username": USER, "userPoolId": pool, "timestamp": "1"})
    version = "JS20171115"
    signature = base64.b64encode(hmac.new(web.encode(), (version + payload).encode(), hashlib.sha256).digest()).decode()
    return base64.b64encode(json.dumps({"payload": payload, "signature": signature, "version": version}).encode()).decode()


HOME = {"IpAddress": "192.0.2.10", "EncodedData": encoded("home:1", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36")}
ABROAD = {"IpAddress": "203.0.113.5", "EncodedData": encoded("other:2", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")}


def sign_in(place, password=PASSWORD):
    return {
        "ClientId": web, "AuthFlow": "USER_PASSWORD_AUTH", "UserContextData": place,
        "AuthParameters": {"USERNAME": USER, "PASSWORD": password, "SECRET_HASH": mark(USER)},
    }


def tokens(answer):
    for name in ("AccessToken", "IdToken", "RefreshToken"):
        if name in answer["AuthenticationResult"]:
            canary("secret", answer["AuthenticationResult"][name])
    return answer["AuthenticationResult"]


def newest():
    return idp.admin_list_user_auth_events(UserPoolId=pool, Username=USER)["AuthEvents"][0]


def outcome(event):
    risk = event["EventRisk"]
    return event["EventType"], event["EventResponse"], risk["RiskDecision"], risk.get("RiskLevel")


def configure(action, **more):
    act = {"EventAction": action, "Notify": True}
    idp.set_risk_configuration(UserPoolId=pool, AccountTakeoverRiskConfiguration={
        "NotifyConfiguration": {
            "SourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/example.com",
            "BlockEmail": {"Subject": "Blocked", "TextBody": "{username} {ip-address} yes {one-click-link-valid} no {one-click-link-invalid} ."},
        },
        "Actions": {"LowAction": act, "MediumAction": act, "HighAction": act},
    }, **more)


# The first sign-in has nothing to differ from.
first = tokens(idp.initiate_auth(**sign_in(HOME)))
event = newest()
equal("first", outcome(event), ("SignIn", "Pass", "NoRisk", None))
equal("context", event["EventContextData"], {"IpAddress": "192.0.2.10", "DeviceName": "Chrome 126, Windows 10", "Timezone": "-07:00"})
equal("challenges", event["ChallengeResponses"], [{"ChallengeName": "Password", "ChallengeResponse": "Success"}])
claims = first["AccessToken"].split(".")[1]
equal("event_id", json.loads(base64.urlsafe_b64decode(claims + "=="))["event_id"], event["EventId"])
refused("NotAuthorizedException", "Incorrect username or password.", idp.initiate_auth, **sign_in(HOME, OTHER))
equal("wrong password", outcome(newest()), ("SignIn", "Fail", "NoRisk", None))

# Blocked abroad, and told so.
configure("BLOCK")
refused("NotAuthorizedException", REASONS, idp.initiate_auth, **sign_in(ABROAD))
event = newest()
equal("blocked", outcome(event), ("SignIn", "Fail", "Block", "Medium"))


def mails():
    url = URL + "/_cogtrail/messages?to=" + urllib.parse.quote(EMAIL)
    basic = base64.b64encode((os.environ["AWS_ACCESS_KEY_ID"] + ":" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()).decode()
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": "Basic " + basic})) as r:
        return json.load(r)["messages"]


words = mails()[0]["body"].split()
equal("notice", (mails()[0]["subject"], words[0], words[1]), ("Blocked", USER, "203.0.113.5"))
yes, no = words[3], words[5]
link = {k: v[0] for k, v in urllib.parse.parse_qs(urllib.parse.urlparse(no).query).items()}
feedback = {
    "UserPoolId": link["userPoolId"], "Username": link["username"], "EventId": link["eventId"],
    "FeedbackToken": canary("secret", link["feedbackToken"]), "FeedbackValue": link["feedbackValue"],
}
equal("link", (feedback["EventId"], feedback["FeedbackValue"]), (event["EventId"], "Invalid"))
refused("NotAuthorizedException", "Invalid feedback token.", idp.update_auth_event_feedback, **dict(feedback, FeedbackToken=feedback["FeedbackToken"][:-1]))
idp.update_auth_event_feedback(**feedback)
equal("feedback", {k: v for k, v in newest()["EventFeedback"].items() if k != "FeedbackDate"}, {"FeedbackValue": "Invalid", "Provider": "User"})
refused("NotAuthorizedException", REASONS, idp.initiate_auth, **sign_in(ABROAD))
equal("distrusted", outcome(newest()), ("SignIn", "Fail", "Block", "High"))

# The page behind the link: following it says nothing yet, its button does.
with urllib.request.urlopen(yes) as r:
    equal("page", (r.status, b"It was me" in r.read(), r.headers["Referrer-Policy"]), (200, True, "no-referrer"))
with urllib.request.urlopen(urllib.request.Request(yes, method="POST")) as r:
    equal("button", (r.status, b"Thank you" in r.read()), (200, True))
try:
    urllib.request.urlopen(urllib.request.Request(yes.replace("feedbackToken=", "feedbackToken=A"), method="POST"))
    fail("a bad link works")
except urllib.error.HTTPError as e:
    equal("bad link", e.code, 400)
tokens(idp.initiate_auth(**sign_in(ABROAD)))
equal("trusted", outcome(newest()), ("SignIn", "Pass", "NoRisk", None))

# An administrator knows better.
idp.admin_update_auth_event_feedback(UserPoolId=pool, Username=USER, EventId=event["EventId"], FeedbackValue="Invalid")
refused("NotAuthorizedException", REASONS, idp.initiate_auth, **sign_in(ABROAD))
missing = "00000000-0000-7000-8000-000000000000"
refused("ResourceNotFoundException", f"Event {missing} does not exist.", idp.admin_update_auth_event_feedback, UserPoolId=pool, Username=USER, EventId=missing, FeedbackValue="Valid")
refused("UserPoolAddOnNotEnabledException", OFF, idp.admin_list_user_auth_events, UserPoolId=plain, Username=USER)
refused("UserNotFoundException", "User does not exist.", idp.admin_list_user_auth_events, UserPoolId=pool, Username="nobody")
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.update_auth_event_feedback, **dict(feedback, UserPoolId=NO_POOL))
unrecorded()

# A factor is asked for, although the user has not switched it on.
configure("MFA_REQUIRED")
asked = idp.initiate_auth(**sign_in(ABROAD))
equal("challenge", asked["ChallengeName"], "EMAIL_OTP")
equal("asked", outcome(newest()), ("SignIn", "InProgress", "AccountTakeover", "High"))
code = canary("code", newest_code(EMAIL))
answer = {
    "ClientId": web, "ChallengeName": "EMAIL_OTP", "Session": canary("secret", asked["Session"]), "UserContextData": ABROAD,
    "ChallengeResponses": {"USERNAME": USER, "EMAIL_OTP_CODE": code, "SECRET_HASH": mark(USER)},
}
tokens(idp.respond_to_auth_challenge(**answer))
event = newest()
equal("answered", (outcome(event), event["ChallengeResponses"][-1]), (("SignIn", "Pass", "AccountTakeover", "High"), {"ChallengeName": "Mfa", "ChallengeResponse": "Success"}))

# A server's own call: what it says of the user's place counts.
started = {
    "UserPoolId": pool, "ClientId": web, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
    "AuthParameters": {"USERNAME": USER, "PASSWORD": PASSWORD, "SECRET_HASH": mark(USER)},
    "ContextData": {"IpAddress": "198.51.100.77", "ServerName": "s", "ServerPath": "/", "HttpHeaders": [{"headerName": "User-Agent", "headerValue": "tool/1"}]},
}
equal("challenge by a server", idp.admin_initiate_auth(**started)["ChallengeName"], "EMAIL_OTP")
tokens(idp.admin_initiate_auth(**{k: v for k, v in started.items() if k != "ContextData"}))

# Addresses that are barred, or passed over; passwords that are no secret.
configure("BLOCK", RiskExceptionConfiguration={"BlockedIPRangeList": ["192.0.2.0/24"], "SkippedIPRangeList": ["203.0.113.0/24"]},
          CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "BLOCK"}})
refused("NotAuthorizedException", REASONS, idp.initiate_auth, **sign_in(HOME))
access = tokens(idp.initiate_auth(**sign_in(ABROAD)))["AccessToken"]
refused("InvalidPasswordException", LISTED, idp.change_password, AccessToken=access, PreviousPassword=PASSWORD, ProposedPassword=COMMON)
equal("listed", (outcome(newest()), newest()["EventRisk"]["CompromisedCredentialsDetected"]), (("PasswordChange", "Fail", "Block", None), True))
refused("InvalidPasswordException", LISTED, idp.sign_up, ClientId=web, Username="new.person", Password=COMMON, SecretHash=mark("new.person"))
idp.admin_set_user_password(UserPoolId=pool, Username=USER, Password=COMMON, Permanent=True)
refused("PasswordResetRequiredException", "Password reset required for the user", idp.initiate_auth, **sign_in(ABROAD, COMMON))
equal("status", idp.admin_get_user(UserPoolId=pool, Username=USER)["UserStatus"], "RESET_REQUIRED")

# All events, by page.
pages = list(idp.get_paginator("admin_list_user_auth_events").paginate(UserPoolId=pool, Username=USER, PaginationConfig={"PageSize": 3}))
listed = [e for p in pages for e in p["AuthEvents"]]
equal("newest first", [e["CreationDate"] for e in listed], sorted((e["CreationDate"] for e in listed), reverse=True))
equal("pages", len(pages) > 3, True)

# The log has every event in its last state, and the metrics have the sums.
def delivered():
    found = logs.filter_log_events(logGroupName="/cognito/events", limit=1000)["events"]
    return {m["message"]["eventId"]: m["message"] for m in (json.loads(e["message"]) for e in found)}


there = eventually("all events are in the log", lambda: (lambda d: d if {e["EventId"] for e in listed} <= set(d) else None)(delivered())) or {}
for e in listed:
    m = there.get(e["EventId"], {})
    equal("logged " + e["EventId"], (m.get("eventType"), m.get("eventResponse"), m.get("userName")), (e["EventType"], e["EventResponse"], USER))


def total(namespace, name, **dimensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    out = cloudwatch.get_metric_data(
        StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(minutes=5),
        MetricDataQueries=[{"Id": "m", "MetricStat": {"Period": 3600, "Stat": "Sum", "Metric": {
            "Namespace": namespace, "MetricName": name, "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()]}}}],
    )
    return sum(out["MetricDataResults"][0]["Values"])


passed = sum(1 for s, o, *rest in calls if o in ("InitiateAuth", "RespondToAuthChallenge", "AdminInitiateAuth") and not rest[1]) - 2  # two led to a challenge
eventually("sign-ins are counted", lambda: total("AWS/Cognito", "SignInSuccesses", UserPool=pool, UserPoolClient=web) == passed)
equal("sign-up counted", total("AWS/Cognito", "SignUpSuccesses", UserPool=pool, UserPoolClient="Admin"), 1)
equal("risk counted", total("AWS/Cognito", "AccountTakeoverRisk", Operation="SignIn", UserPoolId=pool, RiskLevel="medium") > 0, True)
equal("barred counted", total("AWS/Cognito", "OverrideBlock", Operation="SignIn", UserPoolId=pool, RiskLevel="high"), 1)
equal("listed counted", total("AWS/Cognito", "CompromisedCredentialRisk", Operation="SignUp", UserPoolId=pool, RiskLevel="high"), 1)
used = {"Service": "Cognito user pool", "Type": "API", "Resource": "UserAuthentication"}
equal("calls counted", total("AWS/Usage", "CallCount", Class="None", **used) > passed, True)

# Events in a bucket, which must let log delivery in.
s3 = boto3.client("s3")
s3.create_bucket(Bucket="threat-events")
files = [{"EventSource": "userAuthEvents", "LogLevel": "INFO", "S3Configuration": {"BucketArn": "arn:aws:s3:::threat-events"}}]
refused("InvalidParameterException", "Bucket threat-events does not exist or its policy does not allow delivery.logs.amazonaws.com to put log files.",
        idp.set_log_delivery_configuration, UserPoolId=pool, LogConfigurations=files)
DELIVERY = {"Service": "delivery.logs.amazonaws.com"}
FROM = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}
s3.put_bucket_policy(Bucket="threat-events", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": DELIVERY, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::threat-events", "Condition": {"StringEquals": FROM}},
    {"Effect": "Allow", "Principal": DELIVERY, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::threat-events/AWSLogs/{ACCOUNT}/*",
     "Condition": {"StringEquals": dict(FROM, **{"s3:x-amz-acl": "bucket-owner-full-control"})}},
]}))
idp.set_log_delivery_configuration(UserPoolId=pool, LogConfigurations=files)
idp.sign_up(ClientId=web, Username="late.person", Password=OTHER, SecretHash=mark("late.person"))
written = eventually("a log file", lambda: s3.list_objects_v2(Bucket="threat-events").get("Contents"))[0]["Key"]
equal("its folder", written.startswith(f"AWSLogs/{ACCOUNT}/cognito-idp/{REGION}/"), True)
lines = gzip.decompress(s3.get_object(Bucket="threat-events", Key=written)["Body"].read()).decode().splitlines()
equal("its events", [(m["eventSource"], m["message"]["eventType"], m["message"]["userName"]) for m in map(json.loads, lines)], [("USER_ACTIVITY", "SignUp", "late.person")])

close({"cognito-idp": "cognito-idp"})
