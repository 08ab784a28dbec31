"""What the boto3 programs share: clients, checks, and a ledger of every call.

The ledger hangs on botocore's own events. At the end it proves for the services
a program is about that every call that is a management event has its record in
the event history, with the name, the error code and the message that the caller
saw. What was called goes to the file LEDGER; the test that runs all programs
proves from it that every operation which docs/compat/operations.md calls served
was called with success and was refused at least once.
"""

import json
import os
import re
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# Operations that AWS published after botocore's release, in the way botocore adds such to its models.
os.environ["AWS_DATA_PATH"] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")

URL = os.environ["AWS_ENDPOINT_URL"]
ACCOUNT = "123456789012"
REGION = "us-east-1"
HIDDEN = "HIDDEN_FOR_SECURITY_REASONS"
PATIENCE = 30

failures = []
calls = []  # (service, operation, request id, error code, error message, private texts)
canaries = []  # (kind, value)
tolerated = set()  # request ids of calls that leave no record


# Operations of S3 whose records have another name.
EVENT_NAMES = {
    "ListObjectsV2": "ListObjects",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
}


def fail(text):
    failures.append(text)


def equal(what, got, want):
    if got != want:
        fail(f"{what}: got {got!r}, want {want!r}")


def canary(kind, value):
    """Remembers a value that must show nowhere. Kinds: name, secret."""
    canaries.append((kind, value))
    return value


def eventually(what, ok):
    deadline = time.monotonic() + PATIENCE
    while True:
        got = ok()
        if got:
            return got
        if time.monotonic() > deadline:
            fail(f"waited in vain: {what}")
            return got
        time.sleep(0.05)


def client(service, **credentials):
    """A client that checks nothing itself, so that the server has to."""
    c = boto3.client(
        service,
        config=Config(parameter_validation=False, retries={"max_attempts": 1}, s3={"addressing_style": "path"}, signature_version=credentials.pop("signature", None)),
        **credentials,
    )
    c.meta.events.register("provide-client-params", lambda params, context, **kw: context.update(given=params))
    c.meta.events.register("after-call", lambda **kw: remember(service, **kw))
    return c


# Shapes that the model calls sensitive and records show nevertheless, as AWS's do.
SHOWN = {"ClientIdType"}


def texts(shape, value, inside=False):
    """The texts of a call's input or output, each with whether the model calls it sensitive."""
    if shape is None or value is None:
        return
    inside = (inside or bool(shape.metadata.get("sensitive"))) and shape.name not in SHOWN
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():
            yield from texts(member, value.get(name), inside)
    elif shape.type_name == "list" and isinstance(value, (list, tuple)):
        for v in value:
            yield from texts(shape.member, v, inside)
    elif shape.type_name == "map" and isinstance(value, dict):
        for v in value.values():
            yield from texts(shape.value, v, inside)
    elif isinstance(value, str) and len(value) >= 8:  # shorter ones may stand in an id by chance
        yield value, inside


def private(model, given, answer):
    """The sensitive texts of a call, but for those that it holds openly too, such as the name of a challenge."""
    every = [*texts(model.input_shape, given), *texts(model.output_shape, answer)]
    return {t for t, inside in every if inside} - {t for t, inside in every if not inside}


def remember(service, http_response, parsed, model, context, **_):
    error = parsed.get("Error", {})
    request = parsed.get("ResponseMetadata", {}).get("RequestId", "")
    if not request:
        fail(f"{service} {model.name}: no request id in the answer")
    # A HEAD answer has no body, so that its error is only a status.
    refused = http_response.status_code >= 300
    secret = private(model, context.get("given"), None if refused else parsed)
    calls.append((service, model.name, request, error.get("Code", "") if refused else "", error.get("Message", ""), secret))


def refused(code, message, call, **parameters):
    """Wants exactly this error; the message may also be a compiled pattern."""
    name = getattr(call, "__name__", "call")
    try:
        call(**parameters)
    except ClientError as e:
        equal(f"{name}: error code", e.response["Error"]["Code"], code)
        got = e.response["Error"]["Message"]
        if isinstance(message, str):
            equal(f"{name}: error message", got, message)
        elif not message.fullmatch(got):
            fail(f"{name}: error message: got {got!r}, want {message.pattern!r}")
        return e.response
    fail(f"{name}: not refused, want {code}")
    return None


def unrecorded():
    """The last call is known to leave no record: nobody owns what it named."""
    tolerated.add(calls[-1][2])


def stranger():
    """Credentials of an IAM user who may do nothing."""
    iam = boto3.client("iam")
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    canary("secret", key["SecretAccessKey"])
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


STRANGER = f"arn:aws:iam::{ACCOUNT}:user/stranger"


def denied(code, action, resource, call, **parameters):
    """Wants the refusal that IAM words, for the user of stranger(). With None
    for the resource, any resource will do."""
    before = f"User: {STRANGER} is not authorized to perform: {action} on resource: "
    after = f" because no identity-based policy allows the {action} action"
    return refused(code, re.compile(re.escape(before) + (r"\S+" if resource is None else re.escape(resource)) + re.escape(after)), call, **parameters)


