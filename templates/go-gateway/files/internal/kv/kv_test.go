package kv

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestStores holds both stores to the same. Redis is tested when REDIS_URL says where one is.
func TestStores(t *testing.T) {
	t.Run("memory", func(t *testing.T) { testStore(t, NewMemory()) })
	t.Run("redis", func(t *testing.T) {
		url := os.Getenv("REDIS_URL")
		if url == "" {
			t.Skip("REDIS_URL is not set")
		}
		store, err := OpenRedis(url, fmt.Sprintf("test:%d:", time.Now().UnixNano()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		testStore(t, store)
	})
}

func testStore(t *testing.T, store Store) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	expect := func(key, want string, wantFound bool) {
		t.Helper()
		if value, found, err := store.Get(ctx, key); value != want || found != wantFound || err != nil {
			t.Errorf("%s: got %q, %v, %v", key, value, found, err)
		}
	}
	must(store.Ping(ctx))
	expect("a", "", false)
	must(store.Set(ctx, "a", "你好", time.Minute))
	expect("a", "你好", true)
	must(store.Set(ctx, "a", "", time.Minute))
	expect("a", "", true)
	must(store.Set(ctx, "a", "1", 0)) // silenceper's client does that with a token that is about to end.
	expect("a", "", false)
	must(store.Set(ctx, "b", "1", -time.Second))
	expect("b", "", false)

	if isNew, err := store.SetNew(ctx, "c", "1", time.Minute); !isNew || err != nil {
		t.Errorf("first: %v, %v", isNew, err)
	}
	if isNew, err := store.SetNew(ctx, "c", "2", time.Minute); isNew || err != nil {
		t.Errorf("second: %v, %v", isNew, err)
	}
	expect("c", "1", true)
	if value, found, err := store.Take(ctx, "c"); value != "1" || !found || err != nil {
		t.Errorf("take: %q, %v, %v", value, found, err)
	}
	if _, found, err := store.Take(ctx, "c"); found || err != nil {
		t.Errorf("take twice: %v, %v", found, err)
	}
	must(store.Set(ctx, "d", "1", time.Minute))
	must(store.Delete(ctx, "d"))
	must(store.Delete(ctx, "d"))
	expect("d", "", false)

	must(store.Set(ctx, "short", "1", 20*time.Millisecond))
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, found, _ := store.Get(ctx, "short"); !found {
			break
		}
		if time.Now().After(end) {
			t.Fatal("does not end")
		}
	}

	var winners atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if isNew, err := store.SetNew(ctx, "race", "1", time.Minute); err != nil {
				t.Error(err)
			} else if isNew {
				winners.Add(1)
			}
		})
	}
	all.Wait()
	if winners.Load() != 1 {
		t.Errorf("%d were first", winners.Load())
	}
}

func TestMemoryIsBounded(t *testing.T) {
	store, now := NewMemory(), time.Now()
	store.now = func() time.Time { return now }
	ctx := context.Background()
	for i := range maxEntries + 10 {
		_ = store.Set(ctx, fmt.Sprint(i), "", time.Hour)
	}
	if len(store.entries) > maxEntries || len(store.order) > maxEntries {
		t.Errorf("%d entries, %d in order", len(store.entries), len(store.order))
	}
	now = now.Add(2 * time.Hour)
	_ = store.Set(ctx, "a", "", time.Hour)
	if len(store.entries) != 1 || len(store.order) != 1 {
		t.Errorf("%d entries, %d in order", len(store.entries), len(store.order))
	}
}
