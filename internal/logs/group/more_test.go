package group_test

import (
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/op"
)

const missing = "The specified log group does not exist."

func TestPutLogGroupDeletionProtection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/a")
	protect := func(id string, on bool) ([]string, error) {
		return w.Do(func(c *op.Call) error {
			return w.svc.PutLogGroupDeletionProtection(c, &api.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: id, DeletionProtectionEnabled: on})
		})
	}
	remove := func() error {
		_, err := w.Do(func(c *op.Call) error { return w.svc.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "/a"}) })
		return err
	}
	resources, err := protect(arnA, true)
	if err != nil || strings.Join(resources, "") != "AWS::Logs::LogGroup "+arnA {
		t.Fatalf("recorded %v, %v", resources, err)
	}
	if out := w.groups(&api.DescribeLogGroupsInput{}); !*out.LogGroups[0].DeletionProtectionEnabled {
		t.Error("the protection is not shown")
	}
	logstest.Refused(t, remove(), "ValidationException", "The specified log group has deletion protection enabled.")
	if _, err := protect("/a", false); err != nil {
		t.Fatal(err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	_, err = protect("/a", true)
	logstest.Refused(t, err, "ResourceNotFoundException", missing)
}

func TestAssociateKmsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/a")
	const key = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
	associate := func(in *api.AssociateKmsKeyInput) error {
		in.KmsKeyId = key
		_, err := w.Do(func(c *op.Call) error { return w.svc.AssociateKmsKey(c, in) })
		return err
	}
	if err := associate(&api.AssociateKmsKeyInput{ResourceIdentifier: new(arnA)}); err != nil {
		t.Fatal(err)
	}
	if out := w.groups(&api.DescribeLogGroupsInput{}); *out.LogGroups[0].KmsKeyId != key {
		t.Errorf("key %s", *out.LogGroups[0].KmsKeyId)
	}
	w.Must(func(c *op.Call) error {
		return w.svc.DisassociateKmsKey(c, &api.DisassociateKmsKeyInput{LogGroupName: new("/a")})
	})
	if out := w.groups(&api.DescribeLogGroupsInput{}); out.LogGroups[0].KmsKeyId != nil {
		t.Error("the key is still shown")
	}
	logstest.Refused(t, associate(&api.AssociateKmsKeyInput{}), "InvalidParameterException", "Exactly one of logGroupName and resourceIdentifier must be given.")
	logstest.Refused(t, associate(&api.AssociateKmsKeyInput{LogGroupName: new("/x")}), "ResourceNotFoundException", missing)
	logstest.Refused(t, associate(&api.AssociateKmsKeyInput{ResourceIdentifier: new("arn:aws:logs:eu-west-1:111122223333:query-result:*")}),
		"InvalidParameterException", "Keys of query results are not supported by this server.")
}

func TestTagLogGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/a")
	w.Must(func(c *op.Call) error {
		return w.svc.TagLogGroup(c, &api.TagLogGroupInput{LogGroupName: "/a", Tags: map[string]string{"a": "1", "b": "2"}})
	})
	w.Must(func(c *op.Call) error {
		return w.svc.UntagLogGroup(c, &api.UntagLogGroupInput{LogGroupName: "/a", Tags: []string{"a", "none"}})
	})
	w.Must(func(c *op.Call) error {
		out, err := w.svc.ListTagsLogGroup(c, &api.ListTagsLogGroupInput{LogGroupName: "/a"})
		if err == nil && (len(out.Tags) != 1 || out.Tags["b"] != "2") {
			t.Errorf("tags %v", out.Tags)
		}
		return err
	})
	_, err := w.Do(func(c *op.Call) error {
		return w.svc.TagLogGroup(c, &api.TagLogGroupInput{LogGroupName: "/x", Tags: map[string]string{"a": "1"}})
	})
	logstest.Refused(t, err, "ResourceNotFoundException", missing)
	_, err = w.Do(func(c *op.Call) error {
		return w.svc.UntagLogGroup(c, &api.UntagLogGroupInput{LogGroupName: "/x", Tags: []string{"a"}})
	})
	logstest.Refused(t, err, "ResourceNotFoundException", missing)
}

func TestListLogGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/app/web", "/app/worker", "web-old")
	w.Must(func(c *op.Call) error {
		return w.svc.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "zz", LogGroupClass: new("INFREQUENT_ACCESS"), Tags: map[string]string{"team": "audit"}})
	})
	list := func(in *api.ListLogGroupsInput) string {
		t.Helper()
		var names []string
		for {
			var out *api.ListLogGroupsOutput
			w.Must(func(c *op.Call) (err error) { out, err = w.svc.ListLogGroups(c, in); return err })
			for _, g := range out.LogGroups {
				names = append(names, *g.LogGroupName)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return strings.Join(names, " ")
			}
		}
	}
	team := func(values ...string) []api.TagFilter { return []api.TagFilter{{Key: "team", Values: values}} }
	for name, c := range map[string]struct {
		in   api.ListLogGroupsInput
		want string
	}{
		"all":                 {api.ListLogGroupsInput{}, "/app/web /app/worker web-old zz"},
		"in pages":            {api.ListLogGroupsInput{Limit: new(int64(1))}, "/app/web /app/worker web-old zz"},
		"a part":              {api.ListLogGroupsInput{LogGroupNamePattern: new("web")}, "/app/web web-old"},
		"a beginning":         {api.ListLogGroupsInput{LogGroupNamePattern: new("^web")}, "web-old"},
		"either":              {api.ListLogGroupsInput{LogGroupNamePattern: new("^web|worker")}, "/app/worker web-old"},
		"a class":             {api.ListLogGroupsInput{LogGroupClass: new("INFREQUENT_ACCESS")}, "zz"},
		"a tag":               {api.ListLogGroupsInput{LogGroupTags: team()}, "zz"},
		"a tag's value":       {api.ListLogGroupsInput{LogGroupTags: team("x", "aud*")}, "zz"},
		"its end":             {api.ListLogGroupsInput{LogGroupTags: team("*dit")}, "zz"},
		"another value":       {api.ListLogGroupsInput{LogGroupTags: team("*x*")}, ""},
		"not a value":         {api.ListLogGroupsInput{LogGroupTags: team("!audit")}, ""},
		"no account":          {api.ListLogGroupsInput{AccountIdentifiers: []string{"999999999999"}}, ""},
		"own account, linked": {api.ListLogGroupsInput{AccountIdentifiers: []string{logstest.Account}}, "/app/web /app/worker web-old zz"},
	} {
		if got := list(&c.in); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	_, err := w.Do(func(c *op.Call) error {
		_, err := w.svc.ListLogGroups(c, &api.ListLogGroupsInput{FieldIndexNames: []string{"x"}})
		return err
	})
	logstest.Refused(t, err, "InvalidParameterException", "dataSources and fieldIndexNames are not supported by this server.")
}
