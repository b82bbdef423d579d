package middleware

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/logx"
)

// Log writes one line for each request. Not its query, which has signatures, codes and openids.
func Log() gin.HandlerFunc {
	return func(c *gin.Context) {
		started := time.Now()
		c.Next()
		status, level := c.Writer.Status(), slog.LevelInfo
		switch {
		case status >= http.StatusInternalServerError:
			level = slog.LevelError
		case c.FullPath() == "/healthz" || c.FullPath() == "/readyz":
			level = slog.LevelDebug
		}
		attributes := []any{
			"method", c.Request.Method, "route", c.FullPath(), "status", status,
			"cost_ms", time.Since(started).Milliseconds(), "ip", c.ClientIP(),
		}
		if len(c.Errors) > 0 {
			attributes = append(attributes, "error", c.Errors.String())
		}
		logx.From(c.Request.Context()).Log(c.Request.Context(), level, "request", attributes...)
	}
}
