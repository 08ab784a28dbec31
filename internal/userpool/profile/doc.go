// Package profile answers the operations a user calls with his own access token. The token's check is userpool.Realm.Access.
package profile
