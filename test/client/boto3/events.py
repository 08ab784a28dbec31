"""EventBridge: rules of the default bus, their targets, and the way of an event
to a topic: the caller's own, those of alarms, and CloudTrail's."""

import base64
import urllib.request

from common import *

ev = client("events")
sns = boto3.client("sns")
cw = boto3.client("cloudwatch")
nobody = client("events", **stranger())
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:events"
NO_RULE = "Rule ghost does not exist on EventBus default."
PATTERN = json.dumps({"source": ["shop", "aws.cloudwatch"]})

equal("rule", ev.put_rule(Name="orders", EventPattern=PATTERN, Description="what happens")["RuleArn"], RULE + "orders")
refused("InvalidEventPatternException", "Event pattern is not valid. Reason: the pattern is not a JSON object", ev.put_rule, Name="x", EventPattern="[]")
refused("ValidationException", "Rules on a schedule are not supported by this server.", ev.put_rule, Name="x", ScheduleExpression="rate(1 hour)")
equal("described", ev.describe_rule(Name="orders")["EventPattern"], PATTERN)
refused("ResourceNotFoundException", NO_RULE, ev.describe_rule, Name="ghost")
equal("rules", [r["Name"] for p in ev.get_paginator("list_rules").paginate() for r in p["Rules"]], ["orders"])
refused("ResourceNotFoundException", "Event bus mine does not exist.", ev.list_rules, EventBusName="mine")
ev.disable_rule(Name="orders")
equal("state", ev.describe_rule(Name="orders")["State"], "DISABLED")
refused("ResourceNotFoundException", NO_RULE, ev.disable_rule, Name="ghost")
ev.enable_rule(Name="orders")
refused("ResourceNotFoundException", NO_RULE, ev.enable_rule, Name="ghost")
EVENT = json.dumps({"id": "1", "account": ACCOUNT, "source": "shop", "time": "2026-03-01T00:00:00Z", "region": REGION, "resources": [], "detail-type": "order", "detail": {}})
equal("pattern", ev.test_event_pattern(EventPattern=PATTERN, Event=EVENT)["Result"], True)
refused("InvalidEventPatternException", "Event pattern is not valid. Reason: the pattern is not JSON", ev.test_event_pattern, EventPattern="{", Event=EVENT)

# Tags.
ev.tag_resource(ResourceARN=RULE + "orders", Tags=[{"Key": "team", "Value": "shop"}, {"Key": "stage", "Value": "test"}])
ev.untag_resource(ResourceARN=RULE + "orders", TagKeys=["stage"])
equal("tags", ev.list_tags_for_resource(ResourceARN=RULE + "orders")["Tags"], [{"Key": "team", "Value": "shop"}])
refused("ResourceNotFoundException", NO_RULE, ev.tag_resource, ResourceARN=RULE + "ghost", Tags=[{"Key": "a", "Value": "b"}])
refused("ResourceNotFoundException", NO_RULE, ev.untag_resource, ResourceARN=RULE + "ghost", TagKeys=["a"])
refused("ResourceNotFoundException", NO_RULE, ev.list_tags_for_resource, ResourceARN=RULE + "ghost")
denied("AccessDeniedException", "events:TagResource", RULE + "orders", nobody.tag_resource, ResourceARN=RULE + "orders", Tags=[])

# A topic that lets EventBridge publish, and a reader.
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": TOPIC}]}
sns.create_topic(Name="events", Attributes={"Policy": json.dumps(ALLOW)})
sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="reader.events@example.net")


