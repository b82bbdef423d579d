package wxapi

import (
	"context"
	"log/slog"
	"time"

	"github.com/silenceper/wechat/v2/credential"

	"example.com/wxapp/internal/kv"
)

// keyPrefix of the access token in the store. silenceper adds the rest.
const keyPrefix = "wxapi"

// tokens is silenceper's token source. It asks for the stable token, which does not end those of other processes, and lets one
// caller fetch while the others wait; what it lacks is a way to say that a token has ended early.
type tokens struct {
	credential.AccessTokenContextHandle
	cache cache
	key   string
}

func newTokens(options Options) *tokens {
	cache := cache{options.KV}
	source := credential.NewStableAccessToken(options.AppID, options.Secret, keyPrefix, cache)
	return &tokens{source, cache, keyPrefix + "_stable_access_token_" + options.AppID}
}

// forget drops a token, unless it has been replaced already.
func (t *tokens) forget(token string) {
	if t.cache.Get(t.key) == token {
		_ = t.cache.Delete(t.key) // If it stays, the next call fails like the last one.
	}
}

// usedToken remembers which token a call was made with.
type usedToken struct {
	tokens *tokens
	text   string
}

// GetAccessToken implements silenceper's AccessTokenHandle.
func (u *usedToken) GetAccessToken() (string, error) {
	token, err := u.tokens.GetAccessToken()
	u.text = token
	return token, err
}

// cache is silenceper's cache.Cache over our store. Its own for Redis brings another major version of go-redis.
type cache struct{ kv kv.Store }

// cacheLimit: silenceper gives no context.
const cacheLimit = time.Second

func (c cache) Get(key string) any {
	ctx, cancel := context.WithTimeout(context.Background(), cacheLimit)
	defer cancel()
	value, found, err := c.kv.Get(ctx, key)
	if err != nil || !found {
		return nil
	}
	return value
}

func (c cache) Set(key string, value any, ttl time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), cacheLimit)
	defer cancel()
	text, _ := value.(string) // Tokens and tickets, nothing else.
	if err := c.kv.Set(ctx, key, text, ttl); err != nil {
		slog.Warn("an access token is not kept", "error", err.Error())
	}
	return nil // It is good all the same.
}

func (c cache) IsExist(key string) bool { return c.Get(key) != nil }

func (c cache) Delete(key string) error {
	ctx, cancel := context.WithTimeout(context.Background(), cacheLimit)
	defer cancel()
	return c.kv.Delete(ctx, key)
}
