package wxapi

import (
	"context"
	"regexp"

	"github.com/silenceper/wechat/v2/miniprogram/auth"
	miniconfig "github.com/silenceper/wechat/v2/miniprogram/config"
	minicontext "github.com/silenceper/wechat/v2/miniprogram/context"
)

// safeCode: silenceper puts codes into URLs as they are.
var safeCode = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

var errBadCode = &Error{40029, "not a code"}

// Login is who a code of wx.login stands for. SessionKey is not for the client.
type Login struct{ OpenID, UnionID, SessionKey string }

// Code2Session exchanges a code of wx.login, once.
func (c *Client) Code2Session(ctx context.Context, code string) (Login, error) {
	if !safeCode.MatchString(code) {
		return Login{}, errBadCode
	}
	program := &minicontext.Context{Config: &miniconfig.Config{AppID: c.AppID, AppSecret: c.Secret}}
	result, err := auth.NewAuth(program).Code2SessionContext(ctx, code)
	return Login{result.OpenID, result.UnionID, result.SessionKey}, clean("jscode2session", err)
}
