// Package wxapi is WeChat's server API. The calls are those of silenceper/wechat; what it leaves out is here: another base URL,
// a time limit, one retry with a new token, errors that tell the code and hide the token.
package wxapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	accountconfig "github.com/silenceper/wechat/v2/officialaccount/config"
	accountcontext "github.com/silenceper/wechat/v2/officialaccount/context"
	"github.com/silenceper/wechat/v2/util"

	"example.com/wxapp/internal/kv"
)

// Where WeChat is.
const (
	DefaultBase     = "https://api.weixin.qq.com"
	DefaultOpenBase = "https://open.weixin.qq.com"
)

// timeout of one call. Whoever waits for an answer of ours has 5 s.
const timeout = 4 * time.Second

// Options of a client.
type Options struct {
	AppID, Secret string
	Base          string // of the API, instead of DefaultBase
	OpenBase      string // of the page where users agree to a web login, instead of DefaultOpenBase
	KV            kv.Store
}

// Client calls WeChat's server API.
type Client struct {
	Options
	tokens *tokens
}

// New makes a client. silenceper's base URL and HTTP client are those of the whole process: make one.
func New(options Options) *Client {
	if options.Base == "" {
		options.Base = DefaultBase
	}
	if options.OpenBase == "" {
		options.OpenBase = DefaultOpenBase
	}
	util.SetURIModifier(func(uri string) string {
		if rest, isAPI := strings.CutPrefix(uri, DefaultBase); isAPI {
			return options.Base + rest
		}
		return uri
	})
	util.DefaultHTTPClient = &http.Client{Timeout: timeout} // Its own has none.
	return &Client{Options: options, tokens: newTokens(options)}
}

// account is what silenceper's calls are made with.
func (c *Client) account(token *usedToken) *accountcontext.Context {
	config := &accountconfig.Config{AppID: c.AppID, AppSecret: c.Secret}
	return &accountcontext.Context{Config: config, AccessTokenHandle: token}
}

// Error is an errcode. WeChat answers errors with HTTP 200.
type Error struct {
	Code int
	Msg  string
}

func (e *Error) Error() string { return fmt.Sprintf("errcode %d: %s", e.Code, e.Msg) }

// IsCode tells whether err is one of these errcodes.
func IsCode(err error, codes ...int) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return false
	}
	for _, code := range codes {
		if refused.Code == code {
			return true
		}
	}
	return false
}

var errcode = regexp.MustCompile(`errcode=(-?\d+) , err(?:or)?msg=(.*)`)
var withQuery = regexp.MustCompile(`(https?://[^\s"?]+)\?[^\s"]*`)

// clean makes an error of silenceper's one that can be acted on and logged: it is text, and may hold URLs with secrets.
func clean(call string, err error) error {
	if err == nil {
		return nil
	}
	if found := errcode.FindStringSubmatch(err.Error()); found != nil {
		code, _ := strconv.Atoi(found[1]) // 0 for a number that no int holds, and WeChat has no such code.
		return fmt.Errorf("%s: %w", call, &Error{code, found[2]})
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", call, failed.Err)
	}
	return fmt.Errorf("%s: %s", call, withQuery.ReplaceAllString(err.Error(), "$1?..."))
}

// withToken makes a call, once more with a new token when WeChat says that this one has ended.
func (c *Client) withToken(name string, call func(*accountcontext.Context) error) error {
	token := &usedToken{tokens: c.tokens}
	err := clean(name, call(c.account(token)))
	if !IsCode(err, 40001, 40014, 42001) {
		return err
	}
	c.tokens.forget(token.text)
	return clean(name, call(c.account(token)))
}
