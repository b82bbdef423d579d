package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httputil"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/upstream"
)

// proxy passes requests for /api/<name>/... on to the upstream of that name, as they are but for who asks.
func (a *App) proxy(to *upstream.Upstream) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), to.Timeout)
		defer cancel()
		reverse := &httputil.ReverseProxy{
			Transport: to,
			Rewrite: func(r *httputil.ProxyRequest) {
				r.Out.URL.Path, r.Out.URL.RawPath = c.Param("path"), ""
				r.SetURL(to.URL)
				r.SetXForwarded()
				// The token is for us only.
				r.Out.Header.Del("Authorization")
				r.Out.Header.Del("Cookie")
				a.introduce(ctx, r.Out.Header, middleware.OpenID(c))
			},
			ModifyResponse: func(response *http.Response) error {
				response.Header.Del("X-Trace-Id") // Ours is there already.
				return nil
			},
			ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) {
				httpx.Fail(c, proxyError(err))
			},
		}
		reverse.ServeHTTP(c.Writer, c.Request.WithContext(ctx))
	}
}

func proxyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return errors.Join(upstreamError(upstream.Reason(err)), err)
}
