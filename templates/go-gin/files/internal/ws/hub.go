// Package ws is a chat room over WebSocket.
package ws

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"example.com/wxapp/internal/logx"
)

const (
	// pingEvery keeps the connection open: nginx closes what is silent for 60 s.
	pingEvery = 30 * time.Second
	// silenceLimit: three pings without an answer.
	silenceLimit = 3 * pingEvery
	writeLimit   = 10 * time.Second
	messageLimit = 8 << 10
	textMax      = 500 // characters
	// queueLimit of messages that wait for one member. Who is slower than that is cut off: the others must not wait.
	queueLimit = 64
	membersMax = 10_000
	// What one member may send a second, and at once: all others have to read it, and who is too slow for that is cut off.
	perSecond = 5
	burst     = 20
)

// Hub passes what one member says on to all. It knows those of this process only; more of them need Redis Pub/Sub between.
type Hub struct {
	// These are as above unless a test says otherwise.
	PingEvery, SilenceLimit time.Duration
	PerSecond               rate.Limit
	Burst                   int

	mu       sync.Mutex
	members  map[*member]bool
	isClosed bool
	running  sync.WaitGroup
}

type member struct {
	conn  *websocket.Conn
	name  string
	queue chan []byte
	once  sync.Once
}

// end closes the connection with a word of why. It does not wait for the other side.
func (m *member) end(code websocket.StatusCode, reason string) {
	m.once.Do(func() { go func() { _ = m.conn.Close(code, reason) }() }) // The one who reads sees the end.
}

// NewHub has no members.
func NewHub() *Hub {
	return &Hub{
		PingEvery: pingEvery, SilenceLimit: silenceLimit, PerSecond: perSecond, Burst: burst, members: map[*member]bool{},
	}
}

// Serve makes a request a member, until it leaves or is silent for too long.
func (h *Hub) Serve(c *gin.Context, name string) {
	// Refuses pages of other sites by their Origin.
	conn, err := websocket.Accept(c.Writer, c.Request, nil)
	if err != nil {
		return // Accept has answered.
	}
	defer func() { _ = conn.CloseNow() }() // What is closed already says so.
	me := &member{conn: conn, name: name, queue: make(chan []byte, queueLimit)}
	if !h.join(me) {
		_ = conn.Close(websocket.StatusTryAgainLater, "full")
		return
	}
	defer h.leave(me)
	h.send(me, event{Type: "welcome", User: name})
	conn.SetReadLimit(messageLimit)
	// Not the request's: cancelling the context of a read cuts the connection without a word.
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.Request.Context()))
	defer cancel()
	go h.write(ctx, me)
	go h.ping(ctx, me)
	err = h.read(ctx, me)
	logx.From(ctx).Info("left", "reason", err.Error())
}

func (h *Hub) join(added *member) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.isClosed || len(h.members) >= membersMax {
		return false
	}
	h.members[added] = true
	h.running.Add(1)
	return true
}

func (h *Hub) leave(left *member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.members, left)
	h.running.Done()
}

func (h *Hub) read(ctx context.Context, me *member) error {
	limiter := rate.NewLimiter(h.PerSecond, h.Burst)
	for {
		_, message, err := me.conn.Read(ctx)
		if err != nil {
			return err
		}
		if !limiter.Allow() {
			h.send(me, event{Type: "error", Msg: "too many messages: wait a second"})
			continue
		}
		var said event
		switch err := json.Unmarshal(message, &said); {
		case err == nil && said.Type == "ping": // Mini programs cannot send the protocol's own.
			h.send(me, event{Type: "pong"})
		case err == nil && said.Type == "text" && said.Text != "" && utf8.RuneCountInString(said.Text) <= textMax:
			h.send(nil, event{Type: "text", User: me.name, Text: said.Text})
		default:
			h.send(me, event{Type: "error", Msg: fmt.Sprintf("expected {type, text} with 1 to %d characters", textMax)})
		}
	}
}

// event is a message of either side.
type event struct {
	Type string `json:"type"`
	User string `json:"user,omitempty"`
	Text string `json:"text,omitempty"`
	Msg  string `json:"msg,omitempty"`
}

// send queues an event for one member, or for all when that is nil.
func (h *Hub) send(only *member, what event) {
	message, err := json.Marshal(what)
	if err != nil {
		return // Strings always can.
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for to := range h.members {
		if only != nil && to != only {
			continue
		}
		select {
		case to.queue <- message:
		default:
			to.end(websocket.StatusPolicyViolation, "too slow")
		}
	}
}

func (h *Hub) write(ctx context.Context, me *member) {
	for {
		select {
		case <-ctx.Done():
			return
		case message := <-me.queue:
			limited, cancel := context.WithTimeout(ctx, writeLimit)
			err := me.conn.Write(limited, websocket.MessageText, message)
			cancel()
			if err != nil {
				_ = me.conn.CloseNow() // There is nobody to say goodbye to.
				return
			}
		}
	}
}

// ping ends a member that has not answered for SilenceLimit. Pong is only seen while somebody reads.
func (h *Hub) ping(ctx context.Context, me *member) {
	ticker := time.NewTicker(h.PingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			limited, cancel := context.WithTimeout(ctx, h.SilenceLimit)
			err := me.conn.Ping(limited)
			cancel()
			if err != nil {
				_ = me.conn.CloseNow() // There is nobody to say goodbye to.
				return
			}
		}
	}
}

// Close says goodbye to all. http.Server.Shutdown does not know them.
func (h *Hub) Close(ctx context.Context) {
	h.mu.Lock()
	h.isClosed = true
	for each := range h.members {
		each.end(websocket.StatusGoingAway, "")
	}
	h.mu.Unlock()
	finished := make(chan struct{})
	go func() { h.running.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-ctx.Done():
	}
}
