// Package signup answers the operations with which users make and confirm their own accounts. Rules shared with other areas
// (names, attributes, codes, secret hashes) are package userpool's; here is their order, which is AWS's.
package signup
