package middleware

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/session"
)

const openidKey, signKeyKey = "openid", "sign_key"

// SessionCookie has the token of users of the web pages.
const SessionCookie = "session"

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
		c.Set(signKeyKey, current.SignKey)
		c.Request = c.Request.WithContext(logx.With(c.Request.Context(), "openid_hash", logx.Hash(claims.Subject)))
		c.Next()
	}
}

// bearer is the token of the request. A cookie counts only where nothing is changed: other sites can make browsers send it.
func bearer(c *gin.Context) string {
	if token, ok := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer "); ok {
		return token
	}
	if c.Request.Method == http.MethodGet && !c.IsWebsocket() {
		if token, err := c.Cookie(SessionCookie); err == nil {
			return token
		}
	}
	return ""
}

// OpenID is who sends the request; empty outside of JWT.
func OpenID(c *gin.Context) string { return c.GetString(openidKey) }

// SignKey is what requests of this session are signed with.
func SignKey(c *gin.Context) string { return c.GetString(signKeyKey) }
