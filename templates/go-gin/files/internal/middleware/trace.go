// Package middleware is what requests pass through, one concern a file.
package middleware

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/logx"
)

var traceID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
var traceParent = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}`)

// Trace gives each request an id, that of the caller if there is one, for the log and the answer.
func Trace() gin.HandlerFunc {
	return func(c *gin.Context) {
		id := c.GetHeader("X-Trace-Id")
		if !traceID.MatchString(id) {
			if parent := traceParent.FindStringSubmatch(c.GetHeader("Traceparent")); parent != nil {
				id = parent[1]
			} else {
				id = newTraceID()
			}
		}
		c.Header("X-Trace-Id", id)
		c.Request = c.Request.WithContext(logx.With(c.Request.Context(), "trace_id", id))
		c.Next()
	}
}

func newTraceID() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // Never fails.
	return hex.EncodeToString(random[:])
}
