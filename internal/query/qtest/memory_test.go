package qtest_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/qtest"
)

func TestMemory_raw(t *testing.T) {
	t.Parallel()
	qtest.Run(t, qtest.Memory{Workers: 1})
}

func TestMemory_promoted(t *testing.T) {
	t.Parallel()
	qtest.Run(t, qtest.Memory{Workers: 3, BlockRows: 2, Promoted: []string{
		"eventSource", "eventName", "errorCode", "sourceIPAddress", "awsRegion", "additionalEventData.sub", "flag",
	}})
}
