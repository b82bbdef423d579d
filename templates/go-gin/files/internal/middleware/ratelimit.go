package middleware

import (
	"container/list"
	"sync"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"example.com/wxapp/internal/httpx"
)

// limitersMax bounds the memory; beyond, the key that was used longest ago starts anew.
const limitersMax = 10_000

// Limiter allows each key so many requests a second. It counts for one process: behind a balancer each allows as many.
type Limiter struct {
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

// NewLimiter allows burst at once and perSecond in the long run.
func NewLimiter(perSecond float64, burst int) *Limiter {
	return &Limiter{perSecond: rate.Limit(perSecond), burst: burst, entries: map[string]*list.Element{}, recent: list.New()}
}

// Allow takes one from what key has left.
func (l *Limiter) Allow(key string) bool {
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

// RateLimit answers with 429 who asks too often: a user by openid, where that is known, else an address.
func RateLimit(limiter *Limiter) gin.HandlerFunc {
	return func(c *gin.Context) {
		key := "ip:" + c.ClientIP()
		if openid := OpenID(c); openid != "" {
			key = "openid:" + openid
		}
		if !limiter.Allow(key) {
			c.Header("Retry-After", "1")
			httpx.Fail(c, httpx.ErrTooMany)
			return
		}
		c.Next()
	}
}
