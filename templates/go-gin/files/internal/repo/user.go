// Package repo is where users are kept: MySQL with a cache before it, or memory while there is no database.
package repo

import (
	"context"
	"sync"
	"time"
)

// User of the app.
type User struct {
	OpenID    string
	Nickname  string
	CreatedAt time.Time
}

// Users is where they are kept.
type Users interface {
	// Find reports whether there is such a user.
	Find(ctx context.Context, openid string) (user User, found bool, err error)
	// Create adds a user, unless there is one.
	Create(ctx context.Context, openid string) error
	// Rename reports whether there is such a user.
	Rename(ctx context.Context, openid, nickname string) (found bool, err error)
	Ping(ctx context.Context) error
}

// Memory keeps users while the process lives.
type Memory struct {
	mu    sync.Mutex
	users map[string]User
}

// NewMemory has no users.
func NewMemory() *Memory { return &Memory{users: map[string]User{}} }

// Find implements Users.
func (m *Memory) Find(_ context.Context, openid string) (User, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	user, found := m.users[openid]
	return user, found, nil
}

// Create implements Users.
func (m *Memory) Create(_ context.Context, openid string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.users[openid]; !found {
		m.users[openid] = User{OpenID: openid, CreatedAt: time.Now().UTC().Truncate(time.Second)}
	}
	return nil
}

// Rename implements Users.
func (m *Memory) Rename(_ context.Context, openid, nickname string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	user, found := m.users[openid]
	if found {
		user.Nickname = nickname
		m.users[openid] = user
	}
	return found, nil
}

// Ping implements Users.
func (m *Memory) Ping(context.Context) error { return nil }
