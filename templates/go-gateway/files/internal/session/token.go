package session

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Tokens makes and reads the tokens that clients send: JWTs that say who they are and which session they belong to.
type Tokens struct {
	keys    map[string][]byte // by kid
	current string
	parser  *jwt.Parser
	now     func() time.Time
}

const issuer, audience = "wxapp", "wxapp-api"

// Claims of a token; Subject is the openid, ID the session's.
type Claims = jwt.RegisteredClaims

// NewTokens signs with the first secret and takes tokens of all: put a new one in front, and drop the old one a Lifetime later.
func NewTokens(secrets ...string) (*Tokens, error) {
	t := &Tokens{keys: map[string][]byte{}, now: time.Now}
	for _, secret := range secrets {
		if len(secret) < 32 {
			return nil, errors.New("a JWT secret has at least 32 characters")
		}
		sum := sha256.Sum256([]byte("kid:" + secret))
		kid := hex.EncodeToString(sum[:4])
		t.keys[kid] = []byte(secret)
		if t.current == "" {
			t.current = kid
		}
	}
	if t.current == "" {
		return nil, errors.New("no JWT secret")
	}
	t.parser = jwt.NewParser(
		// The algorithm is ours to say, never the token's: it might say "none".
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return t.now() }),
	)
	return t, nil
}

// Issue signs a token for a session.
func (t *Tokens) Issue(openid, sessionID string) (string, error) {
	now := t.now()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, Claims{
		Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: openid, ID: sessionID,
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(Lifetime)),
	})
	token.Header["kid"] = t.current
	return token.SignedString(t.keys[t.current])
}

// Read checks a token.
func (t *Tokens) Read(text string) (*Claims, error) {
	claims := new(Claims)
	_, err := t.parser.ParseWithClaims(text, claims, func(token *jwt.Token) (any, error) {
		kid, _ := token.Header["kid"].(string)
		if key, ok := t.keys[kid]; ok {
			return key, nil
		}
		return nil, errors.New("unknown kid")
	})
	if err != nil {
		return nil, err
	}
	if claims.Subject == "" || claims.ID == "" {
		return nil, errors.New("sub or jti is missing")
	}
	return claims, nil
}
