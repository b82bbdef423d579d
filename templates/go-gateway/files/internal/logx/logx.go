// Package logx carries a logger that knows the request along with its context.
package logx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
)

type key struct{}

// With adds attributes to the logger of ctx.
func With(ctx context.Context, attributes ...any) context.Context {
	return context.WithValue(ctx, key{}, From(ctx).With(attributes...))
}

// From is the logger of ctx.
func From(ctx context.Context) *slog.Logger {
	if log, ok := ctx.Value(key{}).(*slog.Logger); ok {
		return log
	}
	return slog.Default()
}

// Hash stands for an openid in logs: the same follower can be found again, and nobody else.
func Hash(openid string) string {
	sum := sha256.Sum256([]byte(openid))
	return hex.EncodeToString(sum[:6])
}
