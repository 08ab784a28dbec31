// Package device answers the operations on users' devices: those a user calls with his access token, and the administrators' forms.
// Devices get their keys, and prove who they are, at sign-in (package signin).
package device
