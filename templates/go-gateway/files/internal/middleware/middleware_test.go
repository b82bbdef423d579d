package middleware

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"

	"example.com/wxapp/internal/httpx"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

func serve(handler http.Handler, request *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func TestRateLimit(t *testing.T) {
	engine := gin.New()
	limiter := NewMemoryLimiter(0.001, 3)
	engine.GET("/", func(c *gin.Context) { c.Set(openidKey, c.Query("openid")) }, RateLimit(limiter), func(c *gin.Context) { httpx.OK(c, nil) })
	ask := func(openid string) *httptest.ResponseRecorder {
		return serve(engine, httptest.NewRequest(http.MethodGet, "/?openid="+openid, nil))
	}
	for range 3 {
		if got := ask("oAlice"); got.Code != 200 {
			t.Errorf("got %d", got.Code)
		}
	}
	if got := ask("oAlice"); got.Code != 429 || got.Header().Get("Retry-After") == "" || got.Body.String() != `{"code":42900,"msg":"too many requests"}` {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
	if got := ask("oBob"); got.Code != 200 {
		t.Errorf("another user: %d", got.Code)
	}
	if got := ask(""); got.Code != 200 {
		t.Errorf("nobody, by address: %d", got.Code)
	}
	for i := range limitersMax + 10 {
		limiter.Allow(context.Background(), strconv.Itoa(i))
	}
	if len(limiter.entries) > limitersMax || limiter.recent.Len() > limitersMax {
		t.Errorf("%d entries", len(limiter.entries))
	}
}

func TestPanicIsAnsweredAndLoggedWithoutSecrets(t *testing.T) {
	var text bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&text, nil)))
	defer slog.SetDefault(before)
	engine := gin.New()
	engine.Use(Trace(), Log(), Recover())
	engine.GET("/", func(*gin.Context) { panic("oh no") })
	request := httptest.NewRequest(http.MethodGet, "/?signature=s3cret", nil)
	request.Header.Set("Authorization", "Bearer s3cret")
	request.Header.Set("X-Trace-Id", "trace-1")
	got := serve(engine, request)
	if got.Code != 500 || got.Body.String() != `{"code":50000,"msg":"internal error"}` || got.Header().Get("X-Trace-Id") != "trace-1" {
		t.Errorf("got %d %s %v", got.Code, got.Body, got.Header())
	}
	if log := text.String(); !strings.Contains(log, "oh no") || !strings.Contains(log, `"trace_id":"trace-1"`) || strings.Contains(log, "s3cret") {
		t.Error(log)
	}
}

// TestRedisLimiter runs where REDIS_URL says where a Redis is.
func TestRedisLimiter(t *testing.T) {
	address := os.Getenv("REDIS_URL")
	if address == "" {
		t.Skip("REDIS_URL is not set")
	}
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	key, allowed := fmt.Sprintf("test:%d", time.Now().UnixNano()), 0
	for i := range 20 { // Two processes take from one bucket.
		limiter := &RedisLimiter{Client: client, PerSecond: 0.001, Burst: 5, Fallback: nobody{}}
		if limiter.Allow(context.Background(), key) {
			allowed++
		} else if i < 5 {
			t.Errorf("%d: refused", i)
		}
	}
	if allowed != 5 {
		t.Errorf("allowed %d", allowed)
	}
	fast := &RedisLimiter{Client: client, PerSecond: 1000, Burst: 1, Fallback: nobody{}}
	end := time.Now().Add(10 * time.Second)
	for allowed = 0; allowed < 3; {
		if fast.Allow(context.Background(), key+"fast") {
			allowed++
		} else if time.Now().After(end) {
			t.Fatal("the bucket does not fill")
		}
	}
}

type nobody struct{}

func (nobody) Allow(context.Context, string) bool { return false }

func TestLimitWhileRedisIsDown(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	limiter := &RedisLimiter{Client: client, PerSecond: 1, Burst: 1, Fallback: NewMemoryLimiter(0.001, 1)}
	if !limiter.Allow(context.Background(), "a") || limiter.Allow(context.Background(), "a") {
		t.Error("does not fall back to its own count")
	}
}
