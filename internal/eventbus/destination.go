package eventbus

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/arn"
)

// destination is the kind of what a target's ARN names.
type destination uint8

const (
	nowhere  destination = iota // this server cannot call it
	topic                       // of SNS
	logGroup                    // of CloudWatch Logs
	function                    // of Lambda
)

// destinationOf tells what an ARN names.
func destinationOf(a arn.ARN) destination {
	switch {
	case a.Service == "sns" && a.Resource != "" && !strings.Contains(a.Resource, ":"):
		return topic
	case a.Service == "logs" && groupOf(a) != "":
		return logGroup
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "function:") && len(a.Resource) > len("function:"):
		return function
	}
	return nowhere
}

// groupOf is the name in a log group's ARN, with or without ":*" at its end.
func groupOf(a arn.ARN) string {
	name, ok := strings.CutPrefix(strings.TrimSuffix(a.Resource, ":*"), "log-group:")
	if !ok || strings.Contains(name, ":") {
		return ""
	}
	return name
}

// refuse says why a target of a rule cannot be taken; "" if it can.
func (s *Service) refuse(r *ruleRow, t *events.Target) string {
	a, err := arn.Parse(t.Arn)
	if err != nil {
		return "Provided Arn is not in correct format."
	}
	d := destinationOf(a)
	switch {
	case d == nowhere:
		return "This server calls Amazon SNS topics, CloudWatch Logs log groups and AWS Lambda functions only."
	case d == function && s.deps.Functions == nil:
		return "This server is not told where Lambda functions run."
	case d != topic && (a.Account != r.Account || a.Region != r.Region):
		return "The target must be of the rule's account and Region." // a topic's own policy lets others in
	case t.RoleArn != nil:
		return "RoleArn is not supported for target " + t.Arn + "."
	case t.DeadLetterConfig != nil && t.DeadLetterConfig.Arn != nil:
		return "DeadLetterConfig is not supported by this server: it has no Amazon SQS queues."
	}
	for name, given := range map[string]bool{
		"KinesisParameters": t.KinesisParameters != nil, "RunCommandParameters": t.RunCommandParameters != nil, "EcsParameters": t.EcsParameters != nil,
		"BatchParameters": t.BatchParameters != nil, "SqsParameters": t.SqsParameters != nil, "HttpParameters": t.HttpParameters != nil,
		"RedshiftDataParameters": t.RedshiftDataParameters != nil, "SageMakerPipelineParameters": t.SageMakerPipelineParameters != nil,
		"AppSyncParameters": t.AppSyncParameters != nil,
	} {
		if given {
			return name + " is not supported for target " + t.Arn + "." // (inferred)
		}
	}
	if d == logGroup {
		if t.InputPath != nil {
			return "InputPath is not supported for CloudWatch Logs targets." // (inferred)
		}
		if t.Input != nil {
			if _, _, err := logInput(*t.Input); err != nil {
				return "Invalid Input: " + err.Error() // (inferred)
			}
		}
	}
	return refuseInput(t)
}

// refuseInput says what is wrong with how a target wants its input.
func refuseInput(t *events.Target) string {
	given := 0
	for _, g := range []bool{t.Input != nil, t.InputPath != nil, t.InputTransformer != nil} {
		if g {
			given++
		}
	}
	if given > 1 {
		return "Only one of Input, InputPath, or InputTransformer must be provided."
	}
	if t.Input != nil && !json.Valid([]byte(*t.Input)) {
		return "Invalid Input: it is not JSON." // (inferred)
	}
	var paths []string
	if t.InputPath != nil {
		paths = append(paths, *t.InputPath)
	}
	if tr := t.InputTransformer; tr != nil {
		for name, p := range tr.InputPathsMap {
			if strings.HasPrefix(name, "aws") {
				return "Invalid InputPathsMap key: " + name // (inferred)
			}
			paths = append(paths, p)
		}
	}
	for _, p := range paths {
		if _, ok := steps(p); !ok {
			return "Invalid JsonPath: " + p // (inferred)
		}
	}
	return ""
}

// logInput reads the one form that a log group takes instead of the event: {"timestamp": …, "message": "…"}, the time in milliseconds or as
// RFC 3339 has it. [EventBridge: CloudWatch Logs targets]
func logInput(text string) (at time.Time, message string, err error) {
	var in struct {
		Timestamp json.RawMessage `json:"timestamp"`
		Message   *string         `json:"message"`
	}
	if json.Unmarshal([]byte(text), &in) != nil || in.Message == nil || *in.Message == "" || in.Timestamp == nil {
		return at, "", errors.New(`a log group takes an object of "timestamp" and "message" only`)
	}
	var ms int64
	var stamp string
	if json.Unmarshal(in.Timestamp, &ms) == nil {
		return time.UnixMilli(ms), *in.Message, nil
	}
	if json.Unmarshal(in.Timestamp, &stamp) == nil {
		if at, err = time.Parse(time.RFC3339, stamp); err == nil {
			return at, *in.Message, nil
		}
	}
	return at, "", fmt.Errorf("the timestamp is neither milliseconds nor a time of RFC 3339")
}
