"""Logs Insights beside its queries: saved queries, lookup tables, field indexes, records and fields (JSON)."""

import json
import time

from common import *

logs = client("logs")
nobody = client("logs", **stranger())
GROUP = "insights/boto"
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
NO_GROUP = "The specified log group does not exist."
logs.create_log_group(logGroupName=GROUP)
logs.create_log_stream(logGroupName=GROUP, logStreamName="one")
now = int(time.time() * 1000)
events = [{"timestamp": now - 3000 + i, "message": json.dumps({"n": i, "sub": "ab"[i % 2]})} for i in range(4)]


def ask(text):
    q = logs.start_query(logGroupIdentifiers=[ARN], queryString=text, startTime=now // 1000 - 60, endTime=now // 1000 + 60)["queryId"]
    r = eventually("query", lambda: (r := logs.get_query_results(queryId=q))["status"] not in ("Scheduled", "Running") and r)
    equal("state of " + text, r["status"], "Complete")
    return q, [{f["field"]: f["value"] for f in row} for row in r["results"]]


# Field indexes decide what filterIndex reads.
logs.put_index_policy(logGroupIdentifier=GROUP, policyDocument='{"Fields": ["sub"]}')
refused("InvalidParameterException", "The policy document is not valid: 1 to 20 fields are needed", logs.put_index_policy, logGroupIdentifier=GROUP, policyDocument="{}")
equal("policy", [p["policyDocument"] for p in logs.describe_index_policies(logGroupIdentifiers=[ARN])["indexPolicies"]], ['{"Fields": ["sub"]}'])
refused("ResourceNotFoundException", NO_GROUP, logs.describe_index_policies, logGroupIdentifiers=["ghost"])
equal("indexes", [f["fieldIndexName"] for f in logs.describe_field_indexes(logGroupIdentifiers=[GROUP])["fieldIndexes"]], ["sub"])
refused("ResourceNotFoundException", NO_GROUP, logs.describe_field_indexes, logGroupIdentifiers=["ghost"])

logs.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=events)
eventually("events", lambda: len(logs.get_log_events(logGroupName=GROUP, logStreamName="one", startFromHead=True)["events"]) == 4)

# Records and fields.
q, rows = ask("fields n, sub | sort n asc")
equal("rows", [r["n"] for r in rows], ["0", "1", "2", "3"])
record = logs.get_log_record(logRecordPointer=rows[1]["@ptr"])["logRecord"]
equal("record", (record["n"], record["sub"], record["@message"], record["@logStream"]), ("1", "b", events[1]["message"], "one"))
refused("InvalidParameterException", "The specified logRecordPointer is invalid.", logs.get_log_record, logRecordPointer="x")
denied("AccessDeniedException", "logs:GetLogRecord", None, nobody.get_log_record, logRecordPointer=rows[1]["@ptr"])
equal("groups of the query", logs.list_log_groups_for_query(queryId=q)["logGroupIdentifiers"], [ARN])
refused("ResourceNotFoundException", "The specified query does not exist.", logs.list_log_groups_for_query, queryId="00000000-0000-0000-0000-000000000000")
fields = {f["name"]: f["percent"] for f in logs.get_log_group_fields(logGroupName=GROUP)["logGroupFields"]}
equal("fields", (fields["n"], fields["@message"]), (100, 100))
refused("ResourceNotFoundException", NO_GROUP, logs.get_log_group_fields, logGroupName="ghost")

# Lookup tables.
table = logs.create_lookup_table(lookupTableName="users", tableBody="sub,plan\na,gold\n")["lookupTableArn"]
refused("ResourceAlreadyExistsException", "The specified lookup table already exists", logs.create_lookup_table, lookupTableName="users", tableBody="a\n")
logs.update_lookup_table(lookupTableArn=table, tableBody="sub,plan\na,gold\nb,free\n")
ghost = table.replace("users", "ghost")
NO_TABLE = "The specified lookup table does not exist."
refused("ResourceNotFoundException", NO_TABLE, logs.update_lookup_table, lookupTableArn=ghost, tableBody="a\n")
equal("rows of the table", logs.get_lookup_table(lookupTableArn=table)["tableBody"], "sub,plan\na,gold\nb,free\n")
refused("ResourceNotFoundException", NO_TABLE, logs.get_lookup_table, lookupTableArn=ghost)
equal("tables", [(t["lookupTableName"], t["recordsCount"]) for t in logs.describe_lookup_tables()["lookupTables"]], [("users", 2)])
refused("InvalidParameterException", "The specified nextToken is invalid.", logs.describe_lookup_tables, nextToken="x")
equal("lookup", ask("lookup users sub OUTPUT plan | stats count(*) as c by plan | sort plan asc")[1], [{"plan": "free", "c": "2"}, {"plan": "gold", "c": "2"}])
logs.delete_lookup_table(lookupTableArn=table)
refused("ResourceNotFoundException", NO_TABLE, logs.delete_lookup_table, lookupTableArn=ghost)

