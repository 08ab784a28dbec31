package object

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Owner returns the account that owns the bucket an input names, for the
// gateway's authorisation: bucket ARNs carry no account. Empty if there is none.
func (s *Service) Owner(tx store.Tx, in any) (string, error) {
	v := reflect.ValueOf(in)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return "", nil
	}
	f := v.Elem().FieldByName("Bucket")
	if !f.IsValid() || f.Kind() != reflect.String {
		return "", nil
	}
	b, err := buckets.Get(tx, store.K(f.String()))
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("bucket: %w", err)
	}
	return b.Account, nil
}
