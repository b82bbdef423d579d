// Package middleware is what requests pass through, one concern a file.
package middleware

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/logx"
)

var traceID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
var traceParent = regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$`)

// trace is what upstreams are told of where a request comes from.
type trace struct {
	id    string // X-Trace-Id
	w3c   string // trace-id of traceparent
	flags string
	state string // tracestate, as it came
}

type traceKey struct{}

// Trace gives each request an id, that of the caller if there is one: for the log, the answer and the upstreams.
func Trace() gin.HandlerFunc {
	return func(c *gin.Context) {
		t := trace{id: c.GetHeader("X-Trace-Id"), w3c: randomHex(16), flags: "01"}
		if parent := traceParent.FindStringSubmatch(c.GetHeader("Traceparent")); parent != nil {
			t.w3c, t.flags, t.state = parent[1], parent[2], c.GetHeader("Tracestate")
		}
		if !traceID.MatchString(t.id) {
			t.id = t.w3c
		}
		c.Header("X-Trace-Id", t.id)
		ctx := context.WithValue(c.Request.Context(), traceKey{}, t)
		c.Request = c.Request.WithContext(logx.With(ctx, "trace_id", t.id))
		c.Next()
	}
}

// PassTrace tells an upstream which request this one belongs to.
func PassTrace(ctx context.Context, header http.Header) {
	t, ok := ctx.Value(traceKey{}).(trace)
	if !ok {
		return
	}
	header.Set("X-Trace-Id", t.id)
	header.Set("Traceparent", "00-"+t.w3c+"-"+randomHex(8)+"-"+t.flags) // A span of its own for each call.
	if t.state != "" {
		header.Set("Tracestate", t.state)
	}
}

func randomHex(size int) string {
	random := make([]byte, size)
	_, _ = rand.Read(random) // Never fails.
	return hex.EncodeToString(random)
}
