package wxapi

import (
	accountcontext "github.com/silenceper/wechat/v2/officialaccount/context"
	"github.com/silenceper/wechat/v2/officialaccount/message"

	"example.com/wxapp/internal/wechat"
)

// SendReply sends a reply as a customer service message (客服消息): possible for 48 h after the follower has written.
func (c *Client) SendReply(openid string, reply wechat.Reply) error {
	text := message.NewCustomerTextMessage(openid, reply.Content)
	if reply.MsgType == "image" {
		text = message.NewCustomerImgMessage(openid, reply.MediaID)
	}
	return c.withToken("message/custom/send", func(account *accountcontext.Context) error {
		return message.NewMessageManager(account).Send(text)
	})
}
