package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/upstream"
)

// proxy passes requests for /api/<name>/... on to the upstream of that name, as they are but for who asks.
func (a *App) proxy(to *upstream.Upstream) gin.HandlerFunc {
	return func(c *gin.Context) {
		if leaves(c.Request.URL) {
			httpx.Fail(c, httpx.ErrBadRequest)
			return
		}
		// Before the clock and the breaker start: a client that is slow, leaves or sends too much says nothing about the upstream.
		if err := takeBody(c.Request); err != nil {
			httpx.Fail(c, httpx.BodyError(err))
			return
		}
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

// leaves says whether a path may mean something outside of the upstream's own to whoever decodes or cleans it later.
func leaves(address *url.URL) bool {
	for escaped := range strings.SplitSeq(address.EscapedPath(), "/") {
		segment, err := url.PathUnescape(escaped)
		name, _, _ := strings.Cut(segment, ";") // Some servers take what follows as parameters.
		if err != nil || name == "." || name == ".." || strings.ContainsAny(segment, `/\`) {
			return true
		}
	}
	return false
}

// takeBody reads the whole body, which is limited already.
func takeBody(request *http.Request) error {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return err
	}
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	request.Body, _ = request.GetBody() // Never fails.
	request.ContentLength, request.TransferEncoding, request.Trailer = int64(len(body)), nil, nil
	return nil
}

func proxyError(err error) error {
	return errors.Join(upstreamError(upstream.Reason(err)), err)
}
