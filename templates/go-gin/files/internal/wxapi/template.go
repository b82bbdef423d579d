package wxapi

import (
	accountcontext "github.com/silenceper/wechat/v2/officialaccount/context"
	"github.com/silenceper/wechat/v2/officialaccount/message"
)

// Template is a template message (模板消息).
type Template struct {
	OpenID, TemplateID, URL string
	Data                    map[string]string
	// DedupeID: WeChat sends a message with the same one once in 10 minutes.
	DedupeID string
}

// SendTemplate sends a template message, and returns its id: the event TEMPLATESENDJOBFINISH says later whether it arrived.
func (c *Client) SendTemplate(template Template) (id int64, err error) {
	data := map[string]*message.TemplateDataItem{}
	for name, value := range template.Data {
		data[name] = &message.TemplateDataItem{Value: value}
	}
	err = c.withToken("message/template/send", func(account *accountcontext.Context) error {
		id, err = message.NewTemplate(account).Send(&message.TemplateMessage{
			ToUser: template.OpenID, TemplateID: template.TemplateID, URL: template.URL,
			Data: data, ClientMsgID: template.DedupeID,
		})
		return err
	})
	return id, err
}
