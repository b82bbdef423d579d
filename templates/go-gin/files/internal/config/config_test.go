package config

import (
	"os"
	"strings"
	"testing"
)

func TestLoad(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "WX_") || strings.Contains("HOST PORT REDIS_URL DATABASE_URL JWT_SECRET API_SIGN_SECRET TRUSTED_PROXIES", name) {
			t.Setenv(name, "")
			_ = os.Unsetenv(name)
		}
	}
	write(t, ".env", "# a comment\nWX_TOKEN=fromenv\nWX_APPID = 'wx1'\n\nnonsense\nPORT=8080\nJWT_SECRET="+strings.Repeat("a", 32)+"\n")
	write(t, ".env.local", "WX_TOKEN=\"local\"\n")
	t.Setenv("PORT", "9090")
	t.Setenv("TRUSTED_PROXIES", " 10.0.0.1, 192.168.0.0/16 ,::1,")
	t.Setenv("JWT_SECRET_PREVIOUS", strings.Repeat("b", 32))
	c, err := Load()
	if err != nil || c.Account.Token != "local" || c.Account.AppID != "wx1" || c.Address != "127.0.0.1:9090" ||
		strings.Join(c.JWTSecrets, "") != strings.Repeat("a", 32)+strings.Repeat("b", 32) {
		t.Errorf("got %+v, %v", c, err)
	}
	if got := strings.Join(c.TrustedProxies, " "); got != "10.0.0.1 192.168.0.0/16 ::1" {
		t.Errorf("trusted: %s", got)
	}
	wrong := map[string]string{
		"WX_TOKEN": "", "WX_AES_KEY": "short", "JWT_SECRET": "short", "API_SIGN_SECRET": "short",
		"WX_API_BASE": "api.weixin.qq.com", "RATE_PER_SECOND": "-1", "LOG_LEVEL": "loud",
		"TRUSTED_PROXIES": "10.0.0.1,proxy.example.com",
	}
	for name, value := range wrong {
		t.Setenv(name, value)
	}
	_, err = Load()
	for name := range wrong { // All at once, and no secret with them.
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), strings.Repeat("b", 32)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
