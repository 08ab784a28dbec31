package pool_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func TestTags(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(nil)
	arn := *describe(w, id).Arn
	list := func() string {
		out := pooltest.Must(w, w.S.Pool.ListTagsForResource, &cognitoidp.ListTagsForResourceInput{ResourceArn: arn})
		if a, b := optest.JSON(t, out.Tags), optest.JSON(t, describe(w, id).UserPoolTags); a != b {
			t.Errorf("listed %s, described %s", a, b)
		}
		return optest.JSON(t, out.Tags)
	}
	if got := list(); got != "{}" {
		t.Errorf("tags of a new pool: %s", got)
	}
	pooltest.Must(w, w.S.Pool.TagResource, &cognitoidp.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "1", "b": ""}})
	pooltest.Must(w, w.S.Pool.TagResource, &cognitoidp.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "2", "c": "3"}})
	if got := list(); got != `{"a":"2","b":"","c":"3"}` {
		t.Errorf("tags %s", got)
	}
	pooltest.Must(w, w.S.Pool.UntagResource, &cognitoidp.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a", "never"}})
	if got := list(); got != `{"b":"","c":"3"}` {
		t.Errorf("tags %s", got)
	}
	many := map[string]string{}
	for i := range 49 {
		many["k"+strconv.Itoa(i)] = "v"
	}
	_, res := pooltest.Do(w, w.S.Pool.TagResource, &cognitoidp.TagResourceInput{ResourceArn: arn, Tags: many})
	w.Refused(res, "UserPoolTaggingException", "Too many tags.")
	_, res = pooltest.Do(w, w.S.Pool.TagResource, &cognitoidp.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"aws:x": "v"}})
	w.Refused(res, "UserPoolTaggingException", "aws: prefixed tag key names are not allowed for external use.")
	if got := list(); got != `{"b":"","c":"3"}` {
		t.Errorf("tags after refusals: %s", got)
	}
}

func TestTags_otherResources(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(nil)
	arn := *describe(w, id).Arn
	unknown := "User pool " + id + " does not exist."
	for name, c := range map[string]struct{ arn, code, message string }{
		"no ARN":          {"userpool/" + id, "InvalidParameterException", "Invalid resource ARN."},
		"other service":   {strings.Replace(arn, "cognito-idp", "sns", 1), "InvalidParameterException", "Invalid resource ARN."},
		"other type":      {strings.Replace(arn, "userpool/", "identitypool/", 1), "InvalidParameterException", "Invalid resource ARN."},
		"other account":   {strings.Replace(arn, pooltest.Account, "999999999999", 1), "ResourceNotFoundException", unknown},
		"other Region":    {strings.Replace(arn, ":us-east-1:", ":eu-west-1:", 1), "ResourceNotFoundException", unknown},
		"other partition": {strings.Replace(arn, "arn:aws:", "arn:aws-cn:", 1), "ResourceNotFoundException", unknown},
		"unknown pool":    {strings.Replace(arn, id, "us-east-1_nothing00", 1), "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
	} {
		t.Run(name, func(t *testing.T) {
			_, res := pooltest.Do(w, w.S.Pool.ListTagsForResource, &cognitoidp.ListTagsForResourceInput{ResourceArn: c.arn})
			w.Refused(res, c.code, c.message)
			_, res = pooltest.Do(w, w.S.Pool.TagResource, &cognitoidp.TagResourceInput{ResourceArn: c.arn, Tags: map[string]string{"a": "b"}})
			w.Refused(res, c.code, c.message)
			_, res = pooltest.Do(w, w.S.Pool.UntagResource, &cognitoidp.UntagResourceInput{ResourceArn: c.arn, TagKeys: []string{"a"}})
			w.Refused(res, c.code, c.message)
		})
	}
	_, res := pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", w.S.Pool.TagResource, &cognitoidp.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "b"}})
	w.Refused(res, "ResourceNotFoundException", unknown)
}
