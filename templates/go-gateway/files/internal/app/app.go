// Package app puts the parts together.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"example.com/wxapp/internal/bot"
	"example.com/wxapp/internal/config"
	"example.com/wxapp/internal/kv"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/pipeline"
	"example.com/wxapp/internal/session"
	"example.com/wxapp/internal/upstream"
	"example.com/wxapp/internal/wechat"
)

const (
	// answersLimit is how long answers under way may take after SIGTERM, endLimit is the end in any case.
	answersLimit = 800 * time.Millisecond
	endLimit     = 1400 * time.Millisecond
)

// App is everything but its socket.
type App struct {
	config    *config.Config
	kv        kv.Store
	limiter   middleware.Limiter
	sessions  *session.Store
	tokens    *session.Tokens
	wechat    *wechat.Client
	pipeline  *pipeline.Pipeline
	upstreams []*upstream.Upstream
	flights   singleflight.Group
	handler   http.Handler

	isStopping atomic.Bool
	closers    []func() error
}

// New opens what the settings name. Close it with Close, unless Serve has.
func New(c *config.Config) (*App, error) {
	a := &App{config: c}
	if err := a.open(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.sessions = &session.Store{KV: a.kv}
	a.wechat = wechat.NewClient(c.APIBase, c.Account.AppID, c.Secret)
	for _, each := range c.Upstreams {
		options := upstream.Options{Name: each.Name, URL: each.URL, Timeout: c.UpstreamTimeout, OpenFor: c.BreakerOpenFor}
		a.upstreams = append(a.upstreams, upstream.New(options))
	}
	a.pipeline = pipeline.New(pipeline.Options{Handle: new(bot.Bot).Handle, SendLate: a.wechat.SendReply, Store: a.kv})
	a.handler = a.routes()
	return a, nil
}

func (a *App) open() (err error) {
	if a.tokens, err = session.NewTokens(a.config.JWTSecrets...); err != nil {
		return err
	}
	alone := middleware.NewMemoryLimiter(a.config.RatePerSecond, a.config.RateBurst)
	if a.config.RedisURL == "" {
		slog.Warn("REDIS_URL is not set: sessions, duplicates and limits are kept in memory")
		a.kv, a.limiter = kv.NewMemory(), alone
		return nil
	}
	store, err := kv.OpenRedis(a.config.RedisURL, "wxapp:")
	if err != nil {
		return errors.New("REDIS_URL is no URL such as redis://127.0.0.1:6379/0") // The error might quote its password.
	}
	a.kv, a.closers = store, append(a.closers, store.Close)
	a.limiter = &middleware.RedisLimiter{
		Client: store.Client(), PerSecond: a.config.RatePerSecond, Burst: a.config.RateBurst, Fallback: alone,
	}
	return nil
}

// Close closes the connections to Redis.
func (a *App) Close() error {
	var problems []error
	for _, closer := range a.closers {
		problems = append(problems, closer())
	}
	return errors.Join(problems...)
}

// Serve runs until ctx ends, then lets answers and work under way finish.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           a.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       65 * time.Second, // A proxy may keep a connection open for a minute.
		MaxHeaderBytes:    16 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return errors.Join(err, a.Close())
	case <-ctx.Done():
	}
	slog.Info("stopping")
	a.isStopping.Store(true)
	end, cancel := context.WithTimeout(context.Background(), endLimit)
	defer cancel()
	hurry := time.AfterFunc(answersLimit, a.pipeline.Hurry)
	defer hurry.Stop()
	if err := server.Shutdown(end); err != nil {
		slog.Warn("answers were cut off", "error", err.Error())
		_ = server.Close() // Its error is the one above.
	}
	if err := a.pipeline.Close(end); err != nil {
		slog.Warn(err.Error())
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return errors.Join(err, a.Close())
	}
	return a.Close()
}
