package kv

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is a Store that all processes share. Its keys begin with prefix.
type Redis struct {
	client *redis.Client
	prefix string
}

// patience: a push must be answered in 5 s, so what takes longer than this is down.
const patience = 1500 * time.Millisecond

// OpenRedis takes a URL such as redis://:password@127.0.0.1:6379/0. It connects when it is first used.
func OpenRedis(url, prefix string) (*Redis, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = patience, patience, patience
	options.MaxRetries = 1
	return &Redis{redis.NewClient(options), prefix}, nil
}

// Close closes its connections.
func (r *Redis) Close() error { return r.client.Close() }

// Get implements Store.
func (r *Redis) Get(ctx context.Context, key string) (string, bool, error) {
	return found(r.client.Get(ctx, r.prefix+key).Result())
}

// Set implements Store.
func (r *Redis) Set(ctx context.Context, key, value string, ttl time.Duration) error {
	if ttl <= 0 {
		return r.Delete(ctx, key) // Redis would keep it forever.
	}
	return r.client.Set(ctx, r.prefix+key, value, ttl).Err()
}

// SetNew implements Store.
func (r *Redis) SetNew(ctx context.Context, key, value string, ttl time.Duration) (bool, error) {
	if ttl <= 0 {
		_, exists, err := r.Get(ctx, key)
		return !exists, err
	}
	// One command: two would let two processes in, or leave a key without end when the first one dies between them.
	_, err := r.client.SetArgs(ctx, r.prefix+key, value, redis.SetArgs{Mode: "NX", TTL: ttl}).Result()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	return err == nil, err
}

// Take implements Store.
func (r *Redis) Take(ctx context.Context, key string) (string, bool, error) {
	return found(r.client.GetDel(ctx, r.prefix+key).Result())
}

// Delete implements Store.
func (r *Redis) Delete(ctx context.Context, key string) error {
	return r.client.Del(ctx, r.prefix+key).Err()
}

// Ping implements Store.
func (r *Redis) Ping(ctx context.Context) error { return r.client.Ping(ctx).Err() }

func found(value string, err error) (string, bool, error) {
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	return value, err == nil, err
}
