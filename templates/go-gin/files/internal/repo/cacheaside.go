package repo

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/singleflight"

	"example.com/wxapp/internal/kv"
	"example.com/wxapp/internal/logx"
)

const (
	cacheTTL = 10 * time.Minute
	// absentTTL is short: someone who does not exist may exist soon.
	absentTTL = 30 * time.Second
	// loadLimit is for one query. A value that was read before a write must not be stored after the hold has ended.
	loadLimit = 2 * time.Second
	holdTTL   = loadLimit + time.Second
)

// What is stored in place of a value.
const (
	absent = "absent"
	hold   = "hold" // a write was just done: do not store what may have been read before
)

// CacheAside reads through a cache. Writers write to the database and then call Invalidate: they delete, and never update,
// because two updates may arrive in the wrong order.
type CacheAside[T any] struct {
	KV     kv.Store
	Prefix string
	Load   func(ctx context.Context, key string) (value T, found bool, err error)

	flights singleflight.Group
}

type loaded[T any] struct {
	value T
	found bool
}

// Get returns the value of a key. While the cache is down it asks the database.
func (c *CacheAside[T]) Get(ctx context.Context, key string) (value T, found bool, err error) {
	text, isCached, err := c.KV.Get(ctx, c.Prefix+key)
	if err != nil {
		logx.From(ctx).Warn("no cache", "error", err.Error())
	}
	if isCached && text == absent {
		return value, false, nil
	}
	if isCached && text != hold && json.Unmarshal([]byte(text), &value) == nil {
		return value, true, nil
	}
	return c.load(ctx, key)
}

// load asks the database, once for all who wait: a key that ends under load must not become a thousand queries.
func (c *CacheAside[T]) load(ctx context.Context, key string) (value T, found bool, err error) {
	result := c.flights.DoChan(key, func() (any, error) {
		// Detached: the one who asked first may leave, the others still wait.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadLimit)
		defer cancel()
		value, found, err := c.Load(ctx, key)
		if err == nil {
			c.store(ctx, key, value, found)
		}
		return loaded[T]{value, found}, err
	})
	select {
	case <-ctx.Done():
		return value, false, ctx.Err()
	case got := <-result:
		if got.Err != nil {
			return value, false, got.Err
		}
		answer := got.Val.(loaded[T])
		return answer.value, answer.found, nil
	}
}

func (c *CacheAside[T]) store(ctx context.Context, key string, value T, found bool) {
	text, ttl := absent, absentTTL
	if found {
		encoded, err := json.Marshal(value)
		if err != nil {
			return
		}
		// Spread, so that what was stored together does not end together.
		text, ttl = string(encoded), cacheTTL+rand.N(cacheTTL/10)
	}
	// Not Set: what Invalidate left must stay.
	if _, err := c.KV.SetNew(ctx, c.Prefix+key, text, ttl); err != nil {
		logx.From(ctx).Warn("not cached", "error", err.Error())
	}
}

// Invalidate drops what is cached, after a write. Its error means that an old value may be seen for as long as cacheTTL.
func (c *CacheAside[T]) Invalidate(ctx context.Context, key string) error {
	c.flights.Forget(key)
	// The write is done, so this is too, whether or not the caller still waits.
	return c.KV.Set(context.WithoutCancel(ctx), c.Prefix+key, hold, holdTTL)
}
