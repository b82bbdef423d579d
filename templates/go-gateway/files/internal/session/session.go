// Package session keeps who is logged in. The session_key of WeChat stays here: it never leaves the server.
package session

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"example.com/wxapp/internal/kv"
)

// Lifetime of a login.
const Lifetime = 2 * time.Hour

// Session is a login of one user.
type Session struct {
	ID string `json:"id"`
	// Key is the session_key (会话密钥), which decrypts the user's data.
	Key string `json:"key"`
}

// Store keeps one session a user: WeChat's session_key is replaced by each login too.
type Store struct{ KV kv.Store }

// Start begins a session and ends the one before.
func (s *Store) Start(ctx context.Context, openid, sessionKey string) (Session, error) {
	started := Session{ID: rand.Text(), Key: sessionKey}
	text, err := json.Marshal(started)
	if err != nil {
		return Session{}, err
	}
	return started, s.KV.Set(ctx, "session:"+openid, string(text), Lifetime)
}

// Find returns the session of a user, if there is one.
func (s *Store) Find(ctx context.Context, openid string) (found Session, ok bool, err error) {
	text, ok, err := s.KV.Get(ctx, "session:"+openid)
	if err != nil || !ok {
		return Session{}, false, err
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		return Session{}, false, err
	}
	return found, true, nil
}

// End logs a user out.
func (s *Store) End(ctx context.Context, openid string) error {
	return s.KV.Delete(ctx, "session:"+openid)
}
