"""CloudWatch: metrics and alarms, by botocore's own choice of protocol, and the
same call by hand in each of the three that the service speaks."""

import datetime
import json
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from common import *

cw = client("cloudwatch")
nobody = client("cloudwatch", **stranger())
NOW = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
HOUR = datetime.timedelta(hours=1)
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"

# Metrics.
cw.put_metric_data(Namespace="Boto", MetricData=[{"MetricName": "Logins", "Dimensions": [{"Name": "App", "Value": "web"}], "Timestamp": NOW, "Value": v, "Unit": "Count"} for v in (1, 2, 3)])
cw.put_metric_data(Namespace="Boto", MetricData=[{"MetricName": "Other", "Value": 1}])
refused("InvalidParameterValue", "The value NaN for parameter MetricData.member.1.Value is invalid.", cw.put_metric_data, Namespace="Boto", MetricData=[{"MetricName": "Logins", "Value": float("nan")}])
denied("AccessDeniedException", "cloudwatch:PutMetricData", "*", nobody.put_metric_data, Namespace="Boto", MetricData=[{"MetricName": "x", "Value": 1}])
names = eventually("metrics", lambda: (m := sorted(m["MetricName"] for p in cw.get_paginator("list_metrics").paginate(Namespace="Boto") for m in p["Metrics"])) == ["Logins", "Other"] and m)
denied("AccessDeniedException", "cloudwatch:ListMetrics", "*", nobody.list_metrics)
ask = dict(Namespace="Boto", MetricName="Logins", Dimensions=[{"Name": "App", "Value": "web"}], StartTime=NOW - HOUR, EndTime=NOW + HOUR, Period=60)
stats = cw.get_metric_statistics(Statistics=["Sum", "Maximum", "SampleCount"], **ask)["Datapoints"]
equal("statistics", [(d["Sum"], d["Maximum"], d["SampleCount"], d["Unit"], d["Timestamp"]) for d in stats], [(6.0, 3.0, 3.0, "Count", NOW)])
refused("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.", cw.get_metric_statistics, Statistics=["Sum"], **{**ask, "EndTime": NOW - 2 * HOUR})
query = [{"Id": "a", "MetricStat": {"Metric": {"Namespace": "Boto", "MetricName": "Logins", "Dimensions": ask["Dimensions"]}, "Period": 60, "Stat": "Average"}}]
data = [r for p in cw.get_paginator("get_metric_data").paginate(MetricDataQueries=query, StartTime=NOW - HOUR, EndTime=NOW + HOUR) for r in p["MetricDataResults"]]
equal("metric data", [(r["Id"], r["Values"]) for r in data], [("a", [2.0])])
denied("AccessDeniedException", "cloudwatch:GetMetricData", "*", nobody.get_metric_data, MetricDataQueries=query, StartTime=NOW - HOUR, EndTime=NOW)

math = [{"Id": "e", "Expression": "m * 10", "Label": "ten ${MAX}"}, {"Id": "m", "ReturnData": False, **{k: v for k, v in query[0].items() if k != "Id"}}]
data = cw.get_metric_data(MetricDataQueries=math, StartTime=NOW - HOUR, EndTime=NOW + HOUR)["MetricDataResults"]
equal("metric math", [(r["Id"], r["Label"], r["Values"]) for r in data], [("e", "ten 20", [20.0])])
refused("ValidationError", "Error in expression 'e': unknown metric id \"x\"", cw.get_metric_data, MetricDataQueries=[{"Id": "e", "Expression": "x + 1"}], StartTime=NOW - HOUR, EndTime=NOW)
search = [{"Id": "s", "Expression": "SEARCH('{Boto,App} MetricName=\"Logins\"', 'Sum', 60)"}]
equal("search", [r["Values"] for r in cw.get_metric_data(MetricDataQueries=search, StartTime=NOW - HOUR, EndTime=NOW + HOUR)["MetricDataResults"]], [[6.0]])

