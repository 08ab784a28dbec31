package insight

import (
	"fmt"
	"reflect"
	"slices"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// Access decides about groups that the way in could not see: those named in
// lists or inside the query's text.
type Access interface {
	// Allowed tells whether the caller may run a query (logs:StartQuery) over a resource.
	Allowed(c *op.Call, action, resource string) (bool, error)
}

// permit refuses groups that the caller may not read. Without an Access, groups
// named by an inner SOURCE are for the root user only.
func (s *Service) permit(c *op.Call, groups []string, inner bool) error {
	for _, g := range groups {
		resource := arn.LogGroup(c.Region, c.Account, g)
		ok := !inner || c.Caller.IsRoot()
		if s.Access != nil {
			var err error
			if ok, err = s.Access.Allowed(c, "logs:StartQuery", resource); err != nil {
				return fmt.Errorf("decide about log group %s: %w", g, err)
			}
		}
		if !ok {
			return api.AccessDeniedException("User: " + c.Caller.ARN + " is not authorized to perform: logs:StartQuery on resource: " + resource)
		}
	}
	return nil
}

// innerSources finds the SOURCE commands of subqueries.
func innerSources(q *syntax.Query) []*syntax.Source {
	var out []*syntax.Source
	for _, c := range q.Commands {
		if _, top := c.(*syntax.Source); !top {
			inspect(c, func(x any) {
				if src, ok := x.(*syntax.Source); ok {
					out = append(out, src)
				}
			})
		}
	}
	return out
}

// inspect calls visit for every node of a tree. It looks at everything in the
// tree, so that a command that is new to the language is not overlooked.
func inspect(root any, visit func(node any)) {
	seen := make(map[uintptr]bool)
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if v.IsNil() || seen[v.Pointer()] {
				return
			}
			seen[v.Pointer()] = true
			visit(v.Interface())
			walk(v.Elem())
		case reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		}
	}
	walk(reflect.ValueOf(root))
}

// permitInner resolves the inner SOURCE commands and notes what they may read.
func (s *Service) permitInner(c *op.Call, parsed *syntax.Query, q *Query) error {
	for _, src := range innerSources(parsed) {
		groups, err := sourceGroups(c.Tx, c.Account, c.Region, src)
		if err != nil {
			return sourceError(c, parsed.Text, src, err)
		}
		if err := s.permit(c, groups, true); err != nil {
			return err
		}
		q.Inner = append(q.Inner, groups...)
	}
	slices.Sort(q.Inner)
	q.Inner = slices.Compact(q.Inner)
	return nil
}
