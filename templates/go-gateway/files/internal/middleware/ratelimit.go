package middleware

import (
	"container/list"
	"context"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/logx"
)

// Limiter allows each key so many requests.
type Limiter interface {
	Allow(ctx context.Context, key string) bool
}

// RateLimit answers with 429 who asks too often: a user by openid, where that is known, else an address.
func RateLimit(limiter Limiter) gin.HandlerFunc {
	return func(c *gin.Context) {
		key := "ip:" + c.ClientIP()
		if openid := OpenID(c); openid != "" {
			key = "openid:" + openid
		}
		if !limiter.Allow(c.Request.Context(), key) {
			c.Header("Retry-After", "1")
			httpx.Fail(c, httpx.ErrTooMany)
			return
		}
		c.Next()
	}
}

// limitersMax bounds the memory; beyond, the key that was used longest ago starts anew.
const limitersMax = 10_000

// MemoryLimiter counts for one process: behind a balancer each allows as many.
type MemoryLimiter struct {
	perSecond rate.Limit
	burst     int

	mu      sync.Mutex
	entries map[string]*list.Element
	recent  *list.List // of *limited, the one that was used last in front
}

type limited struct {
	key     string
	limiter *rate.Limiter
}

// NewMemoryLimiter allows burst at once and perSecond in the long run.
func NewMemoryLimiter(perSecond float64, burst int) *MemoryLimiter {
	return &MemoryLimiter{perSecond: rate.Limit(perSecond), burst: burst, entries: map[string]*list.Element{}, recent: list.New()}
}

// Allow takes one from what key has left.
func (l *MemoryLimiter) Allow(_ context.Context, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	element, ok := l.entries[key]
	if ok {
		l.recent.MoveToFront(element)
	} else {
		element = l.recent.PushFront(&limited{key, rate.NewLimiter(l.perSecond, l.burst)})
		l.entries[key] = element
	}
	if l.recent.Len() > limitersMax {
		oldest := l.recent.Remove(l.recent.Back()).(*limited)
		delete(l.entries, oldest.key)
	}
	return element.Value.(*limited).limiter.Allow()
}

// tokenBucket is one step for Redis, so that no two processes count at once; its clock is that of Redis.
var tokenBucket = redis.NewScript(`
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local state = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = math.min(burst, (tonumber(state[1]) or burst) + (now - (tonumber(state[2]) or now)) * rate)
local allowed = left >= 1
if allowed then left = left - 1 end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return allowed and 1 or 0
`)

// RedisLimiter counts for all processes together, and for itself alone while Redis is down.
type RedisLimiter struct {
	Client    redis.Scripter
	PerSecond float64
	Burst     int
	Fallback  Limiter
}

// Allow takes one from what key has left.
func (l *RedisLimiter) Allow(ctx context.Context, key string) bool {
	allowed, err := tokenBucket.Run(ctx, l.Client, []string{"wxapp:rate:" + key}, l.PerSecond, l.Burst).Int()
	if err != nil {
		logx.From(ctx).Warn("rate limit without Redis", "error", err.Error())
		return l.Fallback.Allow(ctx, key)
	}
	return allowed == 1
}
