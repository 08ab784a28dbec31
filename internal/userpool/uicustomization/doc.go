// Package uicustomization answers the operations on the look of the classic web pages: a style sheet of a closed set of classes and
// a logo, for one client or for all that have none of their own.
package uicustomization
