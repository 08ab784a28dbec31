package wire_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	idptypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// answer gives the output of a call, or its error.
type answer func(o *schema.Operation, in *schema.Struct) (*schema.Struct, *schema.Error)

// serve runs a server that decodes each request and answers it.
func serve(t *testing.T, a answer) *httptest.Server {
	t.Helper()
	d := wire.NewDetector(services(t))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		req := &wire.Request{Request: r, Body: body}
		signing := ""
		if parts := strings.Split(r.Header.Get("Authorization"), "/"); len(parts) > 3 {
			signing = parts[3]
		}
		m, ok := d.Detect(r, signing, formOf(req))
		if !ok || m.Operation == nil {
			t.Errorf("not detected: %s %s %+v", r.Method, r.URL, m)
			return
		}
		req.Labels = m.Labels
		in, err := m.Protocol.Decode(req, m.Operation)
		if err != nil {
			t.Errorf("decode: %v", err)
			return
		}
		out, e := a(m.Operation, in)
		if e != nil {
			err = m.Protocol.EncodeError(w, m.Service, m.Operation, e, "id-1")
		} else {
			err = m.Protocol.Encode(w, m.Operation, out, "id-1")
		}
		if err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(srv.Close)
	return srv
}

func config(srv *httptest.Server) aws.Config {
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func TestSDK_cognito(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(o *schema.Operation, in *schema.Struct) (*schema.Struct, *schema.Error) {
		if in.Text("ClientId") == "bad" {
			return nil, &schema.Error{Code: "NotAuthorizedException", Message: "Incorrect username or password."}
		}
		p := in.Get("AuthParameters").(*schema.Pairs)
		user, _ := p.Get("USERNAME")
		out := schema.NewStruct(o.Output)
		out.Set("Session", user)
		return out, nil
	})
	c := cognitoidentityprovider.NewFromConfig(config(srv))
	in := &cognitoidentityprovider.InitiateAuthInput{
		AuthFlow: idptypes.AuthFlowTypeUserPasswordAuth, ClientId: aws.String("good"), AuthParameters: map[string]string{"USERNAME": "größer", "PASSWORD": "x"},
	}
	out, err := c.InitiateAuth(t.Context(), in)
	if err != nil || aws.ToString(out.Session) != "größer" {
		t.Errorf("got %+v, %v", out, err)
	}
	in.ClientId = aws.String("bad")
	_, err = c.InitiateAuth(t.Context(), in)
	var na *idptypes.NotAuthorizedException
	if !errors.As(err, &na) || na.ErrorMessage() != "Incorrect username or password." {
		t.Errorf("got %v", err)
	}
}

func TestSDK_cloudWatch(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1700000000123).UTC()
	srv := serve(t, func(o *schema.Operation, in *schema.Struct) (*schema.Struct, *schema.Error) {
		switch o.Name {
		case "SetAlarmState":
			return nil, &schema.Error{Code: "ResourceNotFound", Message: "gone"}
		case "PutMetricData":
			data := in.Get("MetricData").([]any)
			first := data[0].(*schema.Struct)
			if len(data) != 200 || first.Get("Value") != 1.5 || !first.Get("Timestamp").(time.Time).Equal(at) {
				return nil, &schema.Error{Code: "InvalidParameterValueException", Message: "unlike what was sent"}
			}
			return nil, nil
		}
		m, _ := o.Output.Member("MetricAlarms")
		alarm := schema.NewStruct(m.Shape.Elem.Shape)
		alarm.Set("AlarmName", "a")
		alarm.Set("Threshold", 2.5)
		alarm.Set("StateUpdatedTimestamp", at)
		out := schema.NewStruct(o.Output)
		out.Set("MetricAlarms", []any{alarm})
		return out, nil
	})
	c := cloudwatch.NewFromConfig(config(srv))
	data := make([]cwtypes.MetricDatum, 200) // enough for the SDK to compress
	for i := range data {
		data[i] = cwtypes.MetricDatum{MetricName: aws.String(strings.Repeat("metric", 20)), Value: aws.Float64(1.5), Timestamp: &at}
	}
	if _, err := c.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("n"), MetricData: data}); err != nil {
		t.Error(err)
	}
	out, err := c.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err != nil || len(out.MetricAlarms) != 1 || aws.ToFloat64(out.MetricAlarms[0].Threshold) != 2.5 || !out.MetricAlarms[0].StateUpdatedTimestamp.Equal(at) {
		t.Errorf("got %+v, %v", out, err)
	}
	_, err = c.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("a"), StateValue: "OK", StateReason: aws.String("r")})
	var nf *cwtypes.ResourceNotFound
	if !errors.As(err, &nf) || nf.ErrorMessage() != "gone" {
		t.Errorf("got %v", err)
	}
}

