// Package migrations has the tables of the database. Add files, never change one that has been run.
package migrations

import "embed"

// Files are run in the order of their names.
//
//go:embed *.sql
var Files embed.FS
