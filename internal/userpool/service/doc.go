// Package service assembles the areas of user pools from what they depend on, and gives cmd their operations, with owners filled
// in, for the gateway.
package service
