package trigger

import "context"

// Sources of UserMigration.
const (
	MigrateAtSignIn         = "UserMigration_Authentication"
	MigrateAtForgotPassword = "UserMigration_ForgotPassword"
)

// MigrationRequest is what UserMigration is asked.
type MigrationRequest struct {
	// Password is that of a sign-in, nil for a forgotten one.
	Password       *string           `json:"password,omitempty"`
	ValidationData map[string]string `json:"validationData,omitempty"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}

// MigrationResponse is a user of another directory.
type MigrationResponse struct {
	Attributes map[string]string
	// Status is CONFIRMED or RESET_REQUIRED, the latter if the function says nothing.
	Status string
	// Silent tells that no invitation goes out; Media are the ways it would.
	Silent     bool
	Media      []string
	ForceAlias bool
	SMSFactor  bool
}

// UserMigration asks for a user whom the pool does not know.
func (f *Functions) UserMigration(ctx context.Context, function, source string, about About, in MigrationRequest) (out MigrationResponse, err error) {
	o, err := f.ask(ctx, question{
		function: function, trigger: "UserMigration", source: source, about: about, request: in,
		response: struct {
			Attributes *empty   `json:"userAttributes"`
			Force      *bool    `json:"forceAliasCreation"`
			SMSFactor  *bool    `json:"enableSMSMFA"`
			Status     *string  `json:"finalUserStatus"`
			Action     *string  `json:"messageAction"`
			Media      []string `json:"desiredDeliveryMediums"`
		}{},
	})
	if err != nil {
		return out, err
	}
	if out.Attributes, err = o.texts("userAttributes"); err != nil {
		return out, err
	}
	action := ""
	err = o.read(map[string]any{
		"finalUserStatus": &out.Status, "messageAction": &action, "desiredDeliveryMediums": &out.Media,
		"forceAliasCreation": &out.ForceAlias, "enableSMSMFA": &out.SMSFactor,
	})
	switch {
	case err != nil:
		return out, err
	case len(out.Attributes) == 0:
		return out, Unrecognizable()
	case out.Status == "":
		out.Status = "RESET_REQUIRED"
	case out.Status != "CONFIRMED" && out.Status != "RESET_REQUIRED":
		return out, Unrecognizable()
	}
	for _, m := range out.Media {
		if m != "SMS" && m != "EMAIL" {
			return out, Unrecognizable()
		}
	}
	if action != "" && action != "SUPPRESS" && action != "RESEND" {
		return out, Unrecognizable()
	}
	out.Silent = action == "SUPPRESS"
	return out, nil
}