def mails():
    basic = base64.b64encode((os.environ["AWS_ACCESS_KEY_ID"] + ":" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()).decode()
    with urllib.request.urlopen(urllib.request.Request(URL + "/_cogtrail/messages", headers={"Authorization": "Basic " + basic})) as r:
        return [m["body"] for m in json.load(r)["messages"]]


token = eventually("the e-mail with the token", lambda: [hit.group(1) for m in mails() if (hit := re.search(r"Token=([0-9a-f]+)", m))])
sns.confirm_subscription(TopicArn=TOPIC, Token=canary("secret", token[0]))
TARGET = {"Id": "reader", "Arn": TOPIC, "InputTransformer": {"InputPathsMap": {"kind": "$.detail-type", "detail": "$.detail"}, "InputTemplate": '"<kind>: <detail>"'}}
equal("targets", ev.put_targets(Rule="orders", Targets=[{**TARGET, "InputPath": "$.detail"}])["FailedEntryCount"], 1)
equal("targets", ev.put_targets(Rule="orders", Targets=[{"Id": "reader", "Arn": TOPIC}])["FailedEntryCount"], 0)
refused("ResourceNotFoundException", NO_RULE, ev.put_targets, Rule="ghost", Targets=[{"Id": "reader", "Arn": TOPIC}])
equal("listed", [t["Id"] for p in ev.get_paginator("list_targets_by_rule").paginate(Rule="orders") for t in p["Targets"]], ["reader"])
refused("ResourceNotFoundException", NO_RULE, ev.list_targets_by_rule, Rule="ghost")

equal("rules of a target", ev.list_rule_names_by_target(TargetArn=TOPIC)["RuleNames"], ["orders"])
refused("ResourceNotFoundException", "Event bus mine does not exist.", ev.list_rule_names_by_target, TargetArn=TOPIC, EventBusName="mine")

# Events.
out = ev.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": '{"number": 4711}'}, {"Source": "aws.iam", "DetailType": "x", "Detail": "{}"}])
equal("entries", (out["FailedEntryCount"], out["Entries"][1]["ErrorCode"]), (1, "NotAuthorizedForSourceException"))
denied("AccessDeniedException", "events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default", nobody.put_events, Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
eventually("the event of the caller's own", lambda: any('"number": 4711' in m or '"number":4711' in m for m in mails()))
cw.put_metric_alarm(AlarmName="told", Namespace="Boto", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold")
cw.set_alarm_state(AlarmName="told", StateValue="ALARM", StateReason="by hand")
eventually("the event of the alarm", lambda: any('"detail-type":"CloudWatch Alarm State Change"' in m and '"alarmName":"told"' in m for m in mails()))
cw.delete_alarms(AlarmNames=["told"])

# The reader's filter looks into the event.
reader = sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"][0]["SubscriptionArn"]
sns.set_subscription_attributes(SubscriptionArn=reader, AttributeName="FilterPolicyScope", AttributeValue="MessageBody")
sns.set_subscription_attributes(SubscriptionArn=reader, AttributeName="FilterPolicy", AttributeValue='{"detail": {"number": [{"numeric": [">", 5000]}]}}')
ev.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": '{"number": 4999}'}])
ev.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": '{"number": 5001}'}])
eventually("the event that passes", lambda: any("5001" in m for m in mails()))
equal("the event that does not", [m for m in mails() if "4999" in m], [])
sns.set_subscription_attributes(SubscriptionArn=reader, AttributeName="FilterPolicy", AttributeValue="{}")

# A log group, whose resource policy must let EventBridge write, and a function, which nobody runs here.
logs = boto3.client("logs")
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/shop"
logs.create_log_group(logGroupName="/aws/events/shop")
WRITE = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": GROUP + ":*", "Condition": {"ArnEquals": {"aws:SourceArn": RULE + "orders"}}}


def failures_of(rule):
    now = time.time()
    data = cw.get_metric_statistics(Namespace="AWS/Events", MetricName="FailedInvocations", Dimensions=[{"Name": "RuleName", "Value": rule}], StartTime=now - 600, EndTime=now + 60, Period=60, Statistics=["Sum"])
    return sum(d["Sum"] for d in data["Datapoints"])


def logged():
    return [e["message"] for e in logs.filter_log_events(logGroupName="/aws/events/shop")["events"]]


equal("group as target", ev.put_targets(Rule="orders", Targets=[{"Id": "group", "Arn": GROUP}])["FailedEntryCount"], 0)
out = ev.put_targets(Rule="orders", Targets=[{"Id": "function", "Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"}, {"Id": "queue", "Arn": TOPIC, "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"}}])
equal("refused targets", [e["ErrorMessage"] for e in out["FailedEntries"]], ["This server is not told where Lambda functions run.", "DeadLetterConfig is not supported by this server: it has no Amazon SQS queues."])
ev.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": '{"number": 1}'}])
eventually("the event that nobody let in", lambda: failures_of("orders") > 0)
equal("events without leave", logged(), [])
logs.put_resource_policy(policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [WRITE]}))
ev.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": '{"number": 2}'}])
eventually("the event in the log group", lambda: [m for m in logged() if json.loads(m)["detail"] == {"number": 2}])
equal("events in the log group", len(logged()), 1)
made = eventually("the record of the log stream", lambda: [
    r for e in boto3.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateLogStream"}])["Events"]
    if (r := json.loads(e["CloudTrailEvent"]))["userIdentity"].get("invokedBy") == "events.amazonaws.com"
])
equal("who made the log stream", [(r["userIdentity"]["type"], r["requestParameters"]["logGroupName"]) for r in made], [("AWSService", "/aws/events/shop")])

# What a trail logs of data events reaches rules too, and only that.
boto3.client("cloudtrail").put_event_selectors(TrailName="watch", AdvancedEventSelectors=[
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::Events::EventBus"]}]},
])
ev.put_rule(Name="put", EventPattern=json.dumps({"detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["PutEvents"], "managementEvent": [False]}}))
WRITE["Condition"] = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
logs.put_resource_policy(policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [WRITE]}))
ev.put_targets(Rule="put", Targets=[{"Id": "group", "Arn": GROUP}])
ev.put_events(Entries=[{"Source": "nobody's", "DetailType": "x", "Detail": "{}"}])
eventually("the data event", lambda: [m for m in logged() if json.loads(m)["source"] == "aws.events"])
ev.remove_targets(Rule="put", Ids=["group"])
ev.delete_rule(Name="put")

ev.remove_targets(Rule="orders", Ids=["reader", "group"])
refused("ResourceNotFoundException", NO_RULE, ev.remove_targets, Rule="ghost", Ids=["reader"])
denied("AccessDeniedException", "events:DeleteRule", RULE + "orders", nobody.delete_rule, Name="orders")
ev.delete_rule(Name="orders")
equal("rules", ev.list_rules()["Rules"], [])

close({"events": "events"})
