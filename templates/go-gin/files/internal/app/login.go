package app

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/session"
	"example.com/wxapp/internal/wxapi"
)

// login exchanges a code of wx.login for a token of ours. The session_key stays here.
func (a *App) login(c *gin.Context) {
	var body struct {
		Code string `json:"code" binding:"required"`
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		httpx.Fail(c, bindError(err))
		return
	}
	login, err := a.wechat.Code2Session(c.Request.Context(), body.Code)
	if err != nil {
		httpx.Fail(c, loginError(err))
		return
	}
	token, signKey, err := a.startSession(c, login.OpenID, login.SessionKey)
	if err != nil {
		httpx.Fail(c, err)
		return
	}
	httpx.OK(c, gin.H{"token": token, "expires_in": int(session.Lifetime.Seconds()), "sign_key": signKey})
}

func (a *App) startSession(c *gin.Context, openid, sessionKey string) (token, signKey string, err error) {
	if openid == "" {
		return "", "", httpx.ErrWechat
	}
	if err := a.users.Create(c.Request.Context(), openid); err != nil {
		return "", "", err
	}
	started, err := a.sessions.Start(c.Request.Context(), openid, sessionKey)
	if err != nil {
		return "", "", err
	}
	token, err = a.tokens.Issue(openid, started.ID)
	return token, started.SignKey, err
}

// loginError tells a code that is no good from WeChat being down.
func loginError(err error) error {
	if wxapi.IsCode(err, 40029, 40163, 41008) {
		return httpx.ErrBadCode
	}
	return wechatError(err)
}

// wechatError shows the caller that WeChat is the reason; the log has the rest.
func wechatError(err error) error { return errors.Join(httpx.ErrWechat, err) }

func bindError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return httpx.ErrBadRequest
}

const (
	stateCookie   = "oauth_state"
	stateLifetime = 10 * time.Minute
)

// startWebLogin sends a browser inside WeChat to the page that comes back with a code (网页授权).
func (a *App) startWebLogin(c *gin.Context) {
	if a.config.PublicURL == "" {
		httpx.Fail(c, errors.Join(httpx.ErrUnavailable, errors.New("PUBLIC_URL is not set")))
		return
	}
	// The state is good for the browser that started, once: a code that somebody else slips in would log the user in as them.
	state := rand.Text()
	if err := a.kv.Set(c.Request.Context(), "oauth:"+state, localPath(c.Query("to")), stateLifetime); err != nil {
		httpx.Fail(c, err)
		return
	}
	location, err := a.wechat.AuthorizeURL(a.config.PublicURL+"/oauth/callback", state)
	if err != nil {
		httpx.Fail(c, err)
		return
	}
	a.setCookie(c, stateCookie, state, stateLifetime)
	c.Redirect(http.StatusFound, location)
}

func (a *App) finishWebLogin(c *gin.Context) {
	state := c.Query("state")
	cookie, _ := c.Cookie(stateCookie)
	a.setCookie(c, stateCookie, "", -time.Second)
	if state == "" || subtle.ConstantTimeCompare([]byte(cookie), []byte(state)) != 1 {
		httpx.Fail(c, httpx.ErrBadState)
		return
	}
	to, found, err := a.kv.Take(c.Request.Context(), "oauth:"+state)
	if err != nil || !found {
		httpx.Fail(c, errors.Join(httpx.ErrBadState, err))
		return
	}
	openid, err := a.wechat.WebLogin(c.Request.Context(), c.Query("code"))
	if err != nil {
		httpx.Fail(c, loginError(err))
		return
	}
	token, _, err := a.startSession(c, openid, "")
	if err != nil {
		httpx.Fail(c, err)
		return
	}
	a.setCookie(c, middleware.SessionCookie, token, session.Lifetime)
	c.Redirect(http.StatusFound, to)
}

func (a *App) setCookie(c *gin.Context, name, value string, lifetime time.Duration) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(lifetime.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(a.config.PublicURL, "https:"),
	})
}

// localPath keeps whoever writes the link from sending our users elsewhere.
func localPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return to
}
