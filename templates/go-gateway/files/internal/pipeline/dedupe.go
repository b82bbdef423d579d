package pipeline

import (
	"context"
	"sync"
	"time"

	"example.com/wxapp/internal/kv"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/wechat"
)

const (
	// A recorded push passes the check of its timestamp up to two windows after the first.
	rememberFor = 2 * wechat.ReplayWindow
	rememberMax = 10_000
)

// job is the work for one push, which all its deliveries share.
type job struct {
	key     string
	started time.Time
	done    chan struct{}
	// Guarded by jobs.mu until done is closed.
	waiting int
	reply   wechat.Reply
	late    bool // nobody waited for the result, or another process has it
}

// jobs remembers what was begun: here with results, and in the store, which all processes share.
type jobs struct {
	mu    sync.Mutex
	known map[string]*job
	order []*job // oldest first
	store kv.Store
}

// join returns the job for key, and whether it was there; begin starts a new one, unless it reports false.
func (j *jobs) join(key string, begin func(*job) bool) (found *job, isRepeat bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	for len(j.order) > 0 && (len(j.order) >= rememberMax || now.Sub(j.order[0].started) > rememberFor) {
		delete(j.known, j.order[0].key)
		j.order = j.order[1:]
	}
	if known := j.known[key]; known != nil {
		known.waiting++
		return known, true
	}
	added := &job{key: key, started: now, done: make(chan struct{}), waiting: 1}
	if !begin(added) {
		return nil, false
	}
	j.known[key] = added
	j.order = append(j.order, added)
	return added, false
}

// leave is for who does not wait any longer; it returns the result if that came at the same moment.
func (j *jobs) leave(left *job) (reply wechat.Reply, isDone bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	select {
	case <-left.done:
		return left.result(), true
	default:
		left.waiting--
		return wechat.Reply{}, false
	}
}

// finish gives the result to those who wait, and reports whether there was nobody.
func (j *jobs) finish(finished *job, reply wechat.Reply) (isLate bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	finished.reply = reply
	finished.late = finished.waiting == 0
	close(finished.done)
	return finished.late
}

// result of a job that is done. Who comes after a customer service message was sent must not see it twice.
func (j *job) result() wechat.Reply {
	if j.late {
		return wechat.Reply{}
	}
	return j.reply
}

// claim reports whether no other process works on this push. Without the store we still know our own.
func (j *jobs) claim(ctx context.Context, key string) bool {
	isNew, err := j.store.SetNew(ctx, "push:"+key, "1", rememberFor)
	if err != nil {
		logx.From(ctx).Warn("duplicates at other processes go unnoticed", "error", err.Error())
		return true
	}
	return isNew
}

// forget lets another process work on a push that this one could not finish.
func (j *jobs) forget(ctx context.Context, key string) {
	if err := j.store.Delete(ctx, "push:"+key); err != nil {
		logx.From(ctx).Warn("a push that was cut off is lost", "error", err.Error())
	}
}
