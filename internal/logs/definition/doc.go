// Package definition keeps saved queries of Logs Insights. They are texts with a name: nothing checks or runs them here.
//
//	PutQueryDefinition ─▶ row ─▶ DescribeQueryDefinitions, by name
//
// Promises: an account and Region keep MaxDefinitions; the same client token makes one definition.
package definition
