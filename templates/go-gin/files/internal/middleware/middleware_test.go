package middleware

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/kv"
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

func TestHMAC(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	engine := gin.New()
	echo := func(c *gin.Context) {
		body, _ := io.ReadAll(c.Request.Body)
		c.Data(http.StatusOK, "text/plain", body)
	}
	engine.POST("/signed", HMAC(Fixed(secret), kv.NewMemory()), echo)
	engine.POST("/off", HMAC(Fixed(""), kv.NewMemory()), echo)
	request := func(path, body, nonce string, at time.Time) *http.Request {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		timestamp := strconv.FormatInt(at.Unix(), 10)
		r.Header.Set("X-Timestamp", timestamp)
		r.Header.Set("X-Nonce", nonce)
		r.Header.Set("X-Signature", Sign(secret, http.MethodPost, path, timestamp, nonce, []byte(body)))
		return r
	}
	now := time.Now()
	if got := serve(engine, request("/signed?a=1", "hello", "nonce-one", now)); got.Code != 200 || got.Body.String() != "hello" {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
	tampered := request("/signed", "hello", "nonce-two", now)
	tampered.Body = io.NopCloser(strings.NewReader("hallo"))
	aborted := request("/signed", "hello", "nonce-seven", now)
	aborted.Body = io.NopCloser(io.MultiReader(strings.NewReader("he"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	otherQuery := request("/signed", "hello", "nonce-three", now)
	otherQuery.URL.RawQuery = "a=2"
	for name, test := range map[string]struct {
		request *http.Request
		status  int
	}{
		"replayed":  {request("/signed?a=1", "hello", "nonce-one", now), 401},
		"tampered":  {tampered, 401},
		"aborted":   {aborted, 400},
		"query":     {otherQuery, 401},
		"too old":   {request("/signed", "hello", "nonce-four", now.Add(-6*time.Minute)), 401},
		"no nonce":  {request("/signed", "hello", "", now), 401},
		"unsigned":  {httptest.NewRequest(http.MethodPost, "/signed", nil), 401},
		"too large": {request("/signed", strings.Repeat("x", signedLimit+1), "nonce-five", now), 413},
		"no secret": {request("/off", "hello", "nonce-six", now), 503},
	} {
		if got := serve(engine, test.request); got.Code != test.status || !strings.HasPrefix(got.Body.String(), fmt.Sprintf(`{"code":%d`, test.status)) {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
}

func TestRateLimit(t *testing.T) {
	engine := gin.New()
	limiter := NewLimiter(0.001, 3)
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
		limiter.Allow(strconv.Itoa(i))
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

func TestTrace(t *testing.T) {
	engine := gin.New()
	engine.GET("/", Trace(), func(c *gin.Context) { c.Status(200) })
	for _, test := range []struct{ header, value, want string }{
		{"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"},
		{"X-Trace-Id", "a\nb", ""},
		{"X-Trace-Id", strings.Repeat("a", 65), ""},
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header[test.header] = []string{test.value}
		got := serve(engine, request).Header().Get("X-Trace-Id")
		if test.want != "" && got != test.want || test.want == "" && len(got) != 32 {
			t.Errorf("%q became %q", test.value, got)
		}
	}
}
