package userpool

import (
	"fmt"
	"strings"
	"testing"
)

// The cache of users holds as many as it may, makes room by one entry for one, and takes no long rows.
func TestRowCache_bounds(t *testing.T) {
	t.Parallel()
	users := &NewRealm(nil, nil, nil, nil, nil).users
	if users.max != maxUsers || users.largest != maxUserBytes {
		t.Fatalf("%d users of %d bytes", users.max, users.largest)
	}
	decoded := 0
	get := func(key, raw string) *User {
		u, err := users.get(key, []byte(raw), func(raw []byte) (*User, error) { decoded++; return &User{Username: string(raw)}, nil })
		if err != nil || u.Username != raw {
			t.Fatalf("%+v, %v", u, err)
		}
		return u
	}
	for i := range maxUsers + 100 {
		get(fmt.Sprint(i), "x")
		if n := len(users.rows); n != min(i+1, maxUsers) {
			t.Fatalf("%d rows after %d", n, i+1)
		}
	}
	last := get(fmt.Sprint(maxUsers+99), "x")
	if n := decoded; n != maxUsers+100 || get(fmt.Sprint(maxUsers+99), "x") != last {
		t.Errorf("decoded %d times", n)
	}
	get(fmt.Sprint(maxUsers+99), "changed") // in place of the old row
	long := strings.Repeat("x", maxUserBytes+1)
	if first := get("long", long); get("long", long) == first || len(users.rows) != maxUsers {
		t.Errorf("a long row is kept; %d rows", len(users.rows))
	}
	if first := get("edge", long[1:]); get("edge", long[1:]) != first || len(users.rows) != maxUsers {
		t.Errorf("a row of the largest size is not kept; %d rows", len(users.rows))
	}
}
