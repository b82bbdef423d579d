package session

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/wxapp/internal/kv"
)

const oldSecret, newSecret = "an old secret of 32 characters..", "a new secret of 32 characters..."

func newTokens(t *testing.T, secrets ...string) *Tokens {
	t.Helper()
	tokens, err := NewTokens(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func TestTokens(t *testing.T) {
	tokens := newTokens(t, oldSecret)
	text, err := tokens.Issue("oAlice", "s1")
	if err != nil {
		t.Fatal(err)
	}
	rotated, replaced := newTokens(t, newSecret, oldSecret), newTokens(t, newSecret)
	for name, test := range map[string]struct {
		tokens *Tokens
		text   string
		isGood bool
	}{
		"good":           {tokens, text, true},
		"rotated":        {rotated, text, true},
		"replaced":       {replaced, text, false},
		"empty":          {tokens, "", false},
		"cut off":        {tokens, text[:len(text)-4], false},
		"alg none":       {tokens, withHeader(text, `{"alg":"none","typ":"JWT"}`) + ".", false},
		"other audience": {tokens, sign(t, tokens, Claims{Issuer: issuer, Audience: jwt.ClaimStrings{"x"}, Subject: "o", ID: "s", ExpiresAt: inAnHour()}), false},
		"other issuer":   {tokens, sign(t, tokens, Claims{Issuer: "x", Audience: jwt.ClaimStrings{audience}, Subject: "o", ID: "s", ExpiresAt: inAnHour()}), false},
		"no end":         {tokens, sign(t, tokens, Claims{Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: "o", ID: "s"}), false},
		"nobody":         {tokens, sign(t, tokens, Claims{Issuer: issuer, Audience: jwt.ClaimStrings{audience}, ID: "s", ExpiresAt: inAnHour()}), false},
	} {
		if claims, err := test.tokens.Read(test.text); (err == nil) != test.isGood || err == nil && claims.Subject != "oAlice" {
			t.Errorf("%s: %+v, %v", name, claims, err)
		}
	}
	tokens.now = func() time.Time { return time.Now().Add(Lifetime + time.Minute) }
	if _, err := tokens.Read(text); err == nil {
		t.Error("has expired")
	}
	for _, secrets := range [][]string{{}, {"short"}} {
		if _, err := NewTokens(secrets...); err == nil {
			t.Errorf("%q", secrets)
		}
	}
}

func inAnHour() *jwt.NumericDate { return jwt.NewNumericDate(time.Now().Add(time.Hour)) }

func sign(t *testing.T, tokens *Tokens, claims Claims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	token.Header["kid"] = tokens.current
	text, err := token.SignedString(tokens.keys[tokens.current])
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func withHeader(token, header string) string {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + payload
}

func TestLoginEndsTheSessionBefore(t *testing.T) {
	store, ctx := &Store{KV: kv.NewMemory()}, context.Background()
	first, err := store.Start(ctx, "oAlice", "key1")
	if err != nil {
		t.Fatal(err)
	}
	second, err := store.Start(ctx, "oAlice", "key2")
	if err != nil || first.ID == second.ID {
		t.Errorf("%+v, %+v, %v", first, second, err)
	}
	if got, found, err := store.Find(ctx, "oAlice"); got != second || !found || err != nil {
		t.Errorf("got %+v, %v, %v", got, found, err)
	}
	if err := store.End(ctx, "oAlice"); err != nil {
		t.Error(err)
	}
	if _, found, _ := store.Find(ctx, "oAlice"); found {
		t.Error("was ended")
	}
}
