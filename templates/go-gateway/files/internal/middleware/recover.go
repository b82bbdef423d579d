package middleware

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
)

// Recover answers a panic with 500. gin's own writes the whole request, with its Authorization, to the log.
func Recover() gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause) // Means: cut the connection, say nothing.
			}
			httpx.Fail(c, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
		}()
		c.Next()
	}
}
