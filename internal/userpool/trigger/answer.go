package trigger

import (
	"bytes"
	"encoding/json"
)

// object is a JSON object by the exact names of its members. encoding/json alone would take them in any case of letters.
type object map[string]json.RawMessage

// responseOf returns the response in what a function answered: the event, with its response filled in.
func responseOf(raw []byte) (object, error) {
	var e, response object
	if json.Unmarshal(raw, &e) != nil || json.Unmarshal(e["response"], &response) != nil || response == nil {
		return nil, Unrecognizable()
	}
	return response, nil
}

// absent tells that a member is not there, or null.
func (o object) absent(name string) bool {
	raw, ok := o[name]
	return !ok || bytes.Equal(bytes.TrimSpace(raw), []byte("null"))
}

// read decodes members into what the names point to; absent ones leave it as it is.
func (o object) read(into map[string]any) error {
	for name, v := range into {
		if o.absent(name) {
			continue
		}
		if err := json.Unmarshal(o[name], v); err != nil {
			return Unrecognizable()
		}
	}
	return nil
}

// texts reads a member that is a map of strings to strings; a null among them is a wrong type.
func (o object) texts(name string) (map[string]string, error) {
	var raw map[string]*string
	if err := o.read(map[string]any{name: &raw}); err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, nil
	}
	out := make(map[string]string, len(raw))
	for k, v := range raw {
		if v == nil {
			return nil, Unrecognizable()
		}
		out[k] = *v
	}
	return out, nil
}
