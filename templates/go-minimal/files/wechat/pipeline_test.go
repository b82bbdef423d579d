package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// soon ends what would otherwise wait forever; no test waits that long when all is well.
const soon = 10 * time.Second

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(soon):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func newPush(id string) *Message {
	return &Message{ToUserName: "gh_1", FromUserName: "oAlice", CreateTime: 1, MsgType: "text", MsgID: id, Content: "hi"}
}

// newTestPipeline ends with the test.
func newTestPipeline(t *testing.T, options Options) *Pipeline {
	p := NewPipeline(options)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = p.Close(ctx)
	})
	return p
}

func TestRepeatedPushIsHandledOnce(t *testing.T) {
	var runs atomic.Int32
	p := newTestPipeline(t, Options{Patience: soon, Handle: func(context.Context, *Message) (Reply, error) {
		runs.Add(1)
		return Text("once"), nil
	}})
	var all sync.WaitGroup
	for range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			if reply, _, err := p.Answer(context.Background(), newPush("1")); err != nil || reply.Content != "once" {
				t.Errorf("got %+v, %v", reply, err)
			}
		}()
	}
	all.Wait()
	if _, isRepeat, _ := p.Answer(context.Background(), newPush("1")); !isRepeat || runs.Load() != 1 {
		t.Errorf("ran %d times", runs.Load())
	}
	if _, isRepeat, _ := p.Answer(context.Background(), newPush("2")); isRepeat || runs.Load() != 2 {
		t.Errorf("another push: ran %d times", runs.Load())
	}
}

func TestLateResultGoesByCustomerMessageOnce(t *testing.T) {
	release, sent := make(chan struct{}), make(chan Reply, 10)
	p := newTestPipeline(t, Options{
		Patience: time.Millisecond,
		Handle: func(ctx context.Context, _ *Message) (Reply, error) {
			<-release
			return Text("late"), ctx.Err()
		},
		SendLate: func(_ context.Context, m *Message, reply Reply) error {
			sent <- reply
			return nil
		},
	})
	ctx, answered := context.WithCancel(context.Background())
	answers := make(chan Reply, 2)
	for range 2 {
		go func() {
			reply, _, _ := p.Answer(ctx, newPush("1"))
			answers <- reply
		}()
	}
	for range 2 {
		if reply := receive(t, answers); !reply.IsEmpty() {
			t.Errorf("answered %+v", reply)
		}
	}
	answered() // As net/http does when the answer is written: the work must go on.
	close(release)
	if reply := receive(t, sent); reply.Content != "late" {
		t.Errorf("sent %+v", reply)
	}
	if reply, isRepeat, err := p.Answer(context.Background(), newPush("1")); !reply.IsEmpty() || !isRepeat || err != nil {
		t.Errorf("a follower would see it twice: %+v, %v", reply, err)
	}
	if len(sent) != 0 {
		t.Error("sent twice")
	}
}

