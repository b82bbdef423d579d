package kv

import (
	"context"
	"sync"
	"time"
)

// maxEntries bounds the memory; beyond, the entry that was set first goes.
const maxEntries = 100_000

// Memory is a Store of this process only.
type Memory struct {
	mu      sync.Mutex
	entries map[string]*entry
	order   []*entry // as they were set
	now     func() time.Time
}

type entry struct {
	key, value string
	expires    time.Time
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{entries: map[string]*entry{}, now: time.Now} }

func (m *Memory) find(key string) *entry {
	found := m.entries[key]
	if found == nil || !m.now().Before(found.expires) {
		return nil
	}
	return found
}

func (m *Memory) put(key, value string, ttl time.Duration) {
	// Entries that have ended or been replaced leave in their turn. Those with a long ttl hold up others, but not beyond the bound.
	for len(m.order) > 0 {
		oldest := m.order[0]
		current := m.entries[oldest.key] == oldest
		if current && len(m.order) < maxEntries && m.now().Before(oldest.expires) {
			break
		}
		if current {
			delete(m.entries, oldest.key)
		}
		m.order = m.order[1:]
	}
	if ttl <= 0 {
		delete(m.entries, key)
		return
	}
	added := &entry{key, value, m.now().Add(ttl)}
	m.entries[key] = added
	m.order = append(m.order, added)
}

// Get implements Store.
func (m *Memory) Get(_ context.Context, key string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if found := m.find(key); found != nil {
		return found.value, true, nil
	}
	return "", false, nil
}

// Set implements Store.
func (m *Memory) Set(_ context.Context, key, value string, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key, value, ttl)
	return nil
}

// SetNew implements Store.
func (m *Memory) SetNew(_ context.Context, key, value string, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.find(key) != nil {
		return false, nil
	}
	m.put(key, value, ttl)
	return true, nil
}

// Take implements Store.
func (m *Memory) Take(_ context.Context, key string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.find(key)
	if found == nil {
		return "", false, nil
	}
	delete(m.entries, key)
	return found.value, true, nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
	return nil
}

// Ping implements Store.
func (m *Memory) Ping(context.Context) error { return nil }
