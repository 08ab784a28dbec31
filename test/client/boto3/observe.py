"""CloudWatch Logs with Insights (JSON), and SNS (query)."""

import json
import time

from common import *

logs = client("logs")
sns = client("sns")
keys = stranger()
nobody = client("logs", **keys)
nobody_sns = client("sns", **keys)
GROUP = "app/boto"
NO_GROUP = "The specified log group does not exist."


def no_group(call, **kw):
    refused("ResourceNotFoundException", NO_GROUP, call, logGroupName="ghost", **kw)


# Groups and streams.
logs.create_log_group(logGroupName=GROUP, tags={"team": "audit"})
refused("ResourceAlreadyExistsException", "The specified log group already exists", logs.create_log_group, logGroupName=GROUP)
refused("InvalidParameterException", r"1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+", logs.create_log_group, logGroupName="a b")
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
denied("AccessDeniedException", "logs:CreateLogGroup", None, nobody.create_log_group, logGroupName="ghost")
logs.create_log_group(logGroupName="app/other")
pages = list(logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="app/", PaginationConfig={"PageSize": 1}))
equal("groups of all pages", [g["logGroupName"] for p in pages for g in p["logGroups"]], [GROUP, "app/other"])
refused("InvalidParameterException", "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50", logs.describe_log_groups, limit=51)
for name in ("one", "two"):
    logs.create_log_stream(logGroupName=GROUP, logStreamName=name)
refused("ResourceAlreadyExistsException", "The specified log stream already exists", logs.create_log_stream, logGroupName=GROUP, logStreamName="one")
pages = list(logs.get_paginator("describe_log_streams").paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 1}))
equal("streams of all pages", [s["logStreamName"] for p in pages for s in p["logStreams"]], ["one", "two"])
no_group(logs.describe_log_streams)
logs.put_retention_policy(logGroupName=GROUP, retentionInDays=30)
no_group(logs.put_retention_policy, retentionInDays=30)
equal("retention", logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["retentionInDays"], 30)
logs.delete_retention_policy(logGroupName=GROUP)
no_group(logs.delete_retention_policy)
logs.tag_resource(resourceArn=ARN, tags={"stage": "test"})
NO_ARN = ARN.replace(GROUP, "ghost")
refused("ResourceNotFoundException", NO_GROUP, logs.tag_resource, resourceArn=NO_ARN, tags={"a": "b"})
equal("tags", logs.list_tags_for_resource(resourceArn=ARN)["tags"], {"team": "audit", "stage": "test"})
refused("ResourceNotFoundException", NO_GROUP, logs.list_tags_for_resource, resourceArn=NO_ARN)
logs.untag_resource(resourceArn=ARN, tagKeys=["stage"])
refused("ResourceNotFoundException", NO_GROUP, logs.untag_resource, resourceArn=NO_ARN, tagKeys=["stage"])
equal("tags, old way", logs.list_tags_log_group(logGroupName=GROUP)["tags"], {"team": "audit"})
no_group(logs.list_tags_log_group)

# Filters, then events.
COUNT = [{"metricName": "Errors", "metricNamespace": "Boto", "metricValue": "1"}]
logs.put_metric_filter(logGroupName=GROUP, filterName="errors", filterPattern='{ $.level = "error" }', metricTransformations=COUNT)
no_group(logs.put_metric_filter, filterName="errors", filterPattern="", metricTransformations=COUNT)
refused("InvalidParameterException", "Invalid metric filter pattern", logs.put_metric_filter, logGroupName=GROUP, filterName="bad", filterPattern="{ $.level = ", metricTransformations=COUNT)
equal("filters", [f["filterName"] for p in logs.get_paginator("describe_metric_filters").paginate(logGroupName=GROUP) for f in p["metricFilters"]], ["errors"])
no_group(logs.describe_metric_filters)
equal("TestMetricFilter", [m["eventNumber"] for m in logs.test_metric_filter(filterPattern="ERROR", logEventMessages=["fine", "ERROR one"])["matches"]], [1])
refused("InvalidParameterException", "Invalid metric filter pattern", logs.test_metric_filter, filterPattern="{ $.x", logEventMessages=["a"])
now = int(time.time() * 1000)
lines = [{"timestamp": now - 3000 + i, "message": json.dumps({"level": "error" if i % 2 else "info", "n": i})} for i in range(10)]
logs.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=lines)
refused("ResourceNotFoundException", "The specified log stream does not exist.", logs.put_log_events, logGroupName=GROUP, logStreamName="ghost", logEvents=lines)
got = eventually("events", lambda: (e := logs.get_log_events(logGroupName=GROUP, logStreamName="one", startFromHead=True)["events"]) and len(e) == 10 and e)
equal("messages", [e["message"] for e in got or []], [e["message"] for e in lines])
no_group(logs.get_log_events, logStreamName="one")
found = [e for p in logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, filterPattern='{ $.level = "error" }', PaginationConfig={"PageSize": 2}) for e in p["events"]]
equal("filtered", [json.loads(e["message"])["n"] for e in found], [1, 3, 5, 7, 9])
no_group(logs.filter_log_events)

