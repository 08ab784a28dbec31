package userpool

import (
	"reflect"
	"testing"
)

// fill gives every slice, map and pointer below v something to point to.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(f)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	}
}

// shared names the first place where two values point to the same memory.
func shared(path string, a, b reflect.Value) string {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if s := shared(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i)); s != "" && a.Type().Field(i).IsExported() {
				return s
			}
		}
	case reflect.Slice, reflect.Map, reflect.Pointer:
		if a.Pointer() == b.Pointer() {
			return path
		}
		if a.Kind() == reflect.Slice && a.Len() > 0 {
			return shared(path+"[0]", a.Index(0), b.Index(0))
		}
		if a.Kind() == reflect.Pointer {
			return shared(path+".*", a.Elem(), b.Elem())
		}
	}
	return ""
}

// Whoever gets a user from the cache may change him; a new field must not be forgotten.
func TestUser_clone(t *testing.T) {
	t.Parallel()
	u := new(User)
	fill(reflect.ValueOf(u).Elem())
	c := u.clone()
	if !reflect.DeepEqual(u, c) {
		t.Errorf("the clone differs: %+v", c)
	}
	if s := shared("User", reflect.ValueOf(*u), reflect.ValueOf(*c)); s != "" {
		t.Errorf("%s is shared", s)
	}
}
