package schema

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"
)

var (
	timeType   = reflect.TypeFor[time.Time]()
	rawType    = reflect.TypeFor[json.RawMessage]()
	bytesType  = reflect.TypeFor[[]byte]()
	readerType = reflect.TypeFor[io.Reader]()
	eventsType = reflect.TypeFor[Events]()
)

// Bind fills the generated struct that dst points to from a validated tree.
// Field i of the struct is member i of the shape; a mismatch is a bug of the generator.
func Bind(v *Struct, dst any) error {
	return bindStruct(v, reflect.ValueOf(dst).Elem())
}

func bindStruct(v *Struct, dst reflect.Value) error {
	if dst.NumField() != len(v.Shape.Members) {
		return fmt.Errorf("BUG: %s has %d members, %s has %d fields", v.Shape.Name, len(v.Shape.Members), dst.Type(), dst.NumField())
	}
	for i, x := range v.Fields {
		if x == nil {
			continue
		}
		if err := bindValue(x, dst.Field(i)); err != nil {
			return fmt.Errorf("%s.%s: %w", v.Shape.Name, v.Shape.Members[i].Name, err)
		}
	}
	return nil
}

func bindValue(x any, dst reflect.Value) error {
	if dst.Kind() == reflect.Pointer {
		p := reflect.New(dst.Type().Elem())
		if err := bindValue(x, p.Elem()); err != nil {
			return err
		}
		dst.Set(p)
		return nil
	}
	switch v := x.(type) {
	case string:
		dst.SetString(v)
	case bool:
		dst.SetBool(v)
	case int64:
		dst.SetInt(v)
	case float64:
		dst.SetFloat(v)
	case []byte:
		dst.SetBytes(v)
	case time.Time:
		dst.Set(reflect.ValueOf(v))
	case json.RawMessage:
		dst.Set(reflect.ValueOf(v))
	case *Struct:
		return bindStruct(v, dst)
	case []any:
		s := reflect.MakeSlice(dst.Type(), len(v), len(v))
		for i, e := range v {
			if e == nil {
				continue
			}
			if err := bindValue(e, s.Index(i)); err != nil {
				return fmt.Errorf("%d: %w", i, err)
			}
		}
		dst.Set(s)
	case *Pairs:
		m := reflect.MakeMapWithSize(dst.Type(), len(v.Keys))
		for i, k := range v.Keys {
			e := reflect.New(dst.Type().Elem()).Elem()
			if v.Values[i] != nil {
				if err := bindValue(v.Values[i], e); err != nil {
					return fmt.Errorf("%q: %w", k, err)
				}
			}
			m.SetMapIndex(reflect.ValueOf(k).Convert(dst.Type().Key()), e)
		}
		dst.Set(m)
	case io.Reader:
		dst.Set(reflect.ValueOf(v))
	default:
		return fmt.Errorf("BUG: value of type %T", x)
	}
	return nil
}

// Unbind turns a generated struct (or a pointer to one) into a tree of its shape.
// Nil pointers, slices and maps are absent.
func Unbind(src any, s *Shape) (*Struct, error) {
	v := reflect.ValueOf(src)
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return NewStruct(s), nil
		}
		v = v.Elem()
	}
	return unbindStruct(v, s)
}

func unbindStruct(v reflect.Value, s *Shape) (*Struct, error) {
	if v.NumField() != len(s.Members) {
		return nil, fmt.Errorf("BUG: %s has %d members, %s has %d fields", s.Name, len(s.Members), v.Type(), v.NumField())
	}
	out := NewStruct(s)
	for i, m := range s.Members {
		x, err := unbindValue(v.Field(i), m.Shape)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", s.Name, m.Name, err)
		}
		out.Fields[i] = x
	}
	return out, nil
}

func unbindValue(v reflect.Value, s *Shape) (any, error) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, nil
		}
		v = v.Elem()
	}
	switch {
	case v.Type() == timeType:
		return v.Interface().(time.Time), nil
	case v.Type() == rawType:
		if v.IsNil() {
			return nil, nil
		}
		return v.Interface().(json.RawMessage), nil
	case v.Type() == bytesType:
		if v.IsNil() {
			return nil, nil
		}
		return v.Bytes(), nil
	case v.Type() == readerType, v.Type() == eventsType:
		if v.IsNil() {
			return nil, nil
		}
		return v.Interface(), nil
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), nil
	case reflect.Struct:
		return unbindStruct(v, s)
	case reflect.Slice:
		if v.IsNil() {
			return nil, nil
		}
		out := make([]any, v.Len())
		for i := range out {
			x, err := unbindValue(v.Index(i), s.Elem.Shape)
			if err != nil {
				return nil, err
			}
			out[i] = x
		}
		return out, nil
	case reflect.Map:
		if v.IsNil() {
			return nil, nil
		}
		keys := make([]string, 0, v.Len())
		for _, k := range v.MapKeys() {
			keys = append(keys, k.String())
		}
		slices.Sort(keys)
		p := &Pairs{Keys: keys, Values: make([]any, len(keys))}
		for i, k := range keys {
			x, err := unbindValue(v.MapIndex(reflect.ValueOf(k).Convert(v.Type().Key())), s.Elem.Shape)
			if err != nil {
				return nil, err
			}
			p.Values[i] = x
		}
		return p, nil
	}
	return nil, fmt.Errorf("BUG: field of type %s", v.Type())
}
