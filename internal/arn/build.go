package arn

import "strings"

// Partition gives the partition a Region belongs to; an empty or unknown Region belongs to aws.
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// Regional builds a name in a Region and account.
func Regional(service, region, account, resource string) string {
	return "arn:" + Partition(region) + ":" + service + ":" + region + ":" + account + ":" + resource
}

// Root names an account as a principal.
func Root(account string) string { return "arn:aws:iam::" + account + ":root" }

// User names an IAM user. path begins and ends with a slash; the empty path means "/".
func User(account, path, name string) string { return iam(account, "user", path, name) }

// Group names an IAM group. path as in User.
func Group(account, path, name string) string { return iam(account, "group", path, name) }

// Role names an IAM role. path as in User.
func Role(account, path, name string) string { return iam(account, "role", path, name) }

// Policy names a managed policy. path as in User; account is "aws" for AWS's own.
func Policy(account, path, name string) string { return iam(account, "policy", path, name) }

func iam(account, kind, path, name string) string {
	if path == "" {
		path = "/"
	}
	return "arn:aws:iam::" + account + ":" + kind + path + name
}

// AssumedRole names a role session. The role's path is not part of it.
func AssumedRole(account, role, session string) string {
	return "arn:aws:sts::" + account + ":assumed-role/" + role + "/" + session
}

// FederatedUser names the session of GetFederationToken.
func FederatedUser(account, name string) string {
	return "arn:aws:sts::" + account + ":federated-user/" + name
}

// UserPool names a Cognito user pool.
func UserPool(region, account, id string) string {
	return Regional("cognito-idp", region, account, "userpool/"+id)
}

// IdentityPool names a Cognito identity pool; id is REGION:GUID.
func IdentityPool(region, account, id string) string {
	return Regional("cognito-identity", region, account, "identitypool/"+id)
}

// Trail names a CloudTrail trail.
func Trail(region, account, name string) string {
	return Regional("cloudtrail", region, account, "trail/"+name)
}

// LogGroup names a log group without the trailing ":*" that some answers carry.
func LogGroup(region, account, name string) string {
	return Regional("logs", region, account, "log-group:"+name)
}

// LogStream names a stream within a log group.
func LogStream(region, account, group, stream string) string {
	return Regional("logs", region, account, "log-group:"+group+":log-stream:"+stream)
}

// Alarm names a CloudWatch alarm.
func Alarm(region, account, name string) string {
	return Regional("cloudwatch", region, account, "alarm:"+name)
}

// Topic names an SNS topic.
func Topic(region, account, name string) string { return Regional("sns", region, account, name) }

// Bucket names an S3 bucket.
func Bucket(name string) string { return "arn:aws:s3:::" + name }

// Object names an S3 object; the key is taken literally, leading slashes included.
func Object(bucket, key string) string { return "arn:aws:s3:::" + bucket + "/" + key }
