package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/sync/errgroup"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/upstream"
)

// A complete dashboard is good for a while; one with gaps is asked for again soon, but not by everybody at once.
const (
	completeTTL = 10 * time.Second
	partialTTL  = time.Second
)

// board is what all upstreams know of a user.
type board struct {
	Parts  map[string]json.RawMessage `json:"parts"`
	Errors []partError                `json:"errors"`
}

// partError says which part is missing, and why.
type partError struct {
	Upstream string `json:"upstream"`
	Code     int    `json:"code"`
	Msg      string `json:"msg"`
}

// dashboard answers with whatever is there in time: a mini program shows the rest of the page.
func (a *App) dashboard(c *gin.Context) {
	openid := middleware.OpenID(c)
	shown, err := a.cachedBoard(c.Request.Context(), openid)
	if err != nil {
		httpx.Fail(c, err)
		return
	}
	if len(shown.Parts) == 0 {
		c.JSON(http.StatusBadGateway, httpx.Envelope{Code: httpx.ErrUpstream.Code, Msg: httpx.ErrUpstream.Msg, Data: shown})
		return
	}
	httpx.OK(c, shown)
}

// cachedBoard lets one request of a user ask while the others wait for its result.
func (a *App) cachedBoard(ctx context.Context, openid string) (shown board, err error) {
	key := "board:" + openid
	if cached, found := a.storedBoard(ctx, key); found {
		return cached, nil
	}
	result := a.flights.DoChan(key, func() (any, error) {
		// Detached: the one who asked first may leave, the others still wait.
		ctx := context.WithoutCancel(ctx)
		// Another flight may have landed since.
		if cached, found := a.storedBoard(ctx, key); found {
			return cached, nil
		}
		asked := a.askAll(ctx, openid)
		ttl := completeTTL
		if len(asked.Errors) > 0 {
			ttl = partialTTL
		}
		text, err := json.Marshal(asked)
		if err != nil {
			return nil, err
		}
		if err := a.kv.Set(ctx, key, string(text), ttl); err != nil {
			logx.From(ctx).Warn("not cached", "error", err.Error())
		}
		return asked, nil
	})
	select {
	case <-ctx.Done():
		return shown, ctx.Err()
	case got := <-result:
		if got.Err != nil {
			return shown, got.Err
		}
		return got.Val.(board), nil
	}
}

func (a *App) storedBoard(ctx context.Context, key string) (stored board, found bool) {
	text, found, err := a.kv.Get(ctx, key)
	found = err == nil && found && json.Unmarshal([]byte(text), &stored) == nil
	return stored, found
}

// askAll asks every upstream at the same time; each has a time limit of its own.
func (a *App) askAll(ctx context.Context, openid string) board {
	asked := board{Parts: map[string]json.RawMessage{}, Errors: []partError{}}
	var mu sync.Mutex
	var group errgroup.Group // Not WithContext: one failure must not cancel the others.
	for _, each := range a.upstreams {
		group.Go(func() error {
			part, err := each.Get(ctx, "dashboard", func(header http.Header) { a.introduce(ctx, header, openid) })
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				logx.From(ctx).Warn("upstream", "upstream", each.Name, "error", err.Error())
				visible := upstreamError(err)
				asked.Errors = append(asked.Errors, partError{each.Name, visible.Code, visible.Msg})
				return nil
			}
			asked.Parts[each.Name] = part
			return nil
		})
	}
	_ = group.Wait() // Nobody returns an error.
	return asked
}

// introduce tells an upstream who asks, on behalf of whom. Upstreams must be out of reach of everybody else.
func (a *App) introduce(ctx context.Context, header http.Header, openid string) {
	middleware.PassTrace(ctx, header)
	header.Set("X-Openid", openid)
}

// upstreamError is what a client may know.
func upstreamError(err error) *httpx.Error {
	switch {
	case errors.Is(err, upstream.ErrOpen):
		return httpx.ErrOpen
	case errors.Is(err, upstream.ErrTimeout):
		return httpx.ErrTimeout
	}
	return httpx.ErrUpstream
}
