package app

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/wechat"
)

func (a *App) routes() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New() // Not Default: its logger writes queries, its recovery whole requests.
	r.HandleMethodNotAllowed = true
	if err := r.SetTrustedProxies(a.config.TrustedProxies); err != nil {
		// Nobody is trusted then, which is safe.
		logx.From(context.Background()).Error("TRUSTED_PROXIES", "error", err.Error())
		_ = r.SetTrustedProxies(nil)
	}
	r.Use(middleware.Trace(), middleware.Log(), middleware.Recover())
	r.NoRoute(func(c *gin.Context) { httpx.Fail(c, httpx.ErrNotFound) })
	r.NoMethod(func(c *gin.Context) { httpx.Fail(c, httpx.ErrMethod) })

	r.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok") })
	r.GET("/readyz", a.ready)

	wx := r.Group("/wx", middleware.WXSign(a.config.Account))
	wx.GET("", wechat.Verify)
	wx.POST("", wechat.Handle(a.config.Account, a.pipeline))

	limiter := middleware.NewLimiter(a.config.RatePerSecond, a.config.RateBurst)
	limit := middleware.RateLimit(limiter)
	user := middleware.JWT(a.tokens, a.sessions)

	api := r.Group("/api", bodyLimit)
	api.POST("/login", limit, a.login)
	mine := api.Group("", user, limit)
	mine.GET("/me", a.me)
	mine.PUT("/me/nickname", middleware.HMAC(middleware.SignKey, a.kv), a.rename)
	mine.DELETE("/session", a.logout)

	// For servers of yours, which sign their requests.
	signed := api.Group("", limit, middleware.HMAC(middleware.Fixed(a.config.APISignSecret), a.kv))
	signed.POST("/template", a.sendTemplate)
	signed.POST("/customer", a.sendCustomer)

	r.GET("/oauth/start", limit, a.startWebLogin)
	r.GET("/oauth/callback", limit, a.finishWebLogin)
	r.GET("/ws", user, limit, func(c *gin.Context) { a.hub.Serve(c, logx.Hash(middleware.OpenID(c))) })
	return r
}

// apiLimit is far above any request of the API, in bytes.
const apiLimit = 64 << 10

func bodyLimit(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, apiLimit)
}

// ready says whether requests can be served: a balancer asks before it sends some.
func (a *App) ready(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), 2*time.Second)
	defer cancel()
	state := gin.H{"store": "ok", "database": "ok"}
	status := http.StatusOK
	for name, ping := range map[string]func(context.Context) error{"store": a.kv.Ping, "database": a.users.Ping} {
		if err := ping(ctx); err != nil {
			logx.From(ctx).Warn("not ready", "part", name, "error", err.Error())
			state[name], status = "down", http.StatusServiceUnavailable
		}
	}
	if a.isStopping.Load() {
		status = http.StatusServiceUnavailable
	}
	c.JSON(status, state)
}
