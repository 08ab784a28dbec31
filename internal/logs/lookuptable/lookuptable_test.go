package lookuptable_test

import (
	"errors"
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/lookuptable"
	"github.com/cogtrail/cogtrail/internal/op"
)

const users = "sub,plan\na,gold\nb,free\n"

func TestTables(t *testing.T) {
	t.Parallel()
	w := logstest.New(t)
	svc := &lookuptable.Service{Tokens: w.Vault}
	var arn string
	w.Must(func(c *op.Call) error {
		out, err := svc.CreateLookupTable(c, &api.CreateLookupTableInput{LookupTableName: "users", TableBody: users, Description: new("who")})
		if err == nil {
			arn = *out.LookupTableArn
		}
		return err
	})
	if arn != "arn:aws:logs:eu-west-1:111122223333:lookup-table:users" {
		t.Errorf("ARN %s", arn)
	}
	w.Must(func(c *op.Call) error {
		_, err := svc.CreateLookupTable(c, &api.CreateLookupTableInput{LookupTableName: "other", TableBody: "x\n"})
		return err
	})
	w.Must(func(c *op.Call) error {
		out, err := svc.DescribeLookupTables(c, &api.DescribeLookupTablesInput{LookupTableNamePrefix: new("us")})
		if err != nil || len(out.LookupTables) != 1 {
			t.Fatalf("%v, %v", out, err)
		}
		if d := out.LookupTables[0]; *d.RecordsCount != 2 || strings.Join(d.TableFields, ",") != "sub,plan" || *d.SizeBytes != int64(len(users)) {
			t.Errorf("%+v", d)
		}
		_, err = svc.UpdateLookupTable(c, &api.UpdateLookupTableInput{LookupTableArn: arn, TableBody: "sub\nz\n"})
		return err
	})
	w.Must(func(c *op.Call) error {
		got, err := svc.GetLookupTable(c, &api.GetLookupTableInput{LookupTableArn: arn})
		if err != nil || *got.TableBody != "sub\nz\n" || *got.Description != "who" {
			t.Errorf("%+v, %v", got, err)
		}
		table, err := lookuptable.Load(c.Tx, c.Account, c.Region, "users")
		if err != nil || len(table.Rows) != 1 {
			t.Errorf("%v, %v", table, err)
		}
		return svc.DeleteLookupTable(c, &api.DeleteLookupTableInput{LookupTableArn: arn})
	})
	w.Must(func(c *op.Call) error {
		if _, err := lookuptable.Load(c.Tx, c.Account, c.Region, "users"); !errors.Is(err, lookuptable.ErrNone) {
			t.Errorf("after deletion: %v", err)
		}
		return nil
	})
}

func TestTables_refusals(t *testing.T) {
	t.Parallel()
	w := logstest.New(t)
	svc := &lookuptable.Service{Tokens: w.Vault}
	create := func(name, body string) error {
		_, err := w.Do(func(c *op.Call) error {
			_, err := svc.CreateLookupTable(c, &api.CreateLookupTableInput{LookupTableName: name, TableBody: body})
			return err
		})
		return err
	}
	get := func(arn string) error {
		_, err := w.Do(func(c *op.Call) error {
			_, err := svc.GetLookupTable(c, &api.GetLookupTableInput{LookupTableArn: arn})
			return err
		})
		return err
	}
	if err := create("users", users); err != nil {
		t.Fatal(err)
	}
	logstest.Refused(t, create("users", users), "ResourceAlreadyExistsException", "The specified lookup table already exists")
	logstest.Refused(t, create("a", "x,x\n"), "InvalidParameterException", `The lookup table cannot be read: header: column "x" is empty or named twice`)
	logstest.Refused(t, create("a", "x\n\xff\n"), "InvalidParameterException", "The lookup table cannot be read: it is not UTF-8")
	logstest.Refused(t, create("a", "x,y\n1\n"), "InvalidParameterException", "The lookup table cannot be read: record on line 2: wrong number of fields")
	logstest.Refused(t, get("users"), "InvalidParameterException", "Invalid ARN: users")
	const none = "The specified lookup table does not exist."
	logstest.Refused(t, get("arn:aws:logs:eu-west-1:111122223333:lookup-table:none"), "ResourceNotFoundException", none)
	logstest.Refused(t, get("arn:aws:logs:eu-west-1:999999999999:lookup-table:users"), "ResourceNotFoundException", none)
}

func FuzzRead(f *testing.F) {
	f.Add(users)
	f.Add("\ufeffa\n\"b\nc\"")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := lookuptable.Read(text)
		if err != nil {
			return
		}
		for _, row := range table.Rows {
			if len(row) != len(table.Names) {
				t.Errorf("%d cells below %d names", len(row), len(table.Names))
			}
		}
	})
}
