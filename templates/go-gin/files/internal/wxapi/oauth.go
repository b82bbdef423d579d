package wxapi

import (
	"context"
	"strings"

	"github.com/silenceper/wechat/v2/officialaccount/oauth"
)

// AuthorizeURL is where WeChat asks the user and then goes back to redirect with a code. base: only the openid, without asking.
func (c *Client) AuthorizeURL(redirect, state string) (string, error) {
	url, err := oauth.NewOauth(c.account(nil)).GetRedirectURL(redirect, "snsapi_base", state)
	return strings.Replace(url, DefaultOpenBase, c.OpenBase, 1), err
}

// WebLogin exchanges a code of the web login (网页授权), once, for an openid.
func (c *Client) WebLogin(ctx context.Context, code string) (openid string, err error) {
	if !safeCode.MatchString(code) {
		return "", errBadCode
	}
	result, err := oauth.NewOauth(c.account(nil)).GetUserAccessTokenContext(ctx, code)
	return result.OpenID, clean("oauth2/access_token", err)
}
