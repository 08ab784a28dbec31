"""Import of users: a file by way of its URL, its log, its users, and every refusal on the way."""

import urllib.error
import urllib.request

from common import *

idp = client("cognito-idp")
nobody = client("cognito-idp", **stranger())
iam = boto3.client("iam")
logs = boto3.client("logs")
NO_POOL = REGION + "_Missing00"
NO_JOB = "import-Missing000"
FIRST = canary("name", "imported.person.6203")
FIRST_MAIL = canary("name", "imported.person.6203@example.org")
SECOND = canary("name", "imported.person.6204")
PASSWORD = canary("secret", "Import-Canary-Word-41#")

pool = idp.create_user_pool(PoolName="import", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
arn = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool}"
web = idp.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])["UserPoolClient"]["ClientId"]


def role(name, service, *actions):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}]}
    out = iam.create_role(RoleName=name, Path="/service-role/", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/cognito/*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=json.dumps(rights))
    return out


WRITES = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
good = role("import", "cognito-idp.amazonaws.com", *WRITES)
foreign = role("foreign", "cloudtrail.amazonaws.com", *WRITES)
weak = role("weak", "cognito-idp.amazonaws.com", "logs:CreateLogStream", "logs:PutLogEvents")


def put(link, text, want=200, code=None):
    """Uploads a file as the documentation says."""
    request = urllib.request.Request(link, data=text.encode(), method="PUT", headers={"x-amz-server-side-encryption": "aws:kms", "Content-Type": "text/csv"})
    try:
        with urllib.request.urlopen(request) as r:
            got, body = r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        got, body = e.code, e.read().decode()
    equal("upload: status", got, want)
    if code:
        equal(f"upload: {code}", f"<Code>{code}</Code>" in body, True)


# The header, and jobs nobody may make.
header = idp.get_csv_header(UserPoolId=pool)["CSVHeader"]
equal("ends of the header", (header[0], header[-2:]), ("name", ["cognito:mfa_enabled", "cognito:username"]))
refused("ResourceNotFoundException", f"User pool {NO_POOL} does not exist.", idp.get_csv_header, UserPoolId=NO_POOL)
denied("AccessDeniedException", "cognito-idp:GetCSVHeader", arn, nobody.get_csv_header, UserPoolId=pool)
job = {"UserPoolId": pool, "JobName": "staff"}
denied("AccessDeniedException", "cognito-idp:CreateUserImportJob", arn, nobody.create_user_import_job, CloudWatchLogsRoleArn=good, **job)
iam.put_user_policy(UserName="stranger", PolicyName="import", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cognito-idp:CreateUserImportJob", "Resource": arn}]}))
denied("AccessDeniedException", "iam:PassRole", good, nobody.create_user_import_job, CloudWatchLogsRoleArn=good, **job)
refused("InvalidParameterException", "Invalid CloudWatchLogsRoleArn.", idp.create_user_import_job, CloudWatchLogsRoleArn="arn:aws:iam::999999999999:role/import", **job)
untrusted = "Role does not have a trust relationship allowing Cognito to assume it."
refused("PreconditionNotMetException", untrusted, idp.create_user_import_job, CloudWatchLogsRoleArn=foreign, **job)
refused("PreconditionNotMetException", untrusted, idp.create_user_import_job, CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/missing", **job)
refused("PreconditionNotMetException", "Role does not have permission to write the log of the user import job.", idp.create_user_import_job, CloudWatchLogsRoleArn=weak, **job)

# A job, its file and its start.
made = idp.create_user_import_job(CloudWatchLogsRoleArn=good, **job)
j = made["UserImportJob"]
link, which = canary("secret", j["PreSignedUrl"]), {"UserPoolId": pool, "JobId": j["JobId"]}
equal("a new job", (j["Status"], j["ImportedUsers"], j["SkippedUsers"], j["FailedUsers"]), ("Created", 0, 0, 0))
refused("PreconditionNotMetException", "The CSV file of the user import job has not been uploaded.", idp.start_user_import_job, **which)
refused("PreconditionNotMetException", "The user import job cannot be stopped. Current status is Created", idp.stop_user_import_job, **which)
refused("ResourceNotFoundException", f"User import job {NO_JOB} does not exist.", idp.describe_user_import_job, UserPoolId=pool, JobId=NO_JOB)


def row(**values):
    given = {"cognito:username": values.pop("username"), "cognito:mfa_enabled": "false", **values}
    return ",".join(given.get(c, "").replace(",", "\\,") for c in header)


people = [row(username=FIRST, email=FIRST_MAIL, email_verified="true", address="Low Street 1, Berlin"), row(username=SECOND), row(username=FIRST, email=FIRST_MAIL, email_verified="true")]
text = "\n".join([",".join(header), *people])
put(link.replace("job=import-", "job=import-x"), text, 403, "SignatureDoesNotMatch")
put(link, text)
with urllib.request.urlopen(urllib.request.Request(link, data=text.encode(), method="PUT")) as r:
    equal("ETag", len(r.headers["ETag"]), 34)
started = idp.start_user_import_job(**which)
equal("started", started["UserImportJob"]["Status"], "Pending")
put(link, text, 403, "AccessDenied")


def ended(which):
    """The job once it does nothing any more."""
    got = idp.describe_user_import_job(**which)["UserImportJob"]
    return got if got["Status"] in ("Succeeded", "Failed", "Stopped") else None


j = eventually("end of the import", lambda: ended(which))
equal("the end", (j["Status"], j["CompletionMessage"]), ("Succeeded", "Import Job Completed Successfully."))
equal("counters", (j["ImportedUsers"], j["SkippedUsers"], j["FailedUsers"]), (1, 1, 1))
refused("PreconditionNotMetException", "The user import job cannot be started. Current status is Succeeded", idp.start_user_import_job, **which)

# Its log, and its user.
group, stream = f"/aws/cognito/userpools/{pool}/import", j["JobId"] + "/staff"
want = [
    "[SUCCEEDED] Line Number 2 - The import succeeded.",
    "[FAILED] Line Number 3 - The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).",
    "[SKIPPED] Line Number 4 - The user already exists.",
]
got = eventually("log of the import", lambda: logs.filter_log_events(logGroupName=group, logStreamNames=[stream])["events"])
equal("log", [e["message"] for e in got], want)
user = idp.admin_get_user(UserPoolId=pool, Username=FIRST)
equal("status", user["UserStatus"], "RESET_REQUIRED")
equal("address", {a["Name"]: a["Value"] for a in user["UserAttributes"]}["address"], "Low Street 1, Berlin")
refused("PasswordResetRequiredException", "Password reset required for the user", idp.initiate_auth, ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": FIRST, "PASSWORD": PASSWORD})
idp.forgot_password(ClientId=web, Username=FIRST)
idp.confirm_forgot_password(ClientId=web, Username=FIRST, ConfirmationCode=canary("code", newest_code(FIRST_MAIL)), Password=PASSWORD)
for token in idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": FIRST, "PASSWORD": PASSWORD})["AuthenticationResult"].values():
    if isinstance(token, str) and len(token) > 100:
        canary("secret", token)

# One that is stopped on its way, with the lists of both.
second = idp.create_user_import_job(CloudWatchLogsRoleArn=good, **job)["UserImportJob"]
canary("secret", second["PreSignedUrl"])
put(second["PreSignedUrl"], "\n".join([",".join(header)] + [row(username=f"many{i}", email=f"many{i}@example.org", email_verified="true") for i in range(60_000)]))
long = {"UserPoolId": pool, "JobId": second["JobId"]}
idp.start_user_import_job(**long)
refused("UserImportInProgressException", "A user import job is in progress.", idp.create_user_import_job, CloudWatchLogsRoleArn=good, **job)
refused("UserImportInProgressException", "A user import job is in progress.", idp.update_user_pool, UserPoolId=pool)
stopped = idp.stop_user_import_job(**long)
equal("stopped", stopped["UserImportJob"]["Status"], "Stopping")
j = eventually("end of the stopped import", lambda: ended(long))
equal("a stop", (j["Status"], j["CompletionMessage"]), ("Stopped", "The Import Job was stopped by the developer."))
page = idp.list_user_import_jobs(UserPoolId=pool, MaxResults=1)
ids = [x["JobId"] for x in page["UserImportJobs"]]
page = idp.list_user_import_jobs(UserPoolId=pool, MaxResults=1, PaginationToken=page["PaginationToken"])
equal("jobs of all pages", ids + [x["JobId"] for x in page["UserImportJobs"]], [second["JobId"], which["JobId"]])
equal("no third page", "PaginationToken" in page, False)
refused("InvalidParameterException", "Invalid pagination token.", idp.list_user_import_jobs, UserPoolId=pool, MaxResults=1, PaginationToken="x")
refused("InvalidParameterException", "1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60", idp.list_user_import_jobs, UserPoolId=pool, MaxResults=61)

r = record_of(made["ResponseMetadata"]["RequestId"])
equal("CreateUserImportJob: requestParameters", r["requestParameters"], {"jobName": "staff", "userPoolId": pool, "cloudWatchLogsRoleArn": good})
equal("CreateUserImportJob: URL", r["responseElements"]["userImportJob"]["preSignedUrl"], HIDDEN)
r = record_of(started["ResponseMetadata"]["RequestId"])
equal("StartUserImportJob", (r["requestParameters"], r["responseElements"]["userImportJob"]["status"], r["readOnly"]), ({"userPoolId": pool, "jobId": which["JobId"]}, "Pending", False))
equal("StartUserImportJob: URL", r["responseElements"]["userImportJob"]["preSignedUrl"], HIDDEN)
session = f"arn:aws:sts::{ACCOUNT}:assumed-role/import/CognitoUserImport"
# The stopped import made a stream too, if it had begun.
equal("what the role did", sorted({e["eventName"] for e in events().values() if e["userIdentity"].get("arn") == session}), ["CreateLogGroup", "CreateLogStream"])
equal("no record of a user", [e["eventName"] for e in events().values() if "many1" in json.dumps(e)], [])

close({"cognito-idp": "cognito-idp"})
