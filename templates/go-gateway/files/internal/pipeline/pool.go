package pipeline

import (
	"context"
	"errors"
	"sync"
)

// Pool works on tasks with a fixed number of workers. Those that wait are bounded too.
type Pool struct {
	mu       sync.Mutex
	isClosed bool
	tasks    chan func()
	workers  sync.WaitGroup
}

// NewPool starts the workers.
func NewPool(workers, queue int) *Pool {
	p := &Pool{tasks: make(chan func(), queue)}
	for range workers {
		p.workers.Go(func() {
			for task := range p.tasks {
				task()
			}
		})
	}
	return p
}

// Submit never waits: it reports false when the queue is full or the pool closed.
func (p *Pool) Submit(task func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isClosed {
		return false
	}
	select {
	case p.tasks <- task:
		return true
	default:
		return false
	}
}

// Close waits for what was submitted, until ctx ends.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	if !p.isClosed {
		p.isClosed = true
		close(p.tasks)
	}
	p.mu.Unlock()
	finished := make(chan struct{})
	go func() { p.workers.Wait(); close(finished) }()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		return errors.New("work was cut off")
	}
}
