// Package kv keeps short-lived values: in memory, or in Redis as soon as there are several processes.
package kv

import (
	"context"
	"time"
)

// Store is what sessions, duplicates, nonces, tokens and caches are kept in. A ttl of 0 or less keeps nothing.
type Store interface {
	// Get reports whether there is a value.
	Get(ctx context.Context, key string) (value string, found bool, err error)
	Set(ctx context.Context, key, value string, ttl time.Duration) error
	// SetNew sets a value unless there is one already, and reports whether it did.
	SetNew(ctx context.Context, key, value string, ttl time.Duration) (bool, error)
	// Take returns a value and deletes it, so that only one caller gets it.
	Take(ctx context.Context, key string) (value string, found bool, err error)
	Delete(ctx context.Context, key string) error
	Ping(ctx context.Context) error
}
