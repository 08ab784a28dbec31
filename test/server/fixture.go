package server

import (
	"context"
	"fmt"
	"net/url"
)

// Trail is a logging trail with a bucket for its files and a log group for its
// records. It takes data events of one more bucket, Data.
type Trail struct{ Name, Bucket, Group, Data string }

// trust is a trust policy for CloudTrail.
const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// MakeTrail makes buckets, log group, role and trail of a name, with digests,
// and starts it.
func (s *Server) MakeTrail(ctx context.Context, name string) (*Trail, error) {
	t := &Trail{name, name + "-files", name + "/records", name + "-data"}
	for _, b := range []string{t.Bucket, t.Data} {
		if err := s.MakeBucket(ctx, b); err != nil {
			return nil, err
		}
	}
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::%[1]s"},
{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::%[1]s/AWSLogs/%[2]s/*"}]}`, t.Bucket, Account)
	if a, err := s.S3(ctx, &s.Root, "PUT", "/"+t.Bucket+"?policy", []byte(policy), nil); err != nil || a.Err() != nil {
		return nil, fmt.Errorf("put bucket policy: %w", firstError(err, a))
	}
	role := name + "-role"
	for _, step := range []struct {
		service, operation string
		in                 any
	}{
		{"logs", "CreateLogGroup", map[string]any{"logGroupName": t.Group}},
		{"iam", "CreateRole", url.Values{"RoleName": {role}, "AssumeRolePolicyDocument": {trust}}},
		{"iam", "PutRolePolicy", url.Values{"RoleName": {role}, "PolicyName": {"deliver"}, "PolicyDocument": {
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`}}},
		{"cloudtrail", "CreateTrail", map[string]any{
			"Name": name, "S3BucketName": t.Bucket, "EnableLogFileValidation": true, "IsMultiRegionTrail": true,
			"CloudWatchLogsLogGroupArn": "arn:aws:logs:" + Region + ":" + Account + ":log-group:" + t.Group + ":*",
			"CloudWatchLogsRoleArn":     "arn:aws:iam::" + Account + ":role/" + role,
		}},
		{"cloudtrail", "PutEventSelectors", map[string]any{"TrailName": name, "EventSelectors": []any{map[string]any{
			"ReadWriteType": "All", "IncludeManagementEvents": true,
			"DataResources": []any{map[string]any{"Type": "AWS::S3::Object", "Values": []string{"arn:aws:s3:::" + t.Data + "/"}}},
		}}}},
		{"cloudtrail", "StartLogging", map[string]any{"Name": name}},
	} {
		if err := s.Must(ctx, step.service, step.operation, step.in, nil); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func firstError(err error, a *Answer) error {
	if err != nil {
		return err
	}
	return a.Err()
}

// MakeBucket makes a bucket.
func (s *Server) MakeBucket(ctx context.Context, name string) error {
	a, err := s.S3(ctx, &s.Root, "PUT", "/"+name, nil, nil)
	if err = firstError(err, a); err != nil {
		return fmt.Errorf("make bucket %s: %w", name, err)
	}
	return nil
}

// Pool is a user pool with one client that allows the password, SRP and refresh flows.
type Pool struct{ ID, Client string }

// MakePool makes one; more is added to the input of CreateUserPool.
func (s *Server) MakePool(ctx context.Context, name string, more map[string]any) (*Pool, error) {
	in := map[string]any{"PoolName": name, "AutoVerifiedAttributes": []string{"email"}}
	for k, v := range more {
		in[k] = v
	}
	var made struct{ UserPool struct{ Id string } }
	if err := s.Must(ctx, "cognito-idp", "CreateUserPool", in, &made); err != nil {
		return nil, err
	}
	p := &Pool{ID: made.UserPool.Id}
	var err error
	p.Client, err = s.MakeClient(ctx, p.ID, nil)
	return p, err
}

// MakeClient makes another client of a pool.
func (s *Server) MakeClient(ctx context.Context, pool string, more map[string]any) (string, error) {
	in := map[string]any{
		"UserPoolId": pool, "ClientName": "client",
		"ExplicitAuthFlows": []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
	}
	for k, v := range more {
		in[k] = v
	}
	var made struct{ UserPoolClient struct{ ClientId string } }
	err := s.Must(ctx, "cognito-idp", "CreateUserPoolClient", in, &made)
	return made.UserPoolClient.ClientId, err
}

// Users lists the subs of a pool's users by name.
func (s *Server) Users(ctx context.Context, pool string) (map[string]string, error) {
	out := map[string]string{}
	in := map[string]any{"UserPoolId": pool, "Limit": 60}
	for {
		var page struct {
			Users []struct {
				Username   string
				Attributes []struct{ Name, Value string }
			}
			PaginationToken string
		}
		if err := s.Must(ctx, "cognito-idp", "ListUsers", in, &page); err != nil {
			return nil, err
		}
		for _, u := range page.Users {
			for _, a := range u.Attributes {
				if a.Name == "sub" {
					out[u.Username] = a.Value
				}
			}
		}
		if page.PaginationToken == "" {
			return out, nil
		}
		in["PaginationToken"] = page.PaginationToken
	}
}
