package ws

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gin-gonic/gin"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

const soon = 20 * time.Second

func start(t *testing.T, hub *Hub) (dial func() *websocket.Conn, url string) {
	t.Helper()
	engine := gin.New()
	engine.GET("/ws", func(c *gin.Context) { hub.Serve(c, c.Query("name")) })
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		hub.Close(ctx)
	})
	return func() *websocket.Conn {
		t.Helper()
		conn, _, err := websocket.Dial(limited(t), server.URL+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.CloseNow() })
		return conn
	}, server.URL + "/ws"
}

func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	t.Cleanup(cancel)
	return ctx
}

func (h *Hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.members)
}

func waitFor(t *testing.T, hub *Hub, members int) {
	t.Helper()
	for end := time.Now().Add(soon); hub.count() != members; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d members, not %d", hub.count(), members)
		}
	}
}

// talk says something, unless it is empty, and expects an answer.
func talk(t *testing.T, conn *websocket.Conn, say, want string) {
	t.Helper()
	if say != "" {
		if err := conn.Write(limited(t), websocket.MessageText, []byte(say)); err != nil {
			t.Fatal(err)
		}
	}
	if _, message, err := conn.Read(limited(t)); err != nil || !strings.HasPrefix(string(message), want) {
		t.Errorf("said %s, heard %s, %v", say, message, err)
	}
}

func TestAllHearWhatOneSays(t *testing.T) {
	hub := NewHub()
	dial, url := start(t, hub)
	alice, bob := dial(), dial()
	talk(t, alice, "", `{"type":"welcome"`)
	talk(t, bob, "", `{"type":"welcome"`)
	talk(t, alice, `{"type":"text","text":"你好"}`, `{"type":"text","text":"你好"}`)
	talk(t, bob, "", `{"type":"text","text":"你好"}`)
	talk(t, alice, `{"type":"ping"}`, `{"type":"pong"}`)
	for _, wrong := range []string{"nonsense", "[]", `{"type":"text"}`, `{"type":"text","text":"` + strings.Repeat("字", textMax+1) + `"}`} {
		talk(t, alice, wrong, `{"type":"error"`)
	}
	_, response, err := websocket.Dial(limited(t), url, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://evil.example"}}})
	if err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("a page of another site: %v", err)
	}
	if err := alice.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	waitFor(t, hub, 1)
}

func TestOneWhoFloodsIsNotHeard(t *testing.T) {
	hub := NewHub()
	hub.PerSecond, hub.Burst = 0.001, 2
	dial, _ := start(t, hub)
	alice, bob := dial(), dial()
	talk(t, alice, "", `{"type":"welcome"`)
	talk(t, bob, "", `{"type":"welcome"`)
	for i := range 100 {
		want := `{"type":"text"`
		if i >= hub.Burst {
			want = `{"type":"error","msg":"too many`
		}
		talk(t, alice, `{"type":"text","text":"alice"}`, want)
	}
	for range hub.Burst {
		talk(t, bob, "", `{"type":"text","text":"alice"`)
	}
	talk(t, bob, `{"type":"text","text":"bob"}`, `{"type":"text","text":"bob"`)
}

func TestHugeMessageEndsTheMember(t *testing.T) {
	hub := NewHub()
	dial, _ := start(t, hub)
	alice := dial()
	_ = alice.Write(limited(t), websocket.MessageText, []byte(strings.Repeat("x", messageLimit+1)))
	talk(t, alice, "", `{"type":"welcome"`)
	if _, _, err := alice.Read(limited(t)); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("got %v", err)
	}
	waitFor(t, hub, 0)
}

func TestSilentMemberIsDropped(t *testing.T) {
	hub := NewHub()
	hub.PingEvery, hub.SilenceLimit = time.Millisecond, 20*time.Millisecond
	dial, _ := start(t, hub)
	dial() // Never reads, and so never answers a ping.
	waitFor(t, hub, 0)
}

func TestCloseSaysGoodbye(t *testing.T) {
	hub := NewHub()
	dial, _ := start(t, hub)
	alice := dial()
	talk(t, alice, "", `{"type":"welcome"`)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		hub.Close(limited(t))
	}()
	if _, _, err := alice.Read(limited(t)); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("got %v", err)
	}
	<-closed
	if hub.count() != 0 {
		t.Error("members are left")
	}
}