func TestWhoHangsUpFindsTheResultLater(t *testing.T) {
	release := make(chan struct{})
	p := newTestPipeline(t, Options{Patience: soon, Handle: func(context.Context, *Message) (Reply, error) {
		<-release
		return Text("here"), nil
	}})
	ctx, hangUp := context.WithCancel(context.Background())
	hangUp()
	if _, _, err := p.Answer(ctx, newPush("1")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(release)
	if reply, isRepeat, err := p.Answer(context.Background(), newPush("1")); reply.Content != "here" || !isRepeat {
		t.Errorf("got %+v, %v", reply, err)
	}
}

func TestBusyPipelineRefusesAndForgets(t *testing.T) {
	release, started := make(chan struct{}), make(chan struct{})
	p := newTestPipeline(t, Options{Workers: 1, Patience: soon, Handle: func(_ context.Context, m *Message) (Reply, error) {
		if m.MsgID == "1" {
			close(started)
			<-release
		}
		return Text(m.MsgID), nil
	}})
	first := make(chan Reply, 1)
	go func() {
		reply, _, _ := p.Answer(context.Background(), newPush("1"))
		first <- reply
	}()
	receive(t, started)
	if _, _, err := p.Answer(context.Background(), newPush("2")); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	close(release)
	receive(t, first)
	for end := time.Now().Add(soon); ; time.Sleep(time.Millisecond) { // The worker has answered, but may not be free yet.
		reply, _, err := p.Answer(context.Background(), newPush("2"))
		if err == nil && reply.Content == "2" {
			return
		}
		if !errors.Is(err, ErrBusy) || time.Now().After(end) {
			t.Fatalf("got %+v, %v", reply, err)
		}
	}
}

func TestHandlerMayFailAndPanic(t *testing.T) {
	p := newTestPipeline(t, Options{Patience: soon, Handle: func(_ context.Context, m *Message) (Reply, error) {
		if m.MsgID == "1" {
			panic("oh no")
		}
		return Reply{}, errors.New("oh no")
	}})
	for _, id := range []string{"1", "2"} {
		if reply, _, err := p.Answer(context.Background(), newPush(id)); err != nil || !reply.IsEmpty() {
			t.Errorf("%s: %+v, %v", id, reply, err)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	p := newTestPipeline(t, Options{Patience: soon, Handle: func(context.Context, *Message) (Reply, error) { return Reply{}, nil }})
	for i := range rememberMax + 100 {
		push := newPush("")
		push.CreateTime = int64(i + 1)
		if _, _, err := p.Answer(context.Background(), push); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.known) > rememberMax || len(p.order) > rememberMax {
		t.Errorf("remembers %d, %d", len(p.known), len(p.order))
	}
}

func TestCloseCutsOffWork(t *testing.T) {
	started := make(chan struct{})
	p := NewPipeline(Options{Patience: soon, Handle: func(ctx context.Context, _ *Message) (Reply, error) {
		close(started)
		<-ctx.Done()
		return Reply{}, ctx.Err()
	}})
	answered := make(chan error, 1)
	go func() {
		_, _, err := p.Answer(context.Background(), newPush("1"))
		answered <- err
	}()
	receive(t, started)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if p.Close(ended) == nil {
		t.Error("the work was not finished")
	}
	if err := receive(t, answered); !errors.Is(err, ErrStopping) {
		t.Errorf("got %v", err)
	}
	p.running.Wait() // The handler has seen the end of its context.
}

func TestClosedPipelineRefusesNewWork(t *testing.T) {
	var runs atomic.Int32
	p := NewPipeline(Options{Patience: soon, Handle: func(context.Context, *Message) (Reply, error) {
		runs.Add(1)
		return Text("done"), nil
	}})
	if err := p.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if _, _, err := p.Answer(context.Background(), newPush("1")); !errors.Is(err, ErrStopping) || runs.Load() != 0 {
		t.Errorf("got %v after %d runs", err, runs.Load())
	}
}

// Either the work is done when Close returns, or it never began. The race detector sees any other order.
func TestPushWhileClosing(t *testing.T) {
	for range 100 {
		var working, runs atomic.Int32
		p := NewPipeline(Options{Patience: soon, Handle: func(context.Context, *Message) (Reply, error) {
			working.Add(1)
			defer working.Add(-1)
			runs.Add(1)
			return Text("done"), nil
		}})
		var all sync.WaitGroup
		for _, id := range []string{"1", "2"} {
			all.Add(1)
			go func() {
				defer all.Done()
				if _, _, err := p.Answer(context.Background(), newPush(id)); err != nil && !errors.Is(err, ErrStopping) {
					t.Error(err)
				}
			}()
		}
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
		before := runs.Load()
		if working.Load() != 0 {
			t.Error("closed while work was under way")
		}
		all.Wait()
		if runs.Load() != before {
			t.Error("work began after the end")
		}
	}
}

// wechatAPI is a stand-in that answers what the test says, in turn.
func wechatAPI(t *testing.T, answers ...string) (client *Client, calls func() []string) {
	var mu sync.Mutex
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		text, _ := json.Marshal(body)
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.URL.RequestURI()+" "+string(text))
		_, _ = w.Write([]byte(answers[min(len(seen), len(answers))-1]))
	}))
	t.Cleanup(server.Close)
	return NewClient(server.URL, "wxapp", "secret"), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return seen
	}
}

func TestClientRenewsAStaleTokenOnce(t *testing.T) {
	stale := `{"errcode":40001,"errmsg":"invalid credential rid: 1"}`
	client, calls := wechatAPI(t,
		`{"access_token":"one","expires_in":7200}`, stale,
		`{"access_token":"two","expires_in":7200}`, `{"errcode":0,"errmsg":"ok"}`,
		stale, `{"access_token":"three","expires_in":7200}`, stale,
	)
	if err := client.SendReply(context.Background(), newPush("1"), Text("<你好>")); err != nil {
		t.Fatal(err)
	}
	if got := calls(); len(got) != 4 || got[3] != `/cgi-bin/message/custom/send?access_token=two {"msgtype":"text","text":{"content":"\u003c你好\u003e"},"touser":"oAlice"}` {
		t.Errorf("%d calls: %q", len(got), got)
	}
	var refused *APIError
	if err := client.SendReply(context.Background(), newPush("1"), Image("media")); !errors.As(err, &refused) || refused.Code != 40001 {
		t.Errorf("got %v", err)
	}
	if got := calls(); len(got) != 7 {
		t.Errorf("%d calls: %q", len(got), got)
	}
}

func TestClientFetchesOneTokenForAll(t *testing.T) {
	client, calls := wechatAPI(t, `{"access_token":"one","expires_in":7200}`)
	var all sync.WaitGroup
	for range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			if token, err := client.accessToken(context.Background(), ""); token != "one" || err != nil {
				t.Errorf("got %q, %v", token, err)
			}
		}()
	}
	all.Wait()
	if got := calls(); len(got) != 1 {
		t.Errorf("%d calls: %q", len(got), got)
	}
}

func TestClientErrorsHideTheToken(t *testing.T) {
	client, _ := wechatAPI(t, `{"access_token":"verysecret","expires_in":7200}`)
	if _, err := client.accessToken(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	client.Base = "http://127.0.0.1:1"
	err := client.Post(context.Background(), "/cgi-bin/x", nil, nil)
	if err == nil || strings.Contains(err.Error(), "verysecret") {
		t.Errorf("got %v", err)
	}
}
