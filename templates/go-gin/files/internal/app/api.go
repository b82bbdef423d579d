package app

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/httpx"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/wechat"
	"example.com/wxapp/internal/wxapi"
)

func (a *App) me(c *gin.Context) {
	user, found, err := a.users.Find(c.Request.Context(), middleware.OpenID(c))
	if err != nil {
		httpx.Fail(c, err)
		return
	}
	if !found { // Deleted since the login.
		httpx.Fail(c, httpx.ErrUnauthorized)
		return
	}
	httpx.OK(c, gin.H{"user": logx.Hash(user.OpenID), "nickname": user.Nickname, "created_at": user.CreatedAt})
}

func (a *App) rename(c *gin.Context) {
	var body struct {
		Nickname string `json:"nickname" binding:"required,max=64"`
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		httpx.Fail(c, bindError(err))
		return
	}
	found, err := a.users.Rename(c.Request.Context(), middleware.OpenID(c), body.Nickname)
	if err != nil {
		httpx.Fail(c, err)
		return
	}
	if !found {
		httpx.Fail(c, httpx.ErrUnauthorized)
		return
	}
	a.me(c)
}

func (a *App) logout(c *gin.Context) {
	if err := a.sessions.End(c.Request.Context(), middleware.OpenID(c)); err != nil {
		httpx.Fail(c, err)
		return
	}
	httpx.OK(c, nil)
}

func (a *App) sendTemplate(c *gin.Context) {
	var body struct {
		OpenID     string            `json:"openid" binding:"required"`
		TemplateID string            `json:"template_id" binding:"required"`
		URL        string            `json:"url"`
		Data       map[string]string `json:"data" binding:"required"`
		DedupeID   string            `json:"dedupe_id"`
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		httpx.Fail(c, bindError(err))
		return
	}
	id, err := a.wechat.SendTemplate(wxapi.Template(body))
	if err != nil {
		httpx.Fail(c, wechatError(err))
		return
	}
	httpx.OK(c, gin.H{"msgid": strconv.FormatInt(id, 10)})
}

func (a *App) sendCustomer(c *gin.Context) {
	var body struct {
		OpenID string `json:"openid" binding:"required"`
		Text   string `json:"text" binding:"required"`
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		httpx.Fail(c, bindError(err))
		return
	}
	if err := a.wechat.SendReply(body.OpenID, wechat.Text(body.Text)); err != nil {
		httpx.Fail(c, wechatError(err))
		return
	}
	httpx.OK(c, nil)
}
