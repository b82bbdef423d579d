package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/session"
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

	limit := middleware.RateLimit(a.limiter)
	api := r.Group("/api", bodyLimit)
	api.POST("/login", limit, a.login)
	mine := api.Group("", middleware.JWT(a.tokens, a.sessions), limit)
	mine.GET("/me", func(c *gin.Context) { httpx.OK(c, gin.H{"user": logx.Hash(middleware.OpenID(c))}) })
	mine.DELETE("/session", a.logout)
	mine.GET("/dashboard", a.dashboard)
	for _, each := range a.upstreams {
		mine.Any("/"+each.Name+"/*path", a.proxy(each))
	}
	return r
}

// apiLimit of a request, in bytes.
const apiLimit = 1 << 20

func bodyLimit(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, apiLimit)
}

// ready says whether requests can be served: a balancer asks before it sends some. An upstream that is down is no reason not to.
func (a *App) ready(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), 2*time.Second)
	defer cancel()
	status, store, breakers := http.StatusOK, "ok", gin.H{}
	if err := a.kv.Ping(ctx); err != nil {
		logx.From(ctx).Warn("not ready", "error", err.Error())
		status, store = http.StatusServiceUnavailable, "down"
	}
	if a.isStopping.Load() {
		status = http.StatusServiceUnavailable
	}
	for _, each := range a.upstreams {
		breakers[each.Name] = each.State()
	}
	c.JSON(status, gin.H{"store": store, "breakers": breakers})
}

// login exchanges a code of wx.login for a token of ours. The session_key stays here.
func (a *App) login(c *gin.Context) {
	var body struct {
		Code string `json:"code" binding:"required,max=128"`
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		httpx.Fail(c, httpx.ErrBadRequest)
		return
	}
	login, err := a.wechat.Code2Session(c.Request.Context(), body.Code)
	if err != nil || login.OpenID == "" {
		httpx.Fail(c, loginError(err))
		return
	}
	started, err := a.sessions.Start(c.Request.Context(), login.OpenID, login.SessionKey)
	if err != nil {
		httpx.Fail(c, err)
		return
	}
	token, err := a.tokens.Issue(login.OpenID, started.ID)
	if err != nil {
		httpx.Fail(c, err)
		return
	}
	httpx.OK(c, gin.H{"token": token, "expires_in": int(session.Lifetime.Seconds())})
}

// loginError tells a code that is no good from WeChat being down.
func loginError(err error) error {
	if wechat.IsCode(err, 40029, 40163, 41008) {
		return httpx.ErrBadCode
	}
	return errors.Join(httpx.ErrWechat, err)
}

func (a *App) logout(c *gin.Context) {
	if err := a.sessions.End(c.Request.Context(), middleware.OpenID(c)); err != nil {
		httpx.Fail(c, err)
		return
	}
	httpx.OK(c, nil)
}
