// Package model holds AWS's API models as pinned JSON facts, the overlay that
// says what cogtrail makes of them, and the loader that turns both into
// schema.Service values.
//
// The *.json files but overlay.json are facts taken from AWS's published API
// models (see NOTICE) and are never edited by hand. overlay.json says per
// service: how it is addressed and recorded, which operations are served and in
// which area, and what its records hide beyond the models' sensitive marks.
//
// <service>.newer.json holds operations that AWS published after the pinned
// model, in the same form.
//
//	model/<service>.json + overlay.json ─ Load ─▶ schema.Service
//	                                    └ internal/gen ─▶ internal/api/<service>
package model
