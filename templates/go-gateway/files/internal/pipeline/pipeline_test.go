package pipeline

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/wxapp/internal/kv"
	"example.com/wxapp/internal/wechat"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

// soon ends what would otherwise wait forever; no test waits that long when all is well.
const soon = 10 * time.Second

func receive[T any](t *testing.T, from <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(soon):
		t.Fatal("nothing came")
	}
	return value
}

func push(id string) *wechat.Message {
	return &wechat.Message{ToUserName: "gh_1", FromUserName: "oAlice", CreateTime: 1, MsgType: "text", MsgID: id}
}

// start makes a pipeline that ends with the test.
func start(t *testing.T, options Options) *Pipeline {
	if options.Store == nil {
		options.Store = kv.NewMemory()
	}
	p := New(options)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = p.Close(ctx)
	})
	return p
}

func TestRepeatedPushIsHandledOnce(t *testing.T) {
	var runs atomic.Int32
	p := start(t, Options{Patience: soon, Handle: func(context.Context, *wechat.Message) (wechat.Reply, error) {
		runs.Add(1)
		return wechat.Text("once"), nil
	}})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if reply, _, err := p.Answer(context.Background(), push("1")); err != nil || reply.Content != "once" {
				t.Errorf("got %+v, %v", reply, err)
			}
		})
	}
	all.Wait()
	if _, isRepeat, _ := p.Answer(context.Background(), push("1")); !isRepeat || runs.Load() != 1 {
		t.Errorf("ran %d times", runs.Load())
	}
}

func TestAnotherProcessDoesNotRepeat(t *testing.T) {
	store, runs := kv.NewMemory(), new(atomic.Int32)
	handle := func(context.Context, *wechat.Message) (wechat.Reply, error) {
		runs.Add(1)
		return wechat.Text("once"), nil
	}
	first, second := start(t, Options{Store: store, Handle: handle}), start(t, Options{Store: store, Handle: handle})
	if reply, _, err := first.Answer(context.Background(), push("1")); err != nil || reply.Content != "once" {
		t.Errorf("got %+v, %v", reply, err)
	}
	if reply, _, err := second.Answer(context.Background(), push("1")); err != nil || !reply.IsEmpty() || runs.Load() != 1 {
		t.Errorf("got %+v, %v, %d runs", reply, err, runs.Load())
	}
}

// broken is a store that is down.
type broken struct{ kv.Store }

func (broken) SetNew(context.Context, string, string, time.Duration) (bool, error) {
	return false, errors.New("down")
}

func TestWorksWhileTheStoreIsDown(t *testing.T) {
	p := start(t, Options{Store: broken{}, Handle: func(context.Context, *wechat.Message) (wechat.Reply, error) {
		return wechat.Text("here"), nil
	}})
	for range 2 {
		if reply, _, err := p.Answer(context.Background(), push("1")); err != nil || reply.Content != "here" {
			t.Errorf("got %+v, %v", reply, err)
		}
	}
}

func TestLateResultGoesByCustomerMessageOnce(t *testing.T) {
	release, sent := make(chan struct{}), make(chan wechat.Reply, 10)
	p := start(t, Options{
		Patience: time.Millisecond,
		Handle: func(ctx context.Context, _ *wechat.Message) (wechat.Reply, error) {
			<-release
			return wechat.Text("late"), ctx.Err()
		},
		SendLate: func(_ string, reply wechat.Reply) error {
			sent <- reply
			return nil
		},
	})
	ctx, answered := context.WithCancel(context.Background())
	answers := make(chan wechat.Reply, 2)
	for range 2 {
		go func() {
			reply, _, _ := p.Answer(ctx, push("1"))
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
	if reply, isRepeat, err := p.Answer(context.Background(), push("1")); !reply.IsEmpty() || !isRepeat || err != nil {
		t.Errorf("a follower would see it twice: %+v, %v", reply, err)
	}
	if len(sent) != 0 {
		t.Error("sent twice")
	}
}

func TestFullQueueRefusesAndForgets(t *testing.T) {
	release, started := make(chan struct{}), make(chan struct{}, 3)
	p := start(t, Options{Workers: 1, Queue: 1, Patience: soon, Handle: func(_ context.Context, m *wechat.Message) (wechat.Reply, error) {
		started <- struct{}{}
		<-release
		return wechat.Text(m.MsgID), nil
	}})
	results := make(chan wechat.Reply, 2)
	ask := func(id string) {
		reply, _, _ := p.Answer(context.Background(), push(id))
		results <- reply
	}
	go ask("1")
	receive(t, started) // The worker is busy; the next one waits in the queue.
	go ask("2")
	for len(p.pool.tasks) == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, _, err := p.Answer(context.Background(), push("3")); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	close(release)
	receive(t, results)
	receive(t, results)
	if reply, isRepeat, err := p.Answer(context.Background(), push("3")); err != nil || isRepeat || reply.Content != "3" {
		t.Errorf("got %+v, %v, %v", reply, isRepeat, err)
	}
}

func TestHandlerMayPanic(t *testing.T) {
	p := start(t, Options{Handle: func(context.Context, *wechat.Message) (wechat.Reply, error) { panic("oh no") }})
	if reply, _, err := p.Answer(context.Background(), push("1")); err != nil || !reply.IsEmpty() {
		t.Errorf("got %+v, %v", reply, err)
	}
}

func TestCutOffWorkIsLeftToTheNextProcess(t *testing.T) {
	store, started := kv.NewMemory(), make(chan struct{})
	first := New(Options{Store: store, Patience: soon, Handle: func(ctx context.Context, _ *wechat.Message) (wechat.Reply, error) {
		close(started)
		<-ctx.Done()
		return wechat.Reply{}, ctx.Err()
	}})
	answered := make(chan error, 1)
	go func() {
		_, _, err := first.Answer(context.Background(), push("1"))
		answered <- err
	}()
	receive(t, started)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if first.Close(ended) == nil {
		t.Error("the work was not finished")
	}
	if err := receive(t, answered); !errors.Is(err, ErrStopping) {
		t.Errorf("got %v", err)
	}
	first.pool.workers.Wait()
	if _, _, err := first.Answer(context.Background(), push("2")); !errors.Is(err, ErrBusy) {
		t.Errorf("after the end: %v", err)
	}
	second := start(t, Options{Store: store, Handle: func(context.Context, *wechat.Message) (wechat.Reply, error) { return wechat.Text("done"), nil }})
	if reply, _, err := second.Answer(context.Background(), push("1")); err != nil || reply.Content != "done" {
		t.Errorf("got %+v, %v", reply, err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	p := start(t, Options{Handle: func(context.Context, *wechat.Message) (wechat.Reply, error) { return wechat.Reply{}, nil }})
	for i := range rememberMax + 100 {
		event := push("")
		event.CreateTime = int64(i + 1)
		if _, _, err := p.Answer(context.Background(), event); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.jobs.known) > rememberMax || len(p.jobs.order) > rememberMax {
		t.Errorf("remembers %d, %d", len(p.jobs.known), len(p.jobs.order))
	}
}
