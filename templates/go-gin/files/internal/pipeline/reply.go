// Package pipeline answers pushes in time and works once for each, however often and to whichever process it is delivered.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"example.com/wxapp/internal/kv"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/wechat"
)

// Options of a pipeline. The zero value of a limit means its default.
type Options struct {
	// Handle is the bot. It runs on a context that outlives the request.
	Handle func(ctx context.Context, m *wechat.Message) (wechat.Reply, error)
	// SendLate sends a result for which nobody waits any longer, as a customer service message (客服消息).
	SendLate func(openid string, reply wechat.Reply) error
	// Store is where processes tell each other what they work on.
	Store kv.Store
	// Patience is how long an answer waits for its result. WeChat gives up after 5 s; the rest is for the way back.
	Patience time.Duration // default 4.5 s
	// WorkLimit is how long a handler may take.
	WorkLimit time.Duration // default 30 s
	// Workers work at once, and Queue wait for them. Pushes beyond are refused: WeChat sends them again in 5 s.
	Workers, Queue int // default 64 and 256
}

var (
	// ErrBusy: the queue is full.
	ErrBusy = errors.New("too many pushes at once")
	// ErrStopping: the program ends before the work does.
	ErrStopping = errors.New("stopping")
)

// Pipeline answers pushes.
type Pipeline struct {
	Options
	pool *Pool
	jobs *jobs

	ctx       context.Context // ends with the program
	cancel    context.CancelFunc
	stopping  chan struct{} // closed when answers must not wait any longer
	closeOnce sync.Once
}

// New starts the workers.
func New(options Options) *Pipeline {
	if options.Patience == 0 {
		options.Patience = 4500 * time.Millisecond
	}
	if options.WorkLimit == 0 {
		options.WorkLimit = 30 * time.Second
	}
	if options.Workers == 0 {
		options.Workers, options.Queue = 64, 256
	}
	p := &Pipeline{
		Options:  options,
		pool:     NewPool(options.Workers, options.Queue),
		jobs:     &jobs{known: map[string]*job{}, store: options.Store},
		stopping: make(chan struct{}),
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// Answer returns the reply, or an empty one when there is none in time.
func (p *Pipeline) Answer(ctx context.Context, m *wechat.Message) (reply wechat.Reply, isRepeat bool, err error) {
	job, isRepeat := p.jobs.join(m.Key(), func(added *job) bool {
		// Detached: the context of a request ends with its answer, the work does not.
		return p.pool.Submit(func() { p.work(context.WithoutCancel(ctx), m, added) })
	})
	if job == nil {
		return wechat.Reply{}, false, ErrBusy
	}
	timer := time.NewTimer(p.Patience)
	defer timer.Stop()
	select {
	case <-job.done:
		return job.result(), isRepeat, nil
	case <-timer.C:
		reply, _ := p.jobs.leave(job)
		return reply, isRepeat, nil
	case <-p.stopping:
		select {
		case <-job.done:
		case <-time.After(lastMoment):
		}
		if reply, isDone := p.jobs.leave(job); isDone && p.ctx.Err() == nil {
			return reply, isRepeat, nil
		}
		return wechat.Reply{}, isRepeat, ErrStopping // An answer of 503 makes WeChat try again: with our successor.
	case <-ctx.Done():
		p.jobs.leave(job)
		return wechat.Reply{}, isRepeat, ctx.Err() // WeChat hung up.
	}
}

func (p *Pipeline) work(ctx context.Context, m *wechat.Message, job *job) {
	log := logx.From(ctx)
	if !p.jobs.claim(ctx, job.key) {
		log.Info("another process has it")
		p.jobs.finish(job, wechat.Reply{})
		return
	}
	reply, err := p.run(ctx, m)
	if err != nil {
		log.Error("failed", "error", err.Error())
		if p.ctx.Err() != nil {
			p.jobs.forget(ctx, job.key)
		}
	}
	isLate := p.jobs.finish(job, reply)
	log.Info("handled", "cost_ms", time.Since(job.started).Milliseconds(), "late", isLate)
	if !isLate || reply.IsEmpty() || p.SendLate == nil {
		return
	}
	if err := p.SendLate(m.FromUserName, reply); err != nil {
		log.Error("late result is lost", "error", err.Error())
	}
}

// run keeps a handler's panic from ending the program.
func (p *Pipeline) run(ctx context.Context, m *wechat.Message) (reply wechat.Reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.WorkLimit)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	defer func() {
		if cause := recover(); cause != nil {
			reply, err = wechat.Reply{}, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return p.Handle(ctx, m)
}

// Hurry makes answers that still wait for a result go out now.
func (p *Pipeline) Hurry() { p.closeOnce.Do(func() { close(p.stopping) }) }

// lastMoment is for results that are nearly there when the program ends.
const lastMoment = 100 * time.Millisecond

// Grace is for work that was cut off to say so.
const Grace = 100 * time.Millisecond

// Close waits for the work under way, cancels it when ctx ends, and waits a little more.
func (p *Pipeline) Close(ctx context.Context) error {
	p.Hurry()
	defer p.cancel()
	err := p.pool.Close(ctx)
	if err == nil {
		return nil
	}
	p.cancel()
	grace, cancel := context.WithTimeout(context.Background(), Grace)
	defer cancel()
	_ = p.pool.Close(grace) // The error above has said it.
	return err
}
