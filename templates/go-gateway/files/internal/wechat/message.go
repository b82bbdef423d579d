package wechat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Message is what a follower wrote or did. Add the fields that you need, named as in WeChat's documentation.
// https://developers.weixin.qq.com/doc/subscription/guide/product/message/Receiving_standard_messages.html
type Message struct {
	ToUserName   string // the account, gh_...
	FromUserName string // the follower's openid
	CreateTime   int64  // Unix seconds
	MsgType      string // text, image, voice, video, location, link, event ...

	MsgID string `xml:"MsgId"` // not a number: WeChat's have 64 bits

	Content      string
	PicURL       string `xml:"PicUrl"`
	MediaID      string `xml:"MediaId"`
	ThumbMediaID string `xml:"ThumbMediaId"`
	Format       string
	LocationX    string `xml:"Location_X"`
	LocationY    string `xml:"Location_Y"`
	Label        string
	Title        string
	Description  string
	URL          string `xml:"Url"`

	Event    string // subscribe, unsubscribe, SCAN, CLICK, VIEW ...
	EventKey string
	Ticket   string
	// JobID is that of the message an event reports on; many of them share a second.
	JobID string `xml:"MsgID"`
}

// Key is the same for every delivery of one push: WeChat sends up to three. Events have no MsgId.
func (m *Message) Key() string {
	if m.MsgID != "" {
		return "msg:" + m.MsgID
	}
	return fmt.Sprintf("event:%s:%d:%s:%s:%s", m.FromUserName, m.CreateTime, m.Event, m.EventKey, m.JobID)
}

// ParseMessage reads the XML of a push.
func ParseMessage(text []byte) (*Message, error) {
	m := new(Message)
	if err := unmarshal(text, m); err != nil {
		return nil, err
	}
	if m.ToUserName == "" || m.FromUserName == "" || m.MsgType == "" || m.CreateTime <= 0 {
		return nil, errors.New("not a push: ToUserName, FromUserName, CreateTime or MsgType is missing")
	}
	return m, nil
}

const deepest = 16

// unmarshal is xml.Unmarshal for input that nobody vouches for: no DOCTYPE, so no entities; one <xml>; not endlessly deep.
func unmarshal(text []byte, into any) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	depth, roots := 0, 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("not well-formed XML: %w", err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return errors.New("a DOCTYPE is never part of a push")
		case xml.StartElement:
			if depth++; depth == 1 {
				roots++
			}
			if depth > deepest || roots > 1 || depth == 1 && t.Name.Local != "xml" {
				return errors.New("expected one <xml>, not too deep")
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(t)) > 0 {
				return errors.New("text outside of <xml>")
			}
		}
	}
	return xml.Unmarshal(text, into)
}

// Reply goes back in the answer to a push. Its zero value says nothing.
// https://developers.weixin.qq.com/doc/subscription/guide/product/message/Passive_user_reply_message.html
type Reply struct {
	MsgType string
	Content string // of text
	MediaID string // of image
}

// Text is a reply of text, at most 2048 bytes.
func Text(content string) Reply { return Reply{MsgType: "text", Content: content} }

// Image is a reply with a picture that was uploaded before.
func Image(mediaID string) Reply { return Reply{MsgType: "image", MediaID: mediaID} }

// IsEmpty: an empty Content would show the follower an error.
func (r Reply) IsEmpty() bool { return r.Content == "" && r.MediaID == "" }

// XML answers m: addresses swapped, time in seconds.
func (r Reply) XML(m *Message, now time.Time) []byte {
	body := "<Content>" + cdata(r.Content) + "</Content>"
	if r.MsgType == "image" {
		body = "<Image><MediaId>" + cdata(r.MediaID) + "</MediaId></Image>"
	}
	return []byte("<xml><ToUserName>" + cdata(m.FromUserName) +
		"</ToUserName><FromUserName>" + cdata(m.ToUserName) +
		"</FromUserName><CreateTime>" + strconv.FormatInt(now.Unix(), 10) +
		"</CreateTime><MsgType>" + cdata(r.MsgType) + "</MsgType>" + body + "</xml>")
}

// cdata drops what XML cannot hold at all, and splits `]]>`, which would end the section.
func cdata(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}
