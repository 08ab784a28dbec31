package storetest

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/store"
)

// account is the row of the fault scenario: an index entry moves with it.
type account struct{ Name, Email string }

var accounts = store.Table[account]{
	Name: "accounts", Key: func(a *account) store.Key { return store.K(a.Name) },
	Indexes: []store.Index[account]{
		{Name: "email", Unique: true, Of: func(a *account) []store.Key { return []store.Key{store.K(a.Email)} }},
		{Name: "domain", Of: func(a *account) []store.Key {
			_, domain, _ := strings.Cut(a.Email, "@")
			return []store.Key{store.K(domain)}
		}},
	},
}

// scenario reads, scans, moves index entries, deletes and leaves a record.
func scenario(tx store.Tx) error {
	for a, err := range accounts.Scan(tx, nil, nil) {
		if err != nil {
			return err
		}
		a.Email = a.Name + "@new.example"
		if err := accounts.Put(tx, a); err != nil {
			return err
		}
	}
	if err := accounts.Delete(tx, store.K("bob")); err != nil {
		return err
	}
	tx.Append(record("scenario"))
	return accounts.Insert(tx, &account{"carol", "carol@old.example"})
}

var faultTests = []test{
	{"each operation fails once: nothing is kept", func(f *fixture) {
		spaces := []string{"accounts", "accounts.email", "accounts.domain"}
		dump := func() string {
			var all []string
			for _, s := range spaces {
				all = append(all, f.list(s))
			}
			return strings.Join(all, "\n")
		}
		f.update(func(tx store.Tx) error {
			if err := accounts.Insert(tx, &account{"alice", "alice@old.example"}); err != nil {
				return err
			}
			return accounts.Insert(tx, &account{"bob", "bob@old.example"})
		})
		before := dump()
		for _, op := range []Op{Get, Put, Delete, Scan, Commit} {
			for n := 1; ; n++ {
				plan := FailOnce(op, n)
				err := Faulty(f.db, plan).Update(f.Context(), func(tx store.Tx) error {
					err := scenario(tx)
					if err == nil && op != Commit && plan.Fired() == 0 {
						err = errFail // the plan is past the last operation of its kind
					}
					return err
				})
				if plan.Fired() == 0 {
					f.want(err, errFail, "update without a fault")
					break
				}
				f.want(err, ErrInjected, "update")
				f.equal(dump(), before, "rows after "+string(op))
				_, taken := f.take(10)
				f.equal(taken, "", "records after "+string(op))
				if op == Commit {
					break
				}
			}
		}
		f.update(scenario)
		if dump() == before {
			f.Fatal("the scenario changes nothing")
		}
		_, taken := f.take(10)
		f.equal(taken, "scenario", "records")
	}},
	{"an unknown outcome", func(f *fixture) {
		faulty := Faulty(f.db, FailOnce(CommitUnknown, 1))
		err := faulty.Update(f.Context(), func(tx store.Tx) error { return tx.Put("s", []byte("k"), []byte("v")) })
		f.want(err, store.ErrUnknown, "update")
		f.equal(f.get("s", "k"), "v", "row")
	}},
}
