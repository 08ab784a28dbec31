package main

import "github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"

// sample is one query, and what asks the same of the files of a trail.
type sample struct {
	name string
	text string
	// columns is the type that DuckDB reads a record as, "JSON" for its text; sql selects texts from the records r.
	columns, sql string
	// events says that rows are events: of those of one second any may be among the newest, so only times are compared.
	events bool
	// top says that rows come by a falling count in the last column, of which any of the same count may be cut off.
	top bool
	// jq is the filter of a record, and shell what its lines then go through.
	jq, shell string
}

// samples are the six queries that the Cognito guide gives for its records, and three that are harder.
var samples = []sample{
	{
		name:    "1 newest events",
		text:    `fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com"`,
		columns: "JSON", events: true,
		sql: `SELECT ` + moment + `, r::VARCHAR FROM records WHERE r->>'$.eventSource' = 'cognito-idp.amazonaws.com' ORDER BY r->>'$.eventTime' DESC LIMIT 25`,
		jq:  `select(.eventSource == "cognito-idp.amazonaws.com")`, shell: "tail -n 25",
	},
	{
		name:    "2 newest failures",
		text:    `fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com" and @message like /Exception/`,
		columns: "JSON", events: true,
		sql: `SELECT ` + moment + `, r::VARCHAR FROM records WHERE r->>'$.eventSource' = 'cognito-idp.amazonaws.com' AND regexp_matches(r::VARCHAR, 'Exception') ORDER BY r->>'$.eventTime' DESC LIMIT 25`,
		jq:  `select(.eventSource == "cognito-idp.amazonaws.com" and (tojson | contains("Exception")))`, shell: "tail -n 25",
	},
	{
		name:    "3 newest refusals, users",
		text:    `fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException"`,
		columns: `STRUCT("eventTime" VARCHAR, "eventSource" VARCHAR, "errorCode" VARCHAR, "additionalEventData" STRUCT("sub" VARCHAR))`, events: true,
		sql: `SELECT ` + plainMoment + `, r."additionalEventData"."sub" FROM records WHERE r."eventSource" = 'cognito-idp.amazonaws.com' AND r."errorCode" = 'NotAuthorizedException' ORDER BY r."eventTime" DESC LIMIT 25`,
		jq:  `select(.eventSource == "cognito-idp.amazonaws.com" and .errorCode == "NotAuthorizedException") | [.eventTime, .additionalEventData.sub]`, shell: "tail -n 25",
	},
	{
		name:    "4 calls by address and operation",
		text:    `filter eventSource = "cognito-idp.amazonaws.com" | stats count(*) by sourceIPAddress, eventName`,
		columns: `STRUCT("eventSource" VARCHAR, "eventName" VARCHAR, "sourceIPAddress" VARCHAR)`,
		sql:     `SELECT r."sourceIPAddress" AS a, r."eventName" AS n, count(*) AS c FROM records WHERE r."eventSource" = 'cognito-idp.amazonaws.com' GROUP BY ALL`,
		jq:      `select(.eventSource == "cognito-idp.amazonaws.com") | [.sourceIPAddress, .eventName]`, shell: "sort | uniq -c",
	},
	{
		name:    "5 refusals by address and operation",
		text:    `filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException" | stats count(*) as count by sourceIPAddress, eventName | sort count desc | limit 25`,
		columns: `STRUCT("eventSource" VARCHAR, "eventName" VARCHAR, "sourceIPAddress" VARCHAR, "errorCode" VARCHAR)`,
		sql:     `SELECT r."sourceIPAddress" AS a, r."eventName" AS n, count(*) AS c FROM records WHERE r."eventSource" = 'cognito-idp.amazonaws.com' AND r."errorCode" = 'NotAuthorizedException' GROUP BY ALL ORDER BY c DESC`, top: true,
		jq: `select(.eventSource == "cognito-idp.amazonaws.com" and .errorCode == "NotAuthorizedException") | [.sourceIPAddress, .eventName]`, shell: "sort | uniq -c | sort -rn | head -n 25",
	},
	{
		name:    "6 forgotten passwords by address",
		text:    `filter eventSource = "cognito-idp.amazonaws.com" and eventName = 'ForgotPassword' | stats count(*) as count by sourceIPAddress | sort count desc | limit 25`,
		columns: `STRUCT("eventSource" VARCHAR, "eventName" VARCHAR, "sourceIPAddress" VARCHAR)`,
		sql:     `SELECT r."sourceIPAddress" AS a, count(*) AS c FROM records WHERE r."eventSource" = 'cognito-idp.amazonaws.com' AND r."eventName" = 'ForgotPassword' GROUP BY ALL ORDER BY c DESC`, top: true,
		jq: `select(.eventSource == "cognito-idp.amazonaws.com" and .eventName == "ForgotPassword") | .sourceIPAddress`, shell: "sort | uniq -c | sort -rn | head -n 25",
	},
	{
		name:    "7 deep rare field",
		text:    `fields @timestamp, @message | filter requestParameters.clientMetadata.campaign.voucher = "` + segmenttest.Voucher + `" | sort @timestamp desc | limit 25`,
		columns: "JSON", events: true,
		sql: `SELECT ` + moment + `, r::VARCHAR FROM records WHERE r->>'$.requestParameters.clientMetadata.campaign.voucher' = '` + segmenttest.Voucher + `' ORDER BY r->>'$.eventTime' DESC LIMIT 25`,
		jq:  `select(.requestParameters.clientMetadata.campaign.voucher? == "` + segmenttest.Voucher + `")`, shell: "tail -n 25",
	},
	{
		name:    "8 regular expression over messages",
		text:    `filter @message like /nodejs#20\.1[0-9]\.0.*"errorCode":"[A-Za-z]+Exception"/ | stats count(*) as count by eventName, errorCode`,
		columns: "JSON",
		sql:     `SELECT r->>'$.eventName' AS n, r->>'$.errorCode' AS e, count(*) AS c FROM records WHERE regexp_matches(r::VARCHAR, 'nodejs#20\.1[0-9]\.0.*"errorCode":"[A-Za-z]+Exception"') GROUP BY ALL`,
		jq:      `select(tojson | test("nodejs#20\\.1[0-9]\\.0.*\"errorCode\":\"[A-Za-z]+Exception\"")) | [.eventName, .errorCode]`, shell: "sort | uniq -c",
	},
	{
		name:    "9 percentiles in bins of 5 minutes",
		text:    `filter ispresent(responseElements.authenticationResult.expiresIn) | stats pct(responseElements.authenticationResult.expiresIn, 50) as p50, pct(responseElements.authenticationResult.expiresIn, 99) as p99 by bin(5m) | limit 10000`,
		columns: `STRUCT("eventTime" TIMESTAMP, "responseElements" STRUCT("authenticationResult" STRUCT("expiresIn" DOUBLE)))`,
		sql: `SELECT strftime(to_timestamp((epoch(r."eventTime")::BIGINT // 300) * 300) AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.000') AS b, quantile_cont(r."responseElements"."authenticationResult"."expiresIn", 0.5)::VARCHAR, quantile_cont(r."responseElements"."authenticationResult"."expiresIn", 0.99)::VARCHAR
FROM records WHERE r."responseElements"."authenticationResult"."expiresIn" IS NOT NULL GROUP BY b ORDER BY b`,
		jq: `select(.responseElements.authenticationResult.expiresIn?) | [(.eventTime | fromdate / 300 | floor), .responseElements.authenticationResult.expiresIn]`, shell: "sort -n",
	},
}

// moment is the time of a record as a query gives it.
const (
	moment      = `replace(replace(r->>'$.eventTime', 'T', ' '), 'Z', '.000')`
	plainMoment = `replace(replace(r."eventTime", 'T', ' '), 'Z', '.000')`
)