# Saved queries.
saved = logs.put_query_definition(name="boto/count", queryString="stats count(*)", logGroupNames=[GROUP])["queryDefinitionId"]
NO_DEFINITION = "The specified query definition does not exist."
refused("ResourceNotFoundException", NO_DEFINITION, logs.put_query_definition, name="n", queryString="q", queryDefinitionId="ghost")
found = logs.describe_query_definitions(queryDefinitionNamePrefix="boto/")["queryDefinitions"]
equal("saved queries", [(d["queryDefinitionId"], d["name"], d["queryString"], d["logGroupNames"]) for d in found], [(saved, "boto/count", "stats count(*)", [GROUP])])
refused("InvalidParameterException", "The specified nextToken is invalid.", logs.describe_query_definitions, nextToken="x")
equal("deletion", logs.delete_query_definition(queryDefinitionId=saved)["success"], True)
refused("ResourceNotFoundException", NO_DEFINITION, logs.delete_query_definition, queryDefinitionId=saved)

# Scheduled queries.
iam = client("iam")
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="asker", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
iam.put_role_policy(RoleName="asker", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:StartQuery", "Resource": "*"}]}))
what = {"queryLanguage": "CWLI", "queryString": "stats count(*)", "scheduleExpression": "cron(0 8 * * ? *)", "executionRoleArn": role, "logGroupIdentifiers": [GROUP]}
scheduled = logs.create_scheduled_query(name="boto", timezone="Europe/Berlin", **what)["scheduledQueryArn"]
refused("ConflictException", "A scheduled query with the name boto already exists.", logs.create_scheduled_query, name="boto", **what)
refused("ValidationException", "CloudWatch Logs may not assume the role " + role + "-not", logs.create_scheduled_query, name="other", **(what | {"executionRoleArn": role + "-not"}))
BAD = {"s3Configuration": {"destinationIdentifier": "s3://no-such-bucket/x", "roleArn": role}}
refused("ValidationException", "The bucket no-such-bucket does not exist.", logs.create_scheduled_query, name="other", destinationConfiguration=BAD, **what)
NO_SCHEDULE = "The specified scheduled query does not exist."
equal("update", logs.update_scheduled_query(identifier="boto", **(what | {"scheduleExpression": "rate(1 hour)"}))["scheduleExpression"], "rate(1 hour)")
refused("ResourceNotFoundException", NO_SCHEDULE, logs.update_scheduled_query, identifier="ghost", **what)
got = logs.get_scheduled_query(identifier=scheduled)
equal("scheduled query", (got["name"], got["state"], got["scheduleExpression"], got["logGroupIdentifiers"]), ("boto", "ENABLED", "rate(1 hour)", [GROUP]))
refused("ResourceNotFoundException", NO_SCHEDULE, logs.get_scheduled_query, identifier="ghost")
equal("scheduled queries", [q["name"] for q in logs.list_scheduled_queries()["scheduledQueries"]], ["boto"])
refused("ValidationException", "The specified nextToken is invalid.", logs.list_scheduled_queries, nextToken="x")
equal("history", logs.get_scheduled_query_history(identifier="boto", startTime=0, endTime=now)["triggerHistory"], [])
refused("ResourceNotFoundException", NO_SCHEDULE, logs.get_scheduled_query_history, identifier="ghost", startTime=0, endTime=1)
logs.delete_scheduled_query(identifier=scheduled)
refused("ResourceNotFoundException", NO_SCHEDULE, logs.delete_scheduled_query, identifier=scheduled)

logs.delete_index_policy(logGroupIdentifier=GROUP)
refused("ResourceNotFoundException", "The specified index policy does not exist.", logs.delete_index_policy, logGroupIdentifier=GROUP)
close({"logs": "logs"})
