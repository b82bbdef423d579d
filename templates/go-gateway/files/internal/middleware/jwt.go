package middleware

import (
	"strings"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/session"
)

const openidKey = "openid"

// JWT lets only logged-in users through. A token is good as long as its session is: logging out ends it before its time.
func JWT(tokens *session.Tokens, sessions *session.Store) gin.HandlerFunc {
	return func(c *gin.Context) {
		claims, err := tokens.Read(bearer(c))
		if err != nil {
			c.Header("WWW-Authenticate", "Bearer")
			logx.From(c.Request.Context()).Info("not logged in", "reason", err.Error())
			httpx.Fail(c, httpx.ErrUnauthorized)
			return
		}
		current, found, err := sessions.Find(c.Request.Context(), claims.Subject)
		if err != nil {
			httpx.Fail(c, err)
			return
		}
		if !found || current.ID != claims.ID {
			httpx.Fail(c, httpx.ErrUnauthorized)
			return
		}
		c.Set(openidKey, claims.Subject)
		c.Request = c.Request.WithContext(logx.With(c.Request.Context(), "openid_hash", logx.Hash(claims.Subject)))
		c.Next()
	}
}

func bearer(c *gin.Context) string {
	token, _ := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
	return token
}

// OpenID is who sends the request; empty outside of JWT.
func OpenID(c *gin.Context) string { return c.GetString(openidKey) }