def served():
    """Reads docs/compat/operations.md: service -> operation -> category."""
    out, service = {}, ""
    path = os.path.join(os.path.dirname(__file__), "../../../docs/compat/operations.md")
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("## "):
                service = line[3:].strip()
            cells = [c.strip() for c in line.split("|")]
            if len(cells) > 5 and cells[2] == "**yes**":
                out.setdefault(service, {})[cells[1]] = cells[5].split(",")[0]
    return out


def events():
    """Every event of the history, by request id."""
    out = {}
    for page in boto3.client("cloudtrail").get_paginator("lookup_events").paginate():
        for e in page["Events"]:
            record = json.loads(e["CloudTrailEvent"])
            out[record.get("requestID", e["EventId"])] = record
            equal("EventName of LookupEvents", e["EventName"], record["eventName"])
            equal("EventId of LookupEvents", e["EventId"], record["eventID"])
    return out


# Records of IAM, SNS and CloudWatch name the exception, answers the shorter code.
RECORDED = {c: c + "Exception" for c in ("DeleteConflict", "EntityAlreadyExists", "LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity", "AuthorizationError", "InvalidParameter", "NotFound", "ResourceNotFound")}
RECORDED["InvalidParameterValue"] = "InvalidParameterValueException"


def recorded(service, code):
    """The errorCode of a record, for the code that the caller saw."""
    if service in ("iam", "sns") or (service, code) == ("cloudwatch", "InvalidParameterValue"):
        return RECORDED.get(code, code)
    return code


def close(names, never=()):
    """Checks the ledger for the services of this program and ends it.

    names maps a boto3 service to its name in the catalogue; never lists
    operations that have nothing to succeed with here.
    """
    catalogue = served()
    for service, wire in names.items():
        ops = catalogue.get(wire, {})
        mine = [c for c in calls if c[0] == service]
        want = [c for c in mine if ops.get(c[1], "Management") == "Management" and c[2] not in tolerated]
        found = {}

        def all_there():
            found.clear()
            found.update(events())
            return all(c[2] in found for c in want)

        eventually(f"every {service} call is in the history", all_there)
        proved = set()
        for _, operation, request, code, message, secret in want:
            before = len(failures)
            what, record = f"{service} {operation}", found.get(request)
            if record is None:
                fail(f"{what} ({code or 'success'}): no record in the event history")
                continue
            equal(f"{what}: eventName", record["eventName"], EVENT_NAMES.get(operation, operation))
            equal(f"{what}: errorCode", record.get("errorCode", ""), recorded(service, code))
            if code:
                equal(f"{what}: errorMessage", record.get("errorMessage", ""), message)
            equal(f"{what}: recipientAccountId", record["recipientAccountId"], ACCOUNT)
            equal(f"{what}: awsRegion", record["awsRegion"], REGION)
            # The sub and the caller's address stand in records by right, and are values of attributes too.
            # Names of factors stand among the parameters of a sign-in, and are what the record calls its challenge.
            allowed = {record.get("additionalEventData", {}).get("sub"), record["sourceIPAddress"], "WEB_AUTHN", "EMAIL_OTP"}
            whole = json.dumps(record, ensure_ascii=False)
            for text in secret - allowed:
                if json.dumps(text, ensure_ascii=False)[1:-1] in whole:
                    fail(f"{what}: a sensitive text of {len(text)} characters is in the record")
            if len(failures) == before:
                proved.add(request)
        if path := os.environ.get("LEDGER"):
            with open(path, "a", encoding="utf-8") as f:
                for _, operation, request, code, *_ in mine:
                    f.write(json.dumps({"service": wire, "operation": operation, "refused": bool(code), "recorded": request in proved}) + "\n")
                for operation in never:
                    f.write(json.dumps({"service": wire, "operation": operation, "refused": False, "never": True}) + "\n")
    if path := os.environ.get("CANARIES"):
        with open(path, "a", encoding="utf-8") as f:
            for kind, value in canaries:
                f.write(json.dumps({"kind": kind, "value": value}) + "\n")
    text = "\n".join(dict.fromkeys(failures))
    for kind, value in canaries:
        if kind == "secret":
            text = text.replace(value, "(secret)")
    print(text or f"{len(calls)} calls, all as AWS answers them")
    sys.exit(1 if failures else 0)


def record_of(request):
    """Waits for one call's record."""
    return eventually(f"record of {request}", lambda: events().get(request))


def newest_code(to, digits=6):
    """The newest code of so many digits in the embedded mailbox."""
    import base64
    import urllib.parse
    import urllib.request

    url = URL + "/_cogtrail/messages?to=" + urllib.parse.quote(to)
    basic = base64.b64encode((os.environ["AWS_ACCESS_KEY_ID"] + ":" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()).decode()
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": "Basic " + basic})) as r:
        for m in json.load(r)["messages"]:
            if code := re.search(r"\b\d{%d}\b" % digits, m["body"]):
                return code.group()
    fail("no message with a code")
    return "0" * digits
