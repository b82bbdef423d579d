package repo

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/wxapp/internal/kv"
)

// broken is a cache that is down.
type broken struct{ kv.Store }

var errDown = errors.New("down")

func (broken) Get(context.Context, string) (string, bool, error) { return "", false, errDown }
func (broken) SetNew(context.Context, string, string, time.Duration) (bool, error) {
	return false, errDown
}

// source is a database with one row.
type source struct {
	mu    sync.Mutex
	value string
	found bool
	loads atomic.Int32
	gate  chan struct{} // when set, a load waits after it has read
}

func (s *source) load(ctx context.Context, _ string) (string, bool, error) {
	s.loads.Add(1)
	s.mu.Lock()
	value, found := s.value, s.found
	s.mu.Unlock()
	if s.gate != nil {
		<-s.gate
	}
	return value, found, ctx.Err()
}

func (s *source) write(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.found = value, true
}

func expect(t *testing.T, cache *CacheAside[string], want string, wantFound bool) {
	t.Helper()
	if value, found, err := cache.Get(context.Background(), "k"); value != want || found != wantFound || err != nil {
		t.Errorf("got %q, %v, %v", value, found, err)
	}
}

func TestReadsOnceAndSeesWrites(t *testing.T) {
	rows, store := &source{value: "old", found: true}, kv.NewMemory()
	cache := &CacheAside[string]{KV: store, Load: rows.load}
	for range 3 {
		expect(t, cache, "old", true)
	}
	if rows.loads.Load() != 1 {
		t.Errorf("%d loads", rows.loads.Load())
	}
	rows.write("new")
	if err := cache.Invalidate(context.Background(), "k"); err != nil {
		t.Fatal(err)
	}
	expect(t, cache, "new", true)
}

func TestRemembersWhatIsAbsent(t *testing.T) {
	rows := &source{}
	cache := &CacheAside[string]{KV: kv.NewMemory(), Load: rows.load}
	for range 3 {
		expect(t, cache, "", false)
	}
	if rows.loads.Load() != 1 {
		t.Errorf("%d loads", rows.loads.Load())
	}
	rows.write("new")
	if err := cache.Invalidate(context.Background(), "k"); err != nil {
		t.Fatal(err)
	}
	expect(t, cache, "new", true)
}

func TestManyWaitForOneLoad(t *testing.T) {
	rows := &source{value: "v", found: true, gate: make(chan struct{})}
	cache := &CacheAside[string]{KV: kv.NewMemory(), Load: rows.load}
	left, leave := context.WithCancel(context.Background())
	leave()
	if _, _, err := cache.Get(left, "k"); !errors.Is(err, context.Canceled) {
		t.Errorf("who leaves does not wait: %v", err)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { expect(t, cache, "v", true) })
	}
	close(rows.gate)
	all.Wait()
	if rows.loads.Load() != 1 {
		t.Errorf("%d loads", rows.loads.Load())
	}
}

// A reader that has read the old value stores it after the writer has deleted: the classic race of cache-aside.
func TestSlowReaderDoesNotStoreTheOldValue(t *testing.T) {
	rows, store := &source{value: "old", found: true, gate: make(chan struct{})}, kv.NewMemory()
	cache := &CacheAside[string]{KV: store, Load: rows.load}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _, _ = cache.Get(context.Background(), "k")
	}()
	for rows.loads.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	rows.write("new")
	if err := cache.Invalidate(context.Background(), "k"); err != nil {
		t.Fatal(err)
	}
	close(rows.gate)
	<-done
	expect(t, cache, "new", true)
}

func TestAsksTheDatabaseWhileTheCacheIsDown(t *testing.T) {
	rows := &source{value: "v", found: true}
	expect(t, &CacheAside[string]{KV: broken{}, Load: rows.load}, "v", true)
}

func TestDatabaseErrorsAreNotCached(t *testing.T) {
	isDown := true
	cache := &CacheAside[string]{KV: kv.NewMemory(), Load: func(context.Context, string) (string, bool, error) {
		if isDown {
			return "", false, errDown
		}
		return "v", true, nil
	}}
	if _, _, err := cache.Get(context.Background(), "k"); !errors.Is(err, errDown) {
		t.Errorf("got %v", err)
	}
	isDown = false
	expect(t, cache, "v", true)
}
