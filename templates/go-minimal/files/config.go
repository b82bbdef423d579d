package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"example.com/wxapp/wechat"
)

type config struct {
	address string
	account *wechat.Account
	apiBase string
	secret  string
	level   string
}

// loadConfig reads the environment, which wins over .env.local, which wins over .env. It names everything that is wrong.
func loadConfig() (*config, error) {
	for _, file := range []string{".env.local", ".env"} {
		if err := loadEnv(file); err != nil {
			return nil, err
		}
	}
	c := &config{
		address: getenv("HOST", "127.0.0.1") + ":" + getenv("PORT", "3000"),
		apiBase: strings.TrimSuffix(getenv("WX_API_BASE", "https://api.weixin.qq.com"), "/"),
		secret:  os.Getenv("WX_SECRET"),
		level:   getenv("LOG_LEVEL", "info"),
		account: &wechat.Account{
			Token:    os.Getenv("WX_TOKEN"),
			AppID:    os.Getenv("WX_APPID"),
			OnlySafe: os.Getenv("WX_MODE") == "safe",
		},
	}
	var problems []error
	if c.account.Token == "" {
		problems = append(problems, errors.New("WX_TOKEN is not set: copy .env.example to .env and fill it in"))
	}
	if text := os.Getenv("WX_AES_KEY"); text != "" {
		key, err := wechat.ParseKey(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("WX_AES_KEY: %w", err))
		}
		c.account.Key = &key
	} else if c.account.OnlySafe {
		problems = append(problems, errors.New("WX_MODE is safe, but WX_AES_KEY is not set"))
	}
	return c, errors.Join(problems...)
}

func getenv(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// loadEnv sets what a file of NAME=value says and the environment does not.
func loadEnv(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // It was only read.
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		name, value, found := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		name = strings.TrimSpace(name)
		if _, isSet := os.LookupEnv(name); !found || isSet || strings.HasPrefix(name, "#") {
			continue
		}
		value = strings.TrimSpace(value)
		if quoted := len(value) > 1 && strings.ContainsAny(value[:1], `"'`) && value[0] == value[len(value)-1]; quoted {
			value = value[1 : len(value)-1]
		}
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return lines.Err()
}
