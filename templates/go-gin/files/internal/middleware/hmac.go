package middleware

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/kv"
)

const (
	// signedWindow is how old a signed request may be.
	signedWindow = 5 * time.Minute
	signedLimit  = 64 << 10
)

var nonceForm = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// Sign is what goes into X-Signature: HMAC-SHA256, as hex, over method, path with query, timestamp, nonce and the hash of the body,
// joined by line feeds.
func Sign(secret, method, pathWithQuery, timestamp, nonce string, body []byte) string {
	sum := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join([]string{method, pathWithQuery, timestamp, nonce, hex.EncodeToString(sum[:])}, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}

// Fixed is the secret of servers of yours. A mini program must not have it: whoever unpacks the program would.
func Fixed(secret string) func(*gin.Context) string {
	return func(*gin.Context) string { return secret }
}

// HMAC lets only signed requests through, and each of them once. Without a secret there are none.
func HMAC(secretOf func(*gin.Context) string, store kv.Store) gin.HandlerFunc {
	return func(c *gin.Context) {
		secret := secretOf(c)
		if secret == "" {
			httpx.Fail(c, httpx.ErrUnavailable)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, signedLimit))
		if err != nil {
			httpx.Fail(c, httpx.BodyError(err))
			return
		}
		c.Request.Body = io.NopCloser(bytes.NewReader(body)) // Handlers read it again.
		timestamp, nonce := c.GetHeader("X-Timestamp"), c.GetHeader("X-Nonce")
		want := Sign(secret, c.Request.Method, c.Request.URL.RequestURI(), timestamp, nonce, body)
		if !hmac.Equal([]byte(c.GetHeader("X-Signature")), []byte(want)) || !isFresh(timestamp) || !nonceForm.MatchString(nonce) {
			httpx.Fail(c, httpx.ErrBadSignature)
			return
		}
		isNew, err := store.SetNew(c.Request.Context(), "nonce:"+nonce, "1", 2*signedWindow)
		if err != nil {
			httpx.Fail(c, err) // Without the store a replay cannot be told: refuse.
			return
		}
		if !isNew {
			httpx.Fail(c, httpx.ErrBadSignature)
			return
		}
		c.Next()
	}
}

func isFresh(timestamp string) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	return err == nil && time.Since(time.Unix(seconds, 0)).Abs() <= signedWindow
}