# Alarms.
cw.put_metric_alarm(AlarmName="many", Namespace="Boto", MetricName="Logins", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1000, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching", Tags=[{"Key": "team", "Value": "audit"}])
cw.put_metric_alarm(AlarmName="none", Namespace="Boto", MetricName="Other", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="LessThanThreshold")
denied("AccessDeniedException", "cloudwatch:PutMetricAlarm", ALARM + "x", nobody.put_metric_alarm, AlarmName="x", Namespace="Boto", MetricName="Logins", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold")
pages = list(cw.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 1}))
equal("alarms of all pages", [a["AlarmName"] for p in pages for a in p["MetricAlarms"]], ["many", "none"])
denied("AccessDeniedException", "cloudwatch:DescribeAlarms", ALARM + "*", nobody.describe_alarms)
cw.set_alarm_state(AlarmName="many", StateValue="ALARM", StateReason="a test")
refused("ResourceNotFound", "", cw.set_alarm_state, AlarmName="ghost", StateValue="OK", StateReason="x")
history = eventually("history", lambda: (h := [i["HistoryItemType"] for p in cw.get_paginator("describe_alarm_history").paginate(AlarmName="many") for i in p["AlarmHistoryItems"]]) and "StateUpdate" in h and h)
denied("AccessDeniedException", "cloudwatch:DescribeAlarmHistory", ALARM + "many", nobody.describe_alarm_history, AlarmName="many")
cw.disable_alarm_actions(AlarmNames=["many"])
equal("actions", cw.describe_alarms(AlarmNames=["many"])["MetricAlarms"][0]["ActionsEnabled"], False)
cw.enable_alarm_actions(AlarmNames=["many"])
denied("AccessDeniedException", "cloudwatch:DisableAlarmActions", ALARM + "many", nobody.disable_alarm_actions, AlarmNames=["many"])
denied("AccessDeniedException", "cloudwatch:EnableAlarmActions", ALARM + "many", nobody.enable_alarm_actions, AlarmNames=["many"])
cw.tag_resource(ResourceARN=ALARM + "many", Tags=[{"Key": "stage", "Value": "test"}])
equal("tags", sorted(t["Key"] for t in cw.list_tags_for_resource(ResourceARN=ALARM + "many")["Tags"]), ["stage", "team"])
cw.untag_resource(ResourceARN=ALARM + "many", TagKeys=["stage"])
NO_ALARM = f"Unknown resource: {ALARM}ghost"
refused("ResourceNotFoundException", NO_ALARM, cw.tag_resource, ResourceARN=ALARM + "ghost", Tags=[{"Key": "a", "Value": "b"}])
equal("tags of no alarm", cw.list_tags_for_resource(ResourceARN=ALARM + "ghost")["Tags"], [])
refused("InvalidParameterValue", "Invalid arn syntax: ghost", cw.list_tags_for_resource, ResourceARN="ghost")
refused("ResourceNotFoundException", NO_ALARM, cw.untag_resource, ResourceARN=ALARM + "ghost", TagKeys=["a"])
denied("AccessDeniedException", "cloudwatch:DeleteAlarms", ALARM + "many", nobody.delete_alarms, AlarmNames=["many"])

# Alarms on metric math, of one metric, composite alarms and mute rules.
cw.put_metric_alarm(AlarmName="mathematical", Metrics=math, EvaluationPeriods=1, Threshold=1000, ComparisonOperator="GreaterThanThreshold")
equal("alarm on metric math", [(m["Id"], m.get("Expression")) for m in cw.describe_alarms(AlarmNames=["mathematical"])["MetricAlarms"][0]["Metrics"]], [("e", "m * 10"), ("m", None)])
equal("alarms of a metric", [a["AlarmName"] for a in cw.describe_alarms_for_metric(Namespace="Boto", MetricName="Logins")["MetricAlarms"]], ["many"])
denied("AccessDeniedException", "cloudwatch:DescribeAlarmsForMetric", "*", nobody.describe_alarms_for_metric, Namespace="Boto", MetricName="Logins")
equal("contributors", cw.describe_alarm_contributors(AlarmName="many")["AlarmContributors"], [])
refused("ResourceNotFoundException", "The alarm ghost does not exist.", cw.describe_alarm_contributors, AlarmName="ghost")
cw.put_composite_alarm(AlarmName="either", AlarmRule="ALARM(many) OR ALARM(none)", ActionsSuppressor="mathematical", ActionsSuppressorWaitPeriod=10, ActionsSuppressorExtensionPeriod=10)
refused("ValidationError", "Could not save the composite alarm as alarms [ghost] in the alarm rule do not exist", cw.put_composite_alarm, AlarmName="x", AlarmRule="ALARM(ghost)")


