package observe_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/observe"
)

// scrape reads the metrics as Prometheus does.
func scrape(t testing.TB, m *observe.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_cogtrail/metrics", nil))
	if kind := w.Header().Get("Content-Type"); w.Code != http.StatusOK || !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
		t.Fatalf("%d %s: %s", w.Code, kind, w.Body)
	}
	return w.Body.String()
}

// own are the lines about the server, without those of the process.
func own(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, "cogtrail_") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestMetrics_Call(t *testing.T) {
	t.Parallel()
	m := observe.New()
	m.Call("iam", "GetUser", "", 3*time.Millisecond)
	m.Call("iam", "GetUser", "", 40*time.Millisecond)
	m.Call("iam", "GetUser", "NoSuchEntity", 10*time.Second)
	m.Call("logs", "StartQuery", "", 0)
	want := `# HELP cogtrail_call_seconds Time from accept to answer.
# TYPE cogtrail_call_seconds histogram
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.0005"} 0
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.001"} 0
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.002"} 0
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.005"} 1
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.01"} 1
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.02"} 1
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.05"} 2
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.1"} 2
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.25"} 2
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="0.5"} 2
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="1"} 2
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="5"} 2
cogtrail_call_seconds_bucket{operation="GetUser",service="iam",le="+Inf"} 3
cogtrail_call_seconds_sum{operation="GetUser",service="iam"} 10.043
cogtrail_call_seconds_count{operation="GetUser",service="iam"} 3
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.0005"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.001"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.002"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.005"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.01"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.02"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.05"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.1"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.25"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="0.5"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="1"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="5"} 1
cogtrail_call_seconds_bucket{operation="StartQuery",service="logs",le="+Inf"} 1
cogtrail_call_seconds_sum{operation="StartQuery",service="logs"} 0
cogtrail_call_seconds_count{operation="StartQuery",service="logs"} 1
# HELP cogtrail_calls_total Calls answered, by service, operation and error code (empty: success).
# TYPE cogtrail_calls_total counter
cogtrail_calls_total{code="",operation="GetUser",service="iam"} 2
cogtrail_calls_total{code="",operation="StartQuery",service="logs"} 1
cogtrail_calls_total{code="NoSuchEntity",operation="GetUser",service="iam"} 1
`
	if got := own(scrape(t, m)); got != want {
		t.Errorf("metrics\n%s\nwant\n%s", got, want)
	}
}

// A label that breaks out of its quotes would forge lines.
func TestMetrics_Call_escapes(t *testing.T) {
	t.Parallel()
	m := observe.New()
	m.Call("s", "o", "a\"} 1\ncogtrail_forged 1\\", 0)
	got := scrape(t, m)
	if !strings.Contains(got, `cogtrail_calls_total{code="a\"} 1\ncogtrail_forged 1\\",operation="o",service="s"} 1`+"\n") {
		t.Errorf("metrics %s", own(got))
	}
	if regexp.MustCompile(`(?m)^cogtrail_forged`).MatchString(got) {
		t.Error("a line was forged")
	}
}

func TestMetrics_Gauge(t *testing.T) {
	t.Parallel()
	m := observe.New()
	value := 0.5
	m.Gauge("cogtrail_pending", "Waiting.", func() float64 { return value })
	if got, want := own(scrape(t, m)), "# HELP cogtrail_pending Waiting.\n# TYPE cogtrail_pending gauge\ncogtrail_pending 0.5\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	value = math.Inf(1) // read when asked for
	if got := own(scrape(t, m)); !strings.HasSuffix(got, "\ncogtrail_pending +Inf\n") {
		t.Errorf("later %q", got)
	}
}

// Two gauges of one name are a fault of the program.
func TestMetrics_Gauge_twice(t *testing.T) {
	t.Parallel()
	m := observe.New()
	m.Gauge("cogtrail_pending", "", func() float64 { return 1 })
	defer func() {
		if recover() == nil {
			t.Error("a second gauge of the name was taken")
		}
	}()
	m.Gauge("cogtrail_pending", "", func() float64 { return 2 })
}

// Servers in one process count for themselves.
func TestNew_isolated(t *testing.T) {
	t.Parallel()
	a, b := observe.New(), observe.New()
	a.Call("iam", "GetUser", "", 0)
	if got := own(scrape(t, b)); got != "" {
		t.Errorf("the other server counts %s", got)
	}
	if got := scrape(t, b); !strings.Contains(got, "\ngo_goroutines ") || !strings.Contains(got, "\nprocess_start_time_seconds ") {
		t.Errorf("the process's own metrics are missing in %s", got)
	}
}

func TestMetrics_concurrent(t *testing.T) {
	t.Parallel()
	m := observe.New()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				m.Call("iam", "GetUser", "", time.Millisecond)
			}
			_ = scrape(t, m)
		})
	}
	all.Wait()
	if got := own(scrape(t, m)); !strings.Contains(got, `cogtrail_calls_total{code="",operation="GetUser",service="iam"} 800`+"\n") {
		t.Errorf("metrics %s", got)
	}
}