# Insights.
ask = {"startTime": now // 1000 - 60, "endTime": now // 1000 + 60}
q = logs.start_query(logGroupName=GROUP, queryString="stats count(*) as n by level | sort level asc", **ask)["queryId"]
done = eventually("query", lambda: (r := logs.get_query_results(queryId=q))["status"] == "Complete" and r)
equal("rows", [{f["field"]: f["value"] for f in row} for row in (done or {}).get("results", [])], [{"level": "error", "n": "5"}, {"level": "info", "n": "5"}])
refused("ResourceNotFoundException", re.compile(r"Log group 'ghost' does not exist for account ID '123456789012' \(Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: [0-9a-f-]+; Proxy: null\)"), logs.start_query, logGroupName="ghost", queryString="fields @message", **ask)
try:
    logs.start_query(logGroupName=GROUP, queryString="fields | | what", **ask)
    fail("a malformed query was taken")
except ClientError as e:
    equal("malformed query", e.response["Error"]["Code"], "MalformedQueryException")
equal("DescribeQueries", q in [x["queryId"] for x in logs.describe_queries(logGroupName=GROUP)["queries"]], True)
refused("InvalidParameterException", "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1", logs.describe_queries, maxResults=0)
NO_QUERY = "The specified query does not exist."
refused("ResourceNotFoundException", NO_QUERY, logs.get_query_results, queryId="00000000-0000-0000-0000-000000000000")
refused("ResourceNotFoundException", NO_QUERY, logs.stop_query, queryId="00000000-0000-0000-0000-000000000000")
q = logs.start_query(logGroupName=GROUP, queryString="fields @message", **ask)["queryId"]
try:
    logs.stop_query(queryId=q)
except ClientError as e:  # it was quicker
    equal("stop of an ended query", e.response["Error"]["Code"], "InvalidParameterException")

# The end of the group.
logs.delete_metric_filter(logGroupName=GROUP, filterName="errors")
refused("ResourceNotFoundException", "The specified metric filter does not exist.", logs.delete_metric_filter, logGroupName=GROUP, filterName="errors")
logs.delete_log_stream(logGroupName=GROUP, logStreamName="two")
refused("ResourceNotFoundException", "The specified log stream does not exist.", logs.delete_log_stream, logGroupName=GROUP, logStreamName="two")
logs.delete_log_group(logGroupName=GROUP)
no_group(logs.delete_log_group)

# Topics.
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:boto"
GHOST = TOPIC + "-ghost"


def no_topic(call, **kw):
    refused("NotFound", "Topic does not exist", call, TopicArn=GHOST, **kw)


equal("topic", sns.create_topic(Name="boto", Tags=[{"Key": "team", "Value": "audit"}])["TopicArn"], TOPIC)
refused("InvalidParameter", "Invalid parameter: Topic Name", sns.create_topic, Name="not a name")
equal("same topic again", sns.create_topic(Name="boto", Tags=[{"Key": "team", "Value": "audit"}])["TopicArn"], TOPIC)
equal("topics", [t["TopicArn"] for p in sns.get_paginator("list_topics").paginate() for t in p["Topics"]], [TOPIC])
denied("AuthorizationError", "sns:ListTopics", None, nobody_sns.list_topics)
equal("owner", sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Owner"], ACCOUNT)
no_topic(sns.get_topic_attributes)
sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="DisplayName", AttributeValue="Boto")
no_topic(sns.set_topic_attributes, AttributeName="DisplayName", AttributeValue="x")
equal("tags of the topic", sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"], [{"Key": "team", "Value": "audit"}])
refused("ResourceNotFound", "Resource does not exist", sns.list_tags_for_resource, ResourceArn=GHOST)
ADDRESS = "reader.ninety@example.net"
pending = sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=ADDRESS, ReturnSubscriptionArn=True)["SubscriptionArn"]
no_topic(sns.subscribe, Protocol="email", Endpoint=ADDRESS)
refused("InvalidParameter", "Invalid parameter: Token", sns.confirm_subscription, TopicArn=TOPIC, Token="no-token")
token = None


def find_token():
    global token
    import base64
    import urllib.request

    basic = base64.b64encode((os.environ["AWS_ACCESS_KEY_ID"] + ":" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()).decode()
    with urllib.request.urlopen(urllib.request.Request(URL + "/_cogtrail/messages", headers={"Authorization": "Basic " + basic})) as r:
        for m in json.load(r)["messages"]:
            if hit := re.search(r"Token=([0-9a-f]+)", m["body"]):
                token = hit.group(1)
    return token


if eventually("the e-mail with the token", find_token):
    equal("subscription", sns.confirm_subscription(TopicArn=TOPIC, Token=canary("secret", token))["SubscriptionArn"], pending)
equal("subscriptions", [s["SubscriptionArn"] for p in sns.get_paginator("list_subscriptions").paginate() for s in p["Subscriptions"]], [pending])
denied("AuthorizationError", "sns:ListSubscriptions", None, nobody_sns.list_subscriptions)
equal("subscriptions of the topic", [s["Protocol"] for p in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=TOPIC) for s in p["Subscriptions"]], ["email"])
no_topic(sns.list_subscriptions_by_topic)
equal("confirmed", sns.get_subscription_attributes(SubscriptionArn=pending)["Attributes"]["PendingConfirmation"], "false")
refused("NotFound", "Subscription does not exist", sns.get_subscription_attributes, SubscriptionArn=TOPIC + ":00000000-0000-0000-0000-000000000000")
sns.publish(TopicArn=TOPIC, Message="hello", Subject="greeting")
no_topic(sns.publish, Message="hello")
batch = sns.publish_batch(TopicArn=TOPIC, PublishBatchRequestEntries=[{"Id": "a", "Message": "hello"}, {"Id": "b", "Message": ""}])
equal("batch", ([e["Id"] for e in batch["Successful"]], [(e["Id"], e["Code"]) for e in batch["Failed"]]), (["a"], [("b", "InvalidParameter")]))
no_topic(sns.publish_batch, PublishBatchRequestEntries=[{"Id": "a", "Message": "hello"}])
sns.set_subscription_attributes(SubscriptionArn=pending, AttributeName="DeliveryPolicy", AttributeValue="{}")
sns.set_subscription_attributes(SubscriptionArn=pending, AttributeName="FilterPolicy", AttributeValue='{"kind": ["order"]}')
equal("filter", sns.get_subscription_attributes(SubscriptionArn=pending)["Attributes"]["FilterPolicyScope"], "MessageAttributes")
refused("InvalidParameter", "Invalid parameter: FilterPolicy: failed to parse JSON.", sns.set_subscription_attributes, SubscriptionArn=pending, AttributeName="FilterPolicy", AttributeValue="[")
sns.set_subscription_attributes(SubscriptionArn=pending, AttributeName="FilterPolicy", AttributeValue="{}")
refused("InvalidParameter", "Invalid parameter: AttributeName", sns.set_subscription_attributes, SubscriptionArn=pending, AttributeName="Colour", AttributeValue="red")
sns.tag_resource(ResourceArn=TOPIC, Tags=[{"Key": "stage", "Value": "test"}])
refused("ResourceNotFound", "Resource does not exist", sns.tag_resource, ResourceArn=GHOST, Tags=[{"Key": "a", "Value": "b"}])
sns.untag_resource(ResourceArn=TOPIC, TagKeys=["stage"])
refused("ResourceNotFound", "Resource does not exist", sns.untag_resource, ResourceArn=GHOST, TagKeys=["a"])
equal("tags after", [t["Key"] for t in sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"]], ["team"])
sns.add_permission(TopicArn=TOPIC, Label="partner", AWSAccountId=["999988887777"], ActionName=["Publish"])
refused("InvalidParameter", "Invalid parameter: Statement already exists", sns.add_permission, TopicArn=TOPIC, Label="partner", AWSAccountId=["999988887777"], ActionName=["Publish"])
sns.remove_permission(TopicArn=TOPIC, Label="partner")
no_topic(sns.remove_permission, Label="partner")
sns.unsubscribe(SubscriptionArn=pending)
refused("InvalidParameter", "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1", sns.unsubscribe, SubscriptionArn="x")
sns.delete_topic(TopicArn=TOPIC)
refused("InvalidParameter", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1", sns.delete_topic, TopicArn="x")

# A query over ten events is usually over before anyone can stop it.
close({"logs": "logs", "sns": "sns"}, never=("StopQuery",))
