package run

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

// lambdaLabels are the fields that AWS finds in the START, END and REPORT lines of functions.
var lambdaLabels = map[string]string{
	"@requestId": "RequestId: ", "@duration": "Duration: ", "@billedDuration": "Billed Duration: ",
	"@memorySize": "Memory Size: ", "@maxMemoryUsed": "Max Memory Used: ", "@xrayTraceId": "XRAY TraceId: ",
	"@xraySegmentId": "SegmentId: ",
}

// lambdaField reads a system field of a line that is not JSON. Memory is shown in bytes, as AWS does. (inferred)
func lambdaField(line, name string) value.Value {
	if name == "@type" {
		for _, t := range []string{"START", "END", "REPORT"} {
			if strings.HasPrefix(line, t+" RequestId: ") {
				return value.OfString(t)
			}
		}
		return value.Value{}
	}
	label, ok := lambdaLabels[name]
	if !ok {
		return value.Value{}
	}
	at := strings.Index(line, label)
	if name == "@duration" { // not the one of "Billed Duration: "
		for at > 0 && strings.HasSuffix(line[:at], "Billed ") {
			next := strings.Index(line[at+1:], label)
			if next < 0 {
				return value.Value{}
			}
			at += 1 + next
		}
	}
	if at < 0 {
		return value.Value{}
	}
	text, _, _ := strings.Cut(line[at+len(label):], "\t")
	text, unit, _ := strings.Cut(strings.TrimSpace(text), " ")
	if unit == "MB" || strings.HasPrefix(unit, "MB ") {
		if n, ok := value.ParseNumber(text); ok {
			return value.OfNumber(n * 1e6)
		}
	}
	return value.OfString(text)
}
