package repo

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/wxapp/internal/kv"
	"example.com/wxapp/migrations"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

// TestUsers holds both repositories to the same. MySQL or MariaDB is tested when DATABASE_URL says where an empty database is.
func TestUsers(t *testing.T) {
	t.Run("memory", func(t *testing.T) { testUsers(t, NewMemory()) })
	t.Run("mysql", func(t *testing.T) {
		url := os.Getenv("DATABASE_URL")
		if url == "" {
			t.Skip("DATABASE_URL is not set")
		}
		for range 2 { // Migrations run once.
			users, err := OpenMySQL(context.Background(), url, kv.NewMemory(), migrations.Files)
			if err != nil {
				t.Fatal(err)
			}
			testUsers(t, users)
			if err := users.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func testUsers(t *testing.T, users Users) {
	ctx := context.Background()
	openid := "oAlice" + time.Now().Format("150405.000000000")
	if err := users.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	if _, found, err := users.Find(ctx, openid); found || err != nil {
		t.Errorf("nobody yet: %v, %v", found, err)
	}
	if found, err := users.Rename(ctx, openid, "x"); found || err != nil {
		t.Errorf("nobody to rename: %v, %v", found, err)
	}
	for range 2 {
		if err := users.Create(ctx, openid); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"小明 😀 '; DROP TABLE users; --", "second", "second"} {
		if found, err := users.Rename(ctx, openid, name); !found || err != nil {
			t.Errorf("rename: %v, %v", found, err)
		}
		user, found, err := users.Find(ctx, openid)
		if user.Nickname != name || user.OpenID != openid || !found || err != nil {
			t.Errorf("got %+v, %v, %v", user, found, err)
		}
		if age := time.Since(user.CreatedAt); age.Abs() > time.Hour {
			t.Errorf("created %s ago: wrong time zone?", age)
		}
	}
	if _, found, err := users.Find(ctx, strings.ToLower(openid)); found || err != nil {
		t.Errorf("openids differ in case: %v, %v", found, err)
	}
}

func TestDatabaseURL(t *testing.T) {
	for text, want := range map[string]string{
		"mysql://app:p%40ss@db:3307/wx": "app:p@ss@tcp(db:3307)/wx",
		"mysql://app@db/wx":             "app@tcp(db:3306)/wx",
		"app:pass@tcp(db:3306)/wx":      "app:pass@tcp(db:3306)/wx",
	} {
		config, err := parseDatabaseURL(text)
		if err != nil || !strings.HasPrefix(config.FormatDSN(), want+"?") || !config.ParseTime {
			t.Errorf("%s: %+v, %v", text, config, err)
		}
	}
	for _, text := range []string{"mysql://app:s3cret@db:port/wx", "s3cret"} {
		if _, err := parseDatabaseURL(text); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