def composite():
    return cw.describe_alarms(AlarmNames=["either"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]


eventually("the composite alarm is evaluated", lambda: composite()["StateValue"] != "INSUFFICIENT_DATA")
equal("its rule", composite()["AlarmRule"], "ALARM(many) OR ALARM(none)")
equal("its children", [a["AlarmName"] for a in cw.describe_alarms(ChildrenOfAlarmName="either")["MetricAlarms"]], ["many", "none"])
RULE = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm-mute-rule:"
cw.put_alarm_mute_rule(Name="nights", Rule={"Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "PT4H", "Timezone": "Europe/Zurich"}}, MuteTargets={"AlarmNames": ["many"]})
refused("ValidationError", "Invalid schedule: the duration must be like PT30M, PT4H or P1DT12H, from PT1M to P15D.", cw.put_alarm_mute_rule, Name="x", Rule={"Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "4h"}})
equal("mute rule", cw.get_alarm_mute_rule(AlarmMuteRuleName="nights")["MuteTargets"]["AlarmNames"], ["many"])
refused("ResourceNotFoundException", "The mute rule ghost does not exist.", cw.get_alarm_mute_rule, AlarmMuteRuleName="ghost")
equal("mute rules", [r["AlarmMuteRuleArn"] for r in cw.list_alarm_mute_rules(AlarmName="many")["AlarmMuteRuleSummaries"]], [RULE + "nights"])
denied("AccessDeniedException", "cloudwatch:ListAlarmMuteRules", RULE + "*", nobody.list_alarm_mute_rules)
denied("AccessDeniedException", "cloudwatch:DeleteAlarmMuteRule", RULE + "nights", nobody.delete_alarm_mute_rule, AlarmMuteRuleName="nights")
cw.delete_alarm_mute_rule(AlarmMuteRuleName="nights")
cw.delete_alarms(AlarmNames=["either", "mathematical"])

# The three protocols by hand: the same alarm in each, and each one's refusal.
signer = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])


def send(path, body, headers):
    r = AWSRequest("POST", URL + path, data=body, headers=headers)
    SigV4Auth(signer, "monitoring", REGION).add_auth(r)
    p = r.prepare()
    try:
        with urllib.request.urlopen(urllib.request.Request(p.url, data=p.body, headers=dict(p.headers), method="POST")) as got:
            return got.status, dict(got.headers), got.read()
    except urllib.error.HTTPError as e:
        return e.code, dict(e.headers), e.read()


form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
status, headers, body = send("/", b"Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=many", form)
equal("query", (status, b"<AlarmName>many</AlarmName>" in body, body.startswith(b'<DescribeAlarmsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">')), (200, True, True))
status, headers, body = send("/", b"Action=SetAlarmState&Version=2010-08-01&AlarmName=ghost&StateValue=OK&StateReason=x", form)
equal("query refusal", (status, b"<Code>ResourceNotFound</Code>" in body, b"<Type>Sender</Type>" in body), (404, True, True))
as_json = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.DescribeAlarms"}
status, headers, body = send("/", b'{"AlarmNames":["many"]}', as_json)
equal("json", (status, [a["AlarmName"] for a in json.loads(body)["MetricAlarms"]]), (200, ["many"]))
status, headers, body = send("/", b'{"AlarmName":"ghost","StateValue":"OK","StateReason":"x"}', {**as_json, "X-Amz-Target": "GraniteServiceVersion20100801.SetAlarmState"})
equal("json refusal", (status, json.loads(body)["__type"].split("#")[-1]), (404, "ResourceNotFound"))
cbor = {"Content-Type": "application/cbor", "Accept": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
service = "/service/GraniteServiceVersion20100801/operation/"
status, headers, body = send(service + "DescribeAlarms", b"\xa1\x6aAlarmNames\x81\x64many", cbor)
equal("CBOR", (status, b"\x69AlarmName\x64many" in body, headers.get("Smithy-Protocol")), (200, True, "rpc-v2-cbor"))
status, headers, body = send(service + "SetAlarmState", b"\xa3\x69AlarmName\x65ghost\x6aStateValue\x62OK\x6bStateReason\x61x", cbor)
equal("CBOR refusal", (status, b"ResourceNotFound" in body, headers.get("X-Amzn-Query-Error")), (404, True, "ResourceNotFound;Sender"))

cw.delete_alarms(AlarmNames=["many", "none"])
equal("alarms", cw.describe_alarms()["MetricAlarms"], [])

close({"cloudwatch": "cloudwatch"})
