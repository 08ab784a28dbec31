package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/lambda"
	"github.com/cogtrail/cogtrail/internal/outbound"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// functions are the way to user pools' Lambda functions; without settings there is none, and a pool's functions fail.
func (b *builder) functions() (*trigger.Functions, error) {
	c, err := b.lambda()
	if c == nil || err != nil {
		return trigger.New(nil), err
	}
	return trigger.New(c), nil
}

// senders are the functions that send pools' messages by themselves: the operator's keys, and the jobs that run them.
func (b *builder) senders(r *userpool.Realm) error {
	r.SenderKeys = make(map[string][32]byte)
	for _, arn := range slices.Sorted(maps.Keys(b.config.Lambda.SenderKeys)) {
		text, err := secretOf("lambda.senderKeys: "+arn, b.config.Lambda.SenderKeys[arn])
		if err != nil {
			return err
		}
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != 32 {
			return fmt.Errorf("lambda.senderKeys: %s: want a file with 32 bytes in base64", arn) // it is secret
		}
		r.SenderKeys[arn] = [32]byte(key)
	}
	b.jobs[userpool.SenderJob] = r.SenderHandler(b.engines.state)
	b.givenUp[userpool.SenderJob] = func(tx store.Tx, now time.Time, j job.Job) error {
		e, err := r.ErrandOf(j)
		if err != nil {
			return nil // nobody can say whose it was
		}
		details := fmt.Sprintf("%s of %s could not be delivered: %s", e.Medium, e.Source, j.LastError)
		return logdelivery.Failed(tx, r, poolLogs{}, e.Pool, details, now)
	}
	b.senderKey = r.SenderKey
	return nil
}

// lambda runs functions; nil if the settings name none.
func (b *builder) lambda() (*lambda.Client, error) {
	c := b.config.Lambda
	if c.Endpoint == "" && len(c.Functions) == 0 {
		return nil, nil
	}
	secret, err := secretOf("lambda.secretKeyFile", c.SecretKeyFile)
	if err != nil {
		return nil, err
	}
	token, err := secretOf("lambda.tokenFile", c.TokenFile)
	if err != nil {
		return nil, err
	}
	return &lambda.Client{
		Endpoint: c.Endpoint, Name: c.Name, Webhooks: c.Functions, Token: token,
		Credentials: aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: secret},
		// The operator names the addresses, so they may be of his own network.
		HTTP: outbound.New(outbound.Options{AllowPrivate: true, PerHost: trigger.Limit, Timeout: trigger.SenderTime}), Now: time.Now,
	}, nil
}

// lambdaFaults are what is wrong with the settings of functions. A webhook's URL may hold a secret, so none is shown.
func (c *Config) lambdaFaults() []error {
	var faults []error
	l := &c.Lambda
	if l.Endpoint != "" && !absolute(strings.ReplaceAll(l.Endpoint, "{region}", "us-east-1")) {
		faults = append(faults, fmt.Errorf("lambda.endpoint: want an http or https URL, not %q", l.Endpoint))
	}
	if l.Name == "" {
		faults = append(faults, errors.New("lambda.name: want arn, name, or the name of all functions"))
	}
	if (l.AccessKeyID == "") != (l.SecretKeyFile == "") {
		faults = append(faults, errors.New("lambda.accessKeyId and lambda.secretKeyFile: want both or none"))
	}
	for _, name := range slices.Sorted(maps.Keys(l.Functions)) {
		if !absolute(l.Functions[name]) {
			faults = append(faults, fmt.Errorf("lambda.functions: %s: want an http or https URL", name))
		}
	}
	if l.TokenFile != "" && len(l.Functions) == 0 {
		faults = append(faults, errors.New("lambda.tokenFile: there are no lambda.functions"))
	}
	return faults
}