func TestSDK_iam(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(o *schema.Operation, in *schema.Struct) (*schema.Struct, *schema.Error) {
		if o.Name == "GetUser" {
			return nil, &schema.Error{Code: "NoSuchEntityException", Message: "none"}
		}
		m, _ := o.Output.Member("User")
		user := schema.NewStruct(m.Shape)
		user.Set("UserName", in.Text("UserName"))
		user.Set("Tags", in.Get("Tags"))
		user.Set("CreateDate", time.Unix(1700000000, 0))
		out := schema.NewStruct(o.Output)
		out.Set("User", user)
		return out, nil
	})
	c := iam.NewFromConfig(config(srv))
	out, err := c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("u"), Tags: []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("a&b")}}})
	if err != nil || aws.ToString(out.User.UserName) != "u" || aws.ToString(out.User.Tags[0].Value) != "a&b" || out.User.CreateDate.Unix() != 1700000000 {
		t.Errorf("got %+v, %v", out, err)
	}
	_, err = c.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("u")})
	var ns *iamtypes.NoSuchEntityException
	if !errors.As(err, &ns) || ns.ErrorMessage() != "none" {
		t.Errorf("got %v", err)
	}
}

func TestSDK_s3(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(o *schema.Operation, in *schema.Struct) (*schema.Struct, *schema.Error) {
		out := schema.NewStruct(o.Output)
		switch o.Name {
		case "GetBucketLocation":
			out.Set("LocationConstraint", "eu-west-1")
		case "GetObject":
			if in.Text("Key") != "a/b c" {
				return nil, &schema.Error{Code: "NoSuchKey", Message: "The specified key does not exist."}
			}
			out.Set("Body", io.Reader(strings.NewReader("data")))
			out.Set("ContentLength", int64(4))
			out.Set("Metadata", &schema.Pairs{Keys: []string{"signature"}, Values: []any{"ab"}})
		case "DeleteObjects":
			m, _ := o.Output.Member("Deleted")
			one := schema.NewStruct(m.Shape.Elem.Shape)
			objects := in.Get("Delete").(*schema.Struct).Get("Objects").([]any)
			one.Set("Key", objects[1].(*schema.Struct).Text("Key"))
			out.Set("Deleted", []any{one})
		}
		return out, nil
	})
	c := s3.NewFromConfig(config(srv), func(o *s3.Options) { o.UsePathStyle = true })
	location, err := c.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: aws.String("b")})
	if err != nil || location.LocationConstraint != "eu-west-1" {
		t.Errorf("location: %+v, %v", location, err)
	}
	object, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("a/b c")})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(object.Body); err != nil || string(data) != "data" || object.Metadata["signature"] != "ab" {
		t.Errorf("object: %q, %v", data, object.Metadata)
	}
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("x")})
	var nk *s3types.NoSuchKey
	if !errors.As(err, &nk) {
		t.Errorf("error: %v", err)
	}
	deleted, err := c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{
		Bucket: aws.String("b"), Delete: &s3types.Delete{Objects: []s3types.ObjectIdentifier{{Key: aws.String("x")}, {Key: aws.String("y<z")}}},
	})
	if err != nil || len(deleted.Deleted) != 1 || aws.ToString(deleted.Deleted[0].Key) != "y<z" {
		t.Errorf("deleted: %+v, %v", deleted, err)
	}
}
