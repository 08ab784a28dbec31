package duckdb

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel"
)

func TestZZ(t *testing.T) {
	files, _ := filepath.Glob("/tmp/accel-bench-*/segments/*")
	src := accel.DuckDB.Files(files)
	scope := ` WHERE "_account" = '111122223333' AND "_region" = 'us-east-1' AND "@timestamp" < 1772531999999 AND "_group" = '' AND "@timestamp" >= 1772445600000`
	idp := ` AND "eventSource" = 'cognito-idp.amazonaws.com'`
	for _, q := range []string{
		"SELECT 1::BIGINT",
		`SELECT count(*)::BIGINT, sum(_size)::BIGINT FROM ` + src + scope,
		`SELECT count(*)::BIGINT FROM ` + src + scope + idp,
		`SELECT "@timestamp", _ord, "@message" FROM ` + src + scope + idp + ` ORDER BY "@timestamp" DESC, _ord DESC LIMIT 25`,
		`SELECT count(*)::BIGINT FROM ` + src + scope + idp + ` AND contains("@message", 'Exception')`,
		`SELECT "@timestamp", _ord, "@message" FROM ` + src + scope + idp + ` AND contains("@message", 'Exception') ORDER BY "@timestamp" DESC, _ord DESC LIMIT 25`,
		`SELECT "@timestamp", _ord FROM ` + src + scope + idp + ` AND contains("@message", 'Exception') ORDER BY "@timestamp" DESC, _ord DESC LIMIT 25`,
		`SELECT "sourceIPAddress", "eventName", count(*) FROM ` + src + scope + idp + ` GROUP BY 1,2 HAVING count(*)>0 LIMIT 1000001`,
		`SELECT "sourceIPAddress", count(*) FROM ` + src + scope + idp + ` AND "eventName" = 'ForgotPassword' GROUP BY 1 HAVING count(*)>0 LIMIT 1000001`,
	} {
		for range 2 {
			at := time.Now()
			n := 0
			err := execute(&header{Files: files, Statements: []statement{{SQL: q}}, Settings: &settings{MemoryMB: 2000, Threads: 2}}, func(int, []accel.Cell) error { n++; return nil })
			t.Logf("%v %d rows %v %.120s", time.Since(at), n, err, q[:min(len(q), 60)]+q[max(0, len(q)-150):])
		}
	}
	_ = os.Args
}
