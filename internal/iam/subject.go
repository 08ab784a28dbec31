package iam

import (
	"errors"
	"strings"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Subject returns the ARN of the user or role that a call is about, which is what
// policies name: with the path it has, or is about to get. Of an operation that
// names neither it returns "". [Service authorization reference: IAM]
func (s *Service) Subject(c *op.Call, o *schema.Operation, in *schema.Struct) (string, error) {
	switch name := in.Text("RoleName"); {
	case o.Name == "ListUsers":
		return arn.User(c.Account, pathOf(in, "PathPrefix"), ""), nil
	case o.Name == "ListRoles":
		return arn.Role(c.Account, pathOf(in, "PathPrefix"), ""), nil
	case o.Name == "CreateRole":
		return arn.Role(c.Account, pathOf(in, "Path"), name), nil
	case o.Name == "CreateUser":
		return arn.User(c.Account, pathOf(in, "Path"), in.Text("UserName")), nil
	case name != "":
		r, err := roles.Get(c.Tx, store.K(c.Account, strings.ToLower(name)))
		if errors.Is(err, store.ErrNotFound) {
			return arn.Role(c.Account, "/", name), nil
		}
		if err != nil {
			return "", err
		}
		return arn.Role(c.Account, r.Path, r.Name), nil
	}
	name := in.Text("UserName")
	if name == "" {
		if name = c.Caller.UserName; name == "" {
			return "", nil
		}
	}
	u, err := users.Get(c.Tx, store.K(c.Account, strings.ToLower(name)))
	if errors.Is(err, store.ErrNotFound) {
		return arn.User(c.Account, "/", name), nil
	}
	if err != nil {
		return "", err
	}
	return arn.User(c.Account, u.Path, u.Name), nil
}

func pathOf(in *schema.Struct, member string) string {
	if p := in.Text(member); p != "" {
		return p
	}
	return "/"
}
