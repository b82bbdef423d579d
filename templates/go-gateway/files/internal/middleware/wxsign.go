package middleware

import (
	"errors"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/wechat"
)

// pushLimit is far above any push, in bytes.
const pushLimit = 1 << 20

// WXSign lets only WeChat through. It reads the body, once, because the signature of an encrypted push covers it, and leaves the
// push for the handler.
func WXSign(account *wechat.Account) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := verify(c, account)
		if err == nil {
			c.Next()
			return
		}
		status := http.StatusBadRequest // The sender left before the end.
		var refusal *wechat.Refusal
		var tooLarge *http.MaxBytesError
		if errors.As(err, &refusal) {
			status = refusal.Status
		} else if errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		logx.From(c.Request.Context()).Warn("refused", "reason", err.Error())
		c.AbortWithStatus(status) // And nothing else: the reason is for the log.
	}
}

func verify(c *gin.Context, account *wechat.Account) error {
	if c.Request.Method == http.MethodGet {
		_, err := account.Verify(c.Request.URL.Query())
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, pushLimit))
	if err != nil {
		return err
	}
	push, err := account.Open(c.Request.URL.Query(), body)
	c.Set(wechat.Pushed, push)
	return err
}
