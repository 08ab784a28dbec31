// Package mfa answers the operations by which users and administrators choose and set up second factors. What a pool has and demands
// is set in package pool, and asked for in package signin.
package mfa
