package user_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func TestListUsers_filter(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	sub := w.User(pool, "anna", "anna@example.com")
	w.User(pool, "Annabel", "bel@example.com")
	w.User(pool, "bert", "Bert@example.com")
	pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
		UserPoolId: pool, Username: `o"h\a`, MessageAction: new("SUPPRESS"),
		UserAttributes: attributes("name", `Q "x"`, "given_name", "Queen", "family_name", "Ex", "phone_number", "+15550100", "preferred_username", "quex"),
	})
	other := w.Pool(nil)
	w.User(other, "anna", "anna@example.com")
	for _, c := range []struct{ filter, want string }{
		{``, `Annabel anna bert o"h\a`},
		{`""`, `Annabel anna bert o"h\a`},
		{`username = "anna"`, `anna`},
		{`username="ANNA"`, ``},
		{`username ^= "ann"`, `anna`},
		{`username ^= "Ann"`, `Annabel`},
		{`username = "o\"h\\a"`, `o"h\a`},
		{`email = "BERT@example.com"`, `bert`},
		{`email ^= "b"`, `Annabel bert`},
		{`email^="zzz"`, ``},
		{`email = "anna"`, ``},
		{`name = "q \"X\""`, `o"h\a`},
		{`given_name = "queen"`, `o"h\a`},
		{`family_name ^= "e"`, `o"h\a`},
		{`phone_number = "+15550100"`, `o"h\a`},
		{`preferred_username = "quex"`, `o"h\a`},
		{`cognito:user_status = "confirmed"`, `Annabel anna bert`},
		{`cognito:user_status = "FORCE_CHANGE_PASSWORD"`, `o"h\a`},
		{`status = "Enabled"`, `Annabel anna bert o"h\a`},
		{`status = "enabled"`, ``},
		{`status = "Disabled"`, ``},
		{`sub = "` + sub + `"`, `anna`},
		{`sub ^= "` + sub[:8] + `"`, `anna`},
		{`  sub  ^=   "` + sub[:8] + `"  `, `anna`},
	} {
		t.Run(c.filter, func(t *testing.T) {
			out, res := pooltest.Do(w, w.S.User.ListUsers, &cognitoidp.ListUsersInput{UserPoolId: pool, Filter: &c.filter})
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			var names []string
			for _, u := range out.Users {
				names = append(names, *u.Username)
			}
			slices.Sort(names)
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("found %s", got)
			}
			if res.Sub != "" {
				t.Errorf("subject %s", res.Sub)
			}
		})
	}
	const parsing = "Error while parsing filter."
	for filter, want := range map[string]string{
		`username`: parsing, `= "x"`: parsing, `username "x"`: parsing, `username = x`: parsing, `username = "x`: parsing, `username = "x" and`: parsing,
		`username ^ "x"`: parsing, `username == "x"`: parsing, `username = "x\`: parsing, `user name = "x"`: parsing, `"username" = "x"`: parsing, `username = ""x"`: parsing,
		`custom:x = "1"`: "Invalid search attribute: custom:x", `address = "1"`: "Invalid search attribute: address", `USERNAME = "x"`: "Invalid search attribute: USERNAME",
	} {
		_, res := pooltest.Do(w, w.S.User.ListUsers, &cognitoidp.ListUsersInput{UserPoolId: pool, Filter: &filter})
		if res.Code != "InvalidParameterException" || res.Message != want {
			t.Errorf("%s: got %v", filter, res.Err)
		}
	}
}

func TestListUsers_pages(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	var want []string
	for i := range 13 {
		name := fmt.Sprintf("u%02d", i)
		want = append(want, name)
		pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
			UserPoolId: pool, Username: name, MessageAction: new("SUPPRESS"), UserAttributes: attributes("email", name+"@example.com", "name", "same"),
		})
	}
	for name, filter := range map[string]*string{"all": nil, "equal values": new(`name = "same"`), "prefix": new(`email ^= "u"`)} {
		t.Run(name, func(t *testing.T) {
			in := &cognitoidp.ListUsersInput{UserPoolId: pool, Limit: new(int64(5)), Filter: filter, AttributesToGet: []string{"email"}}
			var got []string
			for page := 0; ; page++ {
				out := pooltest.Must(w, w.S.User.ListUsers, in)
				for _, u := range out.Users {
					got = append(got, *u.Username)
					if len(u.Attributes) != 1 || u.Attributes[0].Name != "email" {
						t.Fatalf("attributes %+v", u.Attributes)
					}
				}
				if out.PaginationToken == nil {
					break
				}
				if page == 3 {
					t.Fatal("no end")
				}
				in.PaginationToken = out.PaginationToken
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("listed %v", got)
			}
		})
	}
	_, res := pooltest.Do(w, w.S.User.ListUsers, &cognitoidp.ListUsersInput{UserPoolId: pool, AttributesToGet: []string{"custom:x"}})
	w.Refused(res, "InvalidParameterException", "Attributes did not conform to the schema: The attribute custom:x is not defined in schema.")
	in := &cognitoidp.ListUsersInput{UserPoolId: pool, Limit: new(int64(5))}
	in.PaginationToken = pooltest.Must(w, w.S.User.ListUsers, in).PaginationToken
	w.Advance(time.Hour)
	_, res = pooltest.Do(w, w.S.User.ListUsers, in)
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
}
