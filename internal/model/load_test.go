package model_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func TestLoad(t *testing.T) {
	services, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		for name, sh := range s.Shapes {
			if sh.Pattern != "" && sh.Regexp() == nil && !lookAround[s.Name+"."+name] {
				t.Errorf("%s.%s: pattern %q does not compile", s.Name, name, sh.Pattern)
			}
		}
	}
}

// Patterns with look-around, which a linear-time engine cannot express; the
// operations that use them check by hand when they are served.
var lookAround = map[string]bool{
	"cognito-idp.S3BucketType": true, "iam.accountAliasType": true, "events.PathParameter": true,
}

func TestLoad_sensitiveMarks(t *testing.T) {
	services, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		if s.Name != "cognito-idp" {
			continue
		}
		op, ok := s.Operation("InitiateAuth")
		if !ok || !op.Unsigned || op.ReadOnly {
			t.Fatalf("InitiateAuth: %+v", op)
		}
		m, _ := op.Input.Member("AuthParameters")
		if !m.Shape.Sensitive || m.Shape.Kind != schema.Map {
			t.Errorf("AuthParameters must be a sensitive map: %+v", m.Shape)
		}
		if m, _ := op.Input.Member("ClientId"); m.Shape.Sensitive {
			t.Error("ClientId is shown in records")
		}
	}
}
