// Package config reads the settings, and names everything that is wrong with them at once.
package config

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"example.com/wxapp/internal/wechat"
	"example.com/wxapp/internal/wxapi"
)

// Config is all there is to set.
type Config struct {
	Address        string
	Level          slog.Level
	Account        *wechat.Account
	Secret         string // AppSecret
	APIBase        string
	OpenBase       string
	PublicURL      string   // of this app, for web logins
	TrustedProxies []string // whose X-Forwarded-For counts

	RedisURL    string // empty: memory
	DatabaseURL string // empty: memory

	JWTSecrets    []string // the first signs
	APISignSecret string

	RatePerSecond float64
	RateBurst     int
}

// Load reads the environment, which wins over .env.local, which wins over .env.
func Load() (*Config, error) {
	for _, file := range []string{".env.local", ".env"} {
		if err := loadEnv(file); err != nil {
			return nil, err
		}
	}
	p := &problems{}
	c := &Config{
		Address: net.JoinHostPort(getenv("HOST", "127.0.0.1"), getenv("PORT", "3000")),
		Account: &wechat.Account{
			Token: os.Getenv("WX_TOKEN"), AppID: os.Getenv("WX_APPID"), OnlySafe: os.Getenv("WX_MODE") == "safe",
		},
		Secret:    os.Getenv("WX_SECRET"),
		APIBase:   p.url("WX_API_BASE", wxapi.DefaultBase),
		OpenBase:  p.url("WX_OPEN_BASE", wxapi.DefaultOpenBase),
		PublicURL: p.url("PUBLIC_URL", ""),

		RedisURL: os.Getenv("REDIS_URL"), DatabaseURL: os.Getenv("DATABASE_URL"),
		APISignSecret: os.Getenv("API_SIGN_SECRET"),
		RatePerSecond: p.number("RATE_PER_SECOND", 10), RateBurst: int(p.number("RATE_BURST", 40)),
	}
	if err := c.Level.UnmarshalText([]byte(getenv("LOG_LEVEL", "info"))); err != nil {
		p.add("LOG_LEVEL: %v", err)
	}
	c.TrustedProxies = p.proxies(os.Getenv("TRUSTED_PROXIES"))
	p.account(c.Account)
	p.secrets(c)
	return c, errors.Join(p.found...)
}

type problems struct{ found []error }

func (p *problems) add(format string, args ...any) {
	p.found = append(p.found, fmt.Errorf(format, args...))
}

func (p *problems) account(account *wechat.Account) {
	if account.Token == "" {
		p.add("WX_TOKEN is not set: copy .env.example to .env and fill it in")
	}
	if text := os.Getenv("WX_AES_KEY"); text != "" {
		key, err := wechat.ParseKey(text)
		if err != nil {
			p.add("WX_AES_KEY: %v", err)
		}
		account.Key = &key
	} else if account.OnlySafe {
		p.add("WX_MODE is safe, but WX_AES_KEY is not set")
	}
}

const secretMin = 32

func (p *problems) secrets(c *Config) {
	for _, name := range []string{"JWT_SECRET", "JWT_SECRET_PREVIOUS"} {
		if secret := os.Getenv(name); len(secret) >= secretMin {
			c.JWTSecrets = append(c.JWTSecrets, secret)
		} else if secret != "" {
			p.add("%s has %d characters, and needs %d", name, len(secret), secretMin)
		}
	}
	if os.Getenv("JWT_SECRET") == "" {
		slog.Warn("JWT_SECRET is not set: logins end with this process")
		c.JWTSecrets = append([]string{rand.Text() + rand.Text()}, c.JWTSecrets...)
	}
	if n := len(c.APISignSecret); n > 0 && n < secretMin {
		p.add("API_SIGN_SECRET has %d characters, and needs %d", n, secretMin)
	}
}

// proxies reads addresses and networks, with commas between.
func (p *problems) proxies(text string) (all []string) {
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if _, _, err := net.ParseCIDR(part); err != nil && net.ParseIP(part) == nil {
			p.add("TRUSTED_PROXIES: %q is neither an address nor a network such as 10.0.0.0/8", part)
			continue
		}
		all = append(all, part)
	}
	return all
}

func (p *problems) url(name, otherwise string) string {
	text := strings.TrimSuffix(getenv(name, otherwise), "/")
	if u, err := url.Parse(text); text != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		p.add("%s is no URL such as https://example.com", name)
	}
	return text
}

func (p *problems) number(name string, otherwise float64) float64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || !(number > 0 && number < 1e9) {
		p.add("%s is no number above 0", name)
	}
	return number
}

func getenv(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
