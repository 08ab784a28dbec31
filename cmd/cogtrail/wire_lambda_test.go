package main

import (
	"strings"
	"testing"
)

func TestLambdaSettings(t *testing.T) {
	t.Parallel()
	file := write(t, "lambda.yaml", "lambda:\n  endpoint: http://127.0.0.1:3001\n  functions:\n    arn:aws:lambda:us-east-1:123456789012:function:f: http://127.0.0.1:1/?key=secret\n")
	c, err := loadConfig(file, none)
	if err != nil || c.Lambda.Endpoint != "http://127.0.0.1:3001" || c.Lambda.Name != "arn" || len(c.Lambda.Functions) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	c, err = loadConfig("", env(map[string]string{"COGTRAIL_LAMBDA_FUNCTIONS": "f=http://127.0.0.1:1/?a=b, g=http://127.0.0.1:2"}))
	if err != nil || c.Lambda.Functions["f"] != "http://127.0.0.1:1/?a=b" || c.Lambda.Functions["g"] != "http://127.0.0.1:2" {
		t.Fatalf("%+v, %v", c.Lambda, err)
	}
	if _, err := loadConfig("", env(map[string]string{"COGTRAIL_LAMBDA_FUNCTIONS": "http://127.0.0.1:1/secret"})); err == nil || strings.Contains(err.Error(), "/secret") {
		t.Error(err)
	}
	for want, set := range map[string]func(*Config){
		"lambda.endpoint: want an http or https URL":                     func(c *Config) { c.Lambda.Endpoint = "lambda" },
		"lambda.name: want arn, name, or the name of all functions":      func(c *Config) { c.Lambda.Name = "" },
		"lambda.accessKeyId and lambda.secretKeyFile: want both or none": func(c *Config) { c.Lambda.AccessKeyID = "AKIA" },
		"lambda.functions: f: want an http or https URL":                 func(c *Config) { c.Lambda.Functions = map[string]string{"f": "secret"} },
		"lambda.tokenFile: there are no lambda.functions":                func(c *Config) { c.Lambda.TokenFile = "x" },
	} {
		c, err := loadConfig("", none)
		if err != nil {
			t.Fatal(err)
		}
		set(c)
		if err := c.finish(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") && !strings.Contains(want, "secret") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
