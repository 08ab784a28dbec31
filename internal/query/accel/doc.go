// Package accel lets a SQL engine do the first part of a query.
package accel
