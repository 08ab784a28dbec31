package definition_test

import (
	"fmt"
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs/definition"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
)

type world struct {
	*logstest.World
	svc *definition.Service
}

func newWorld(t *testing.T) *world {
	w := logstest.New(t)
	return &world{w, &definition.Service{Tokens: w.Vault}}
}

func (w *world) save(in *api.PutQueryDefinitionInput) (id string, err error) {
	_, err = w.Do(func(c *op.Call) error {
		out, err := w.svc.PutQueryDefinition(c, in)
		if err == nil {
			id = *out.QueryDefinitionId
		}
		return err
	})
	return id, err
}

func (w *world) list(in *api.DescribeQueryDefinitionsInput) (names string, token *string) {
	w.T.Helper()
	w.Must(func(c *op.Call) error {
		out, err := w.svc.DescribeQueryDefinitions(c, in)
		if err != nil {
			return err
		}
		var parts []string
		for _, d := range out.QueryDefinitions {
			parts = append(parts, *d.Name+":"+*d.QueryString)
		}
		names, token = strings.Join(parts, " "), out.NextToken
		return nil
	})
	return names, token
}

func TestDefinitions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := &api.PutQueryDefinitionInput{Name: "ops/errors", QueryString: "a", LogGroupNames: []string{"g"}, ClientToken: new(strings.Repeat("t", 36)),
		Parameters: []api.QueryParameter{{Name: "who", DefaultValue: new("me")}}}
	id, err := w.save(in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.save(in); err != nil || again != id {
		t.Errorf("the token made another: %s, %v", again, err)
	}
	for _, n := range []string{"ops/all", "dev"} {
		if _, err := w.save(&api.PutQueryDefinitionInput{Name: n, QueryString: "b"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.save(&api.PutQueryDefinitionInput{QueryDefinitionId: &id, Name: "ops/errors", QueryString: "c"}); err != nil {
		t.Fatal(err)
	}
	if got, _ := w.list(&api.DescribeQueryDefinitionsInput{}); got != "dev:b ops/all:b ops/errors:c" {
		t.Errorf("all: %s", got)
	}
	got, token := w.list(&api.DescribeQueryDefinitionsInput{QueryDefinitionNamePrefix: new("ops/"), MaxResults: new(int64(1))})
	if got != "ops/all:b" || token == nil {
		t.Errorf("first page: %s", got)
	}
	if got, _ := w.list(&api.DescribeQueryDefinitionsInput{QueryDefinitionNamePrefix: new("ops/"), NextToken: token}); got != "ops/errors:c" {
		t.Errorf("second page: %s", got)
	}
	w.Must(func(c *op.Call) error {
		_, err := w.svc.DeleteQueryDefinition(c, &api.DeleteQueryDefinitionInput{QueryDefinitionId: id})
		return err
	})
	if got, _ := w.list(&api.DescribeQueryDefinitionsInput{}); got != "dev:b ops/all:b" {
		t.Errorf("after deletion: %s", got)
	}
}

func TestDefinitions_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const none = "The specified query definition does not exist."
	_, err := w.save(&api.PutQueryDefinitionInput{QueryDefinitionId: new("x"), Name: "n", QueryString: "q"})
	logstest.Refused(t, err, "ResourceNotFoundException", none)
	_, err = w.save(&api.PutQueryDefinitionInput{Name: "n", QueryString: "q", Parameters: []api.QueryParameter{{Name: "a"}, {Name: "a"}}})
	logstest.Refused(t, err, "InvalidParameterException", "Duplicate query parameter: a")
	_, err = w.Do(func(c *op.Call) error {
		_, err := w.svc.DescribeQueryDefinitions(c, &api.DescribeQueryDefinitionsInput{NextToken: new("x")})
		return err
	})
	logstest.Refused(t, err, "InvalidParameterException", "The specified nextToken is invalid.")
	id, err := w.save(&api.PutQueryDefinitionInput{Name: "n", QueryString: "q"})
	if err != nil {
		t.Fatal(err)
	}
	w.Caller = principal.RootOf("999999999999", "") // another account's
	_, err = w.Do(func(c *op.Call) error {
		_, err := w.svc.DeleteQueryDefinition(c, &api.DeleteQueryDefinitionInput{QueryDefinitionId: id})
		return err
	})
	logstest.Refused(t, err, "ResourceNotFoundException", none)
	for i := range definition.MaxDefinitions {
		if _, err := w.save(&api.PutQueryDefinitionInput{Name: fmt.Sprint(i), QueryString: "q"}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = w.save(&api.PutQueryDefinitionInput{Name: "one more", QueryString: "q"})
	logstest.Refused(t, err, "LimitExceededException", "Resource limit exceeded.")
}
