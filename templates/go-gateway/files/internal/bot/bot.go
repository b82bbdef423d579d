// Package bot is yours: what followers are answered.
package bot

import (
	"context"
	"strconv"
	"sync"
	"time"

	"example.com/wxapp/internal/wechat"
)

// Bot answers messages and events. What takes longer than 4.5 s is sent later by itself.
type Bot struct {
	mu     sync.Mutex
	counts map[string]int
}

// Handle is called once for each push.
func (b *Bot) Handle(ctx context.Context, m *wechat.Message) (wechat.Reply, error) {
	switch {
	case m.Content == "#count" || m.Event == "CLICK" && m.EventKey == "#count":
		return wechat.Text(strconv.Itoa(b.count(m.FromUserName))), nil
	case m.Content == "#slow":
		return slowWork(ctx)
	case m.MsgType == "text":
		return wechat.Text(m.Content), nil
	case m.Event == "subscribe":
		return wechat.Text("欢迎！发什么我就回什么。Welcome! I repeat your words."), nil
	}
	return wechat.Reply{}, nil
}

// count shows that a push is handled once: how often a follower has sent #count.
func (b *Bot) count(openid string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.counts == nil || len(b.counts) > 10_000 {
		b.counts = map[string]int{}
	}
	b.counts[openid]++
	return b.counts[openid]
}

// slowWork shows what becomes of a result that WeChat does not wait for.
func slowWork(ctx context.Context) (wechat.Reply, error) {
	select {
	case <-time.After(6 * time.Second):
		return wechat.Text("做完了。Done."), nil
	case <-ctx.Done():
		return wechat.Reply{}, ctx.Err()
	}
}
