package logdelivery_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const (
	group  = "arn:aws:logs:us-east-1:123456789012:log-group:/cognito/errors"
	stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/events"
	bucket = "arn:aws:s3:::events"
)

func toGroup(source, level, name string) cognitoidp.LogConfigurationType {
	return cognitoidp.LogConfigurationType{EventSource: source, LogLevel: level, CloudWatchLogsConfiguration: &cognitoidp.CloudWatchLogsConfigurationType{LogGroupArn: &name}}
}

func toBucket(source, level, name string) cognitoidp.LogConfigurationType {
	return cognitoidp.LogConfigurationType{EventSource: source, LogLevel: level, S3Configuration: &cognitoidp.S3ConfigurationType{BucketArn: &name}}
}

func toStream(source, level, name string) cognitoidp.LogConfigurationType {
	return cognitoidp.LogConfigurationType{EventSource: source, LogLevel: level, FirehoseConfiguration: &cognitoidp.FirehoseConfigurationType{StreamArn: &name}}
}

func set(w *pooltest.World, pool string, list ...cognitoidp.LogConfigurationType) (string, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.LogDelivery.SetLogDeliveryConfiguration, &cognitoidp.SetLogDeliveryConfigurationInput{UserPoolId: pool, LogConfigurations: list})
	if res.Err != nil {
		return "", res
	}
	return optest.JSON(w.T, out.LogDeliveryConfiguration), res
}

func get(w *pooltest.World, pool string) string {
	w.T.Helper()
	return optest.JSON(w.T, pooltest.Must(w, w.S.LogDelivery.GetLogDeliveryConfiguration, &cognitoidp.GetLogDeliveryConfigurationInput{UserPoolId: pool}).LogDeliveryConfiguration)
}

func TestLogDeliveryConfiguration(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UserPoolTier = new("PLUS") })
	none := `{"LogConfigurations":[],"UserPoolId":"` + pool + `"}`
	if got := get(w, pool); got != none {
		t.Errorf("without any: %s", got)
	}
	want := `{"LogConfigurations":[{"CloudWatchLogsConfiguration":{"LogGroupArn":"` + group + `"},"EventSource":"userNotification","LogLevel":"ERROR"},` +
		`{"CloudWatchLogsConfiguration":{"LogGroupArn":"` + group + `"},"EventSource":"userAuthEvents","LogLevel":"INFO"}],"UserPoolId":"` + pool + `"}`
	if got, res := set(w, pool, toGroup("userNotification", "ERROR", group), toGroup("userAuthEvents", "INFO", group)); got != want {
		t.Errorf("got  %s, %v\nwant %s", got, res.Err, want)
	}
	if got := get(w, pool); got != want {
		t.Errorf("described as %s", got)
	}
	if _, res := set(w, pool, toGroup("userAuthEvents", "INFO", group+":*")); res.Err != nil {
		t.Error(res.Err)
	}
	if got, res := set(w, pool); got != none {
		t.Errorf("emptied to %s, %v", got, res.Err)
	}
	if got := get(w, pool); got != none {
		t.Errorf("emptied, described as %s", got)
	}
}

func TestSetLogDeliveryConfiguration_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	plus, pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UserPoolTier = new("PLUS") }), w.Pool(nil)
	two := toGroup("userAuthEvents", "INFO", group)
	two.S3Configuration = &cognitoidp.S3ConfigurationType{BucketArn: new(bucket)}
	foreign := "arn:aws:logs:us-east-1:999999999999:log-group:theirs"
	for _, c := range []struct {
		name, pool    string
		list          []cognitoidp.LogConfigurationType
		code, message string
	}{
		{"level of notifications", plus, []cognitoidp.LogConfigurationType{toGroup("userNotification", "INFO", group)}, "", "LogLevel must be ERROR for EventSource userNotification."},
		{"level of events", plus, []cognitoidp.LogConfigurationType{toGroup("userAuthEvents", "ERROR", group)}, "", "LogLevel must be INFO for EventSource userAuthEvents."},
		{"notifications to a bucket", plus, []cognitoidp.LogConfigurationType{toBucket("userNotification", "ERROR", bucket)}, "", "EventSource userNotification can be delivered to CloudWatch Logs only."},
		{"no destination", plus, []cognitoidp.LogConfigurationType{{EventSource: "userAuthEvents", LogLevel: "INFO"}}, "",
			"Exactly one of CloudWatchLogsConfiguration, S3Configuration or FirehoseConfiguration must be given."},
		{"stream", plus, []cognitoidp.LogConfigurationType{toStream("userAuthEvents", "INFO", stream)}, "", "FirehoseConfiguration is not supported by this server."},
		{"two destinations", plus, []cognitoidp.LogConfigurationType{two}, "", "Exactly one of CloudWatchLogsConfiguration, S3Configuration or FirehoseConfiguration must be given."},
		{"a source twice", plus, []cognitoidp.LogConfigurationType{toGroup("userNotification", "ERROR", group), toGroup("userNotification", "ERROR", group)}, "",
			"EventSource userNotification is given more than once."},
		{"group of another account", plus, []cognitoidp.LogConfigurationType{toGroup("userNotification", "ERROR", foreign)}, "", "Invalid log destination: " + foreign},
		{"bucket as group", plus, []cognitoidp.LogConfigurationType{toGroup("userNotification", "ERROR", bucket)}, "", "Invalid log destination: " + bucket},
		{"bucket", plus, []cognitoidp.LogConfigurationType{toBucket("userAuthEvents", "INFO", bucket)}, "", "S3Configuration is not supported by this server."},
		{"plan", pool, []cognitoidp.LogConfigurationType{toGroup("userAuthEvents", "INFO", group)}, "FeatureUnavailableInTierException",
			"Export of user activity logs is not available in the user pool's feature plan."},
		{"unknown pool", "us-east-1_nothing00", nil, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.code == "" {
				c.code = "InvalidParameterException"
			}
			if _, res := set(w, c.pool, c.list...); res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	if got := get(w, plus); got != `{"LogConfigurations":[],"UserPoolId":"`+plus+`"}` {
		t.Errorf("a refused call left %s", got)
	}
}
