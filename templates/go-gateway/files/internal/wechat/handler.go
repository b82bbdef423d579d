package wechat

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/logx"
)

// Answerer is the pipeline.
type Answerer interface {
	Answer(ctx context.Context, m *Message) (reply Reply, isRepeat bool, err error)
}

// Pushed is where the middleware wxsign leaves what it has verified.
const Pushed = "wechat.push"

const plainText = "text/plain; charset=utf-8"

// Verify answers WeChat's test of the URL: the echostr goes back byte for byte. The middleware has checked the signature.
func Verify(c *gin.Context) {
	c.Data(http.StatusOK, plainText, []byte(c.Query("echostr")))
}

// Handle answers a push. Errors of the pipeline become 503: WeChat tries again in 5 s.
func Handle(account *Account, pipeline Answerer) gin.HandlerFunc {
	return func(c *gin.Context) {
		push := c.MustGet(Pushed).(Push)
		ctx := logx.With(c.Request.Context(), "type", push.kind(), "msg_id", push.MsgID, "openid_hash", logx.Hash(push.FromUserName))
		reply, isRepeat, err := pipeline.Answer(ctx, push.Message)
		logx.From(ctx).Info("push", "encrypted", push.Encrypted, "repeat", isRepeat, "replied", !reply.IsEmpty())
		if err != nil {
			logx.From(ctx).Warn("refused", "reason", err.Error())
			c.Status(http.StatusServiceUnavailable)
			return
		}
		if reply.IsEmpty() {
			// Exactly this word, in clear also when the push was encrypted, tells WeChat that all is well.
			c.Data(http.StatusOK, plainText, []byte("success"))
			return
		}
		answer, err := account.Answer(push, reply)
		if err != nil {
			_ = c.AbortWithError(http.StatusInternalServerError, err)
			return
		}
		c.Data(http.StatusOK, "text/xml; charset=utf-8", answer)
	}
}

func (m *Message) kind() string {
	if m.Event != "" {
		return m.Event
	}
	return m.MsgType
}
