package wechat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Handler is your bot. It runs once for each push, on a context that outlives the request.
type Handler func(ctx context.Context, m *Message) (Reply, error)

// Options of a pipeline. The zero value of a field means its default.
type Options struct {
	Handle Handler
	// SendLate sends a result that came too late for the answer, as a customer service message (客服消息).
	SendLate func(ctx context.Context, m *Message, reply Reply) error
	// Patience is how long an answer waits for its result. WeChat gives up after 5 s; the rest is for the way back.
	Patience time.Duration // default 4.5 s
	// WorkLimit is how long a handler may take.
	WorkLimit time.Duration // default 30 s
	// Workers is how many pushes are worked on at once. Those beyond are refused: WeChat sends them again in 5 s.
	Workers int // default 256
}

const (
	// A recorded push passes the check of its timestamp up to two windows after the first.
	rememberFor = 2 * ReplayWindow
	rememberMax = 10_000
	// lastMoment is for results that are nearly there when the program ends.
	lastMoment = 100 * time.Millisecond
	// lateLimit is for sending a late result, retry included.
	lateLimit = 15 * time.Second
)

var (
	// ErrBusy: all workers are busy.
	ErrBusy = errors.New("too many pushes at once")
	// ErrStopping: the program ends before the work does.
	ErrStopping = errors.New("stopping")
)

// Pipeline answers in time and works once for each push, however often it is delivered.
type Pipeline struct {
	Options
	slots   chan struct{}
	running sync.WaitGroup

	ctx       context.Context // ends with the program
	cancel    context.CancelFunc
	stopping  chan struct{} // closed when answers must not wait any longer
	closeOnce sync.Once

	mu       sync.Mutex
	isClosed bool // no new work: it would begin while Close waits for the last
	known    map[string]*job
	order    []*job // oldest first
}

type job struct {
	key     string
	started time.Time
	done    chan struct{}
	// Guarded by Pipeline.mu until done is closed.
	reply Reply
	late  bool // answered without the result
}

// NewPipeline starts nothing; work begins with the first push.
func NewPipeline(options Options) *Pipeline {
	p := &Pipeline{Options: options, stopping: make(chan struct{}), known: map[string]*job{}}
	if p.Patience == 0 {
		p.Patience = 4500 * time.Millisecond
	}
	if p.WorkLimit == 0 {
		p.WorkLimit = 30 * time.Second
	}
	if p.Workers == 0 {
		p.Workers = 256
	}
	p.slots = make(chan struct{}, p.Workers)
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// Answer returns the reply, or an empty one when there is none in time.
func (p *Pipeline) Answer(ctx context.Context, m *Message) (reply Reply, isRepeat bool, err error) {
	job, isRepeat, err := p.start(ctx, m)
	if err != nil {
		return Reply{}, isRepeat, err
	}
	timer := time.NewTimer(p.Patience)
	defer timer.Stop()
	select {
	case <-job.done:
	case <-timer.C:
		return p.giveUp(job), isRepeat, nil
	case <-p.stopping:
		select {
		case <-job.done:
		case <-time.After(lastMoment):
		}
		if !isDone(job) || p.ctx.Err() != nil {
			return Reply{}, isRepeat, ErrStopping // An answer of 503 makes WeChat try again: with our successor.
		}
	case <-ctx.Done():
		return Reply{}, isRepeat, ctx.Err() // WeChat hung up: it tries again, and finds the result.
	}
	if job.late {
		return Reply{}, isRepeat, nil // Has its result by customer service message.
	}
	return job.reply, isRepeat, nil
}

func isDone(job *job) bool {
	select {
	case <-job.done:
		return true
	default:
		return false
	}
}

func (p *Pipeline) giveUp(job *job) Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	if isDone(job) { // Just in time.
		return job.reply
	}
	job.late = true
	return Reply{}
}

// start begins the work, or finds that which an earlier delivery began.
func (p *Pipeline) start(ctx context.Context, m *Message) (*job, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for len(p.order) > 0 && (len(p.order) >= rememberMax || now.Sub(p.order[0].started) > rememberFor) {
		delete(p.known, p.order[0].key)
		p.order = p.order[1:]
	}
	if known := p.known[m.Key()]; known != nil {
		return known, true, nil
	}
	if p.isClosed {
		return nil, false, ErrStopping
	}
	select {
	case p.slots <- struct{}{}:
	default:
		return nil, false, ErrBusy
	}
	job := &job{key: m.Key(), started: now, done: make(chan struct{})}
	p.known[job.key] = job
	p.order = append(p.order, job)
	p.running.Add(1)
	go p.work(ctx, m, job)
	return job, false, nil
}

func (p *Pipeline) work(ctx context.Context, m *Message, job *job) {
	defer p.running.Done()
	defer func() { <-p.slots }()
	// Detached: the context of a request ends with its answer, the work does not.
	ctx = context.WithoutCancel(ctx)
	log := Log(ctx)
	reply, err := p.run(ctx, m)
	if err != nil {
		log.Error("failed", "error", err.Error())
	}
	p.mu.Lock()
	job.reply = reply
	close(job.done)
	late := job.late
	p.mu.Unlock()
	log.Info("handled", "cost_ms", time.Since(job.started).Milliseconds(), "late", late)
	if !late || reply.IsEmpty() || p.SendLate == nil {
		return
	}
	ctx, cancel := p.limit(ctx, lateLimit)
	defer cancel()
	if err := p.SendLate(ctx, m, reply); err != nil {
		log.Error("late result is lost", "error", err.Error())
	}
}

// run keeps a handler's panic from ending the program.
func (p *Pipeline) run(ctx context.Context, m *Message) (reply Reply, err error) {
	ctx, cancel := p.limit(ctx, p.WorkLimit)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			reply, err = Reply{}, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return p.Handle(ctx, m)
}

func (p *Pipeline) limit(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	stop := context.AfterFunc(p.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// Hurry makes answers that still wait for a result go out now.
func (p *Pipeline) Hurry() { p.closeOnce.Do(func() { close(p.stopping) }) }

// Close waits for the work under way, and cancels it when ctx ends.
func (p *Pipeline) Close(ctx context.Context) error {
	p.Hurry()
	p.mu.Lock()
	p.isClosed = true
	p.mu.Unlock()
	finished := make(chan struct{})
	go func() { p.running.Wait(); close(finished) }()
	defer p.cancel()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		return errors.New("work was cut off")
	}
}

type logKey struct{}

// WithLog gives ctx a logger that knows the request.
func WithLog(ctx context.Context, log *slog.Logger) context.Context {
	return context.WithValue(ctx, logKey{}, log)
}

// Log is the logger of ctx.
func Log(ctx context.Context) *slog.Logger {
	if log, ok := ctx.Value(logKey{}).(*slog.Logger); ok {
		return log
	}
	return slog.Default()
}
