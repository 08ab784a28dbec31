package uicustomization

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func invalid(message string) *schema.Error { return cognitoidp.InvalidParameterException(message) }

func noDomain() *schema.Error {
	return invalid("There has to be an existing domain associated with this user pool")
}

func badCSS(why string) *schema.Error {
	return invalid("Invalid CSS: " + why) // (inferred)
}

func badImage() *schema.Error {
	return invalid("ImageFile must be a PNG or JPEG image.") // (inferred)
}
