package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/lambda"
	"github.com/cogtrail/cogtrail/internal/outbound"
)

// What a function of a rule or a topic answers: its own failure is its own, a refusal is final, anything else is tried again.
func TestServiceFunctions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status       int
		body         string
		failed, last bool
	}{
		"answers":         {200, `{}`, false, false},
		"fails by itself": {200, `{"errorMessage":"no","errorType":"Error"}`, false, false},
		"refuses":         {404, `{"Message":"Function not found"}`, true, true},
		"is busy":         {429, `{}`, true, false},
		"is down":         {503, `{}`, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			}))
			defer s.Close()
			f := serviceFunctions{&lambda.Client{Endpoint: s.URL, Name: lambda.ByName, HTTP: outbound.New(outbound.Options{AllowPrivate: true}), Now: time.Now}}
			err := f.Invoke(t.Context(), "arn:aws:lambda:us-east-1:111122223333:function:f", []byte(`{}`))
			if (err != nil) != tc.failed || job.IsFinal(err) != tc.last {
				t.Errorf("%v, final: %v", err, job.IsFinal(err))
			}
		})
	}
}
