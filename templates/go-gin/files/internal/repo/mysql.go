package repo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"example.com/wxapp/internal/kv"
)

// MySQL keeps users in MySQL or MariaDB, with a cache before it.
type MySQL struct {
	db    *sql.DB
	cache *CacheAside[User]
}

// OpenMySQL takes mysql://user:password@host:3306/name, or a DSN of the driver, and brings the tables up to date.
func OpenMySQL(ctx context.Context, databaseURL string, store kv.Store, migrations fs.FS) (*MySQL, error) {
	config, err := parseDatabaseURL(databaseURL)
	if err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(20)
	db.SetConnMaxLifetime(5 * time.Minute) // Shorter than the server's wait_timeout.
	if err := migrate(ctx, db, migrations); err != nil {
		_ = db.Close() // Nothing was done with it.
		return nil, fmt.Errorf("migrations: %w", err)
	}
	m := &MySQL{db: db}
	m.cache = &CacheAside[User]{KV: store, Prefix: "user:", Load: m.load}
	return m, nil
}

func parseDatabaseURL(text string) (*mysql.Config, error) {
	rest, isURL := strings.CutPrefix(text, "mysql://")
	if isURL {
		u, err := url.Parse("mysql://" + rest)
		if err != nil {
			return nil, errors.New("DATABASE_URL is not a URL") // The error would quote it, with its password.
		}
		config := mysql.NewConfig()
		password, _ := u.User.Password()
		config.User, config.Passwd, config.Net, config.Addr = u.User.Username(), password, "tcp", u.Host
		if u.Port() == "" {
			config.Addr += ":3306"
		}
		config.DBName = strings.TrimPrefix(u.Path, "/")
		return withLimits(config), nil
	}
	config, err := mysql.ParseDSN(text)
	if err != nil {
		return nil, errors.New("DATABASE_URL is neither mysql://user:password@host/name nor a DSN")
	}
	return withLimits(config), nil
}

func withLimits(config *mysql.Config) *mysql.Config {
	config.ParseTime, config.Loc = true, time.UTC
	config.Collation = "utf8mb4_unicode_ci" // Both MySQL and MariaDB have it; utf8mb4_0900_ai_ci only MySQL.
	config.Timeout, config.ReadTimeout, config.WriteTimeout = 3*time.Second, 10*time.Second, 10*time.Second
	return config
}

// Close closes the connections.
func (m *MySQL) Close() error { return m.db.Close() }

// Ping implements Users.
func (m *MySQL) Ping(ctx context.Context) error { return m.db.PingContext(ctx) }

// Find implements Users.
func (m *MySQL) Find(ctx context.Context, openid string) (User, bool, error) {
	return m.cache.Get(ctx, openid)
}

func (m *MySQL) load(ctx context.Context, openid string) (User, bool, error) {
	user := User{OpenID: openid}
	row := m.db.QueryRowContext(ctx, "SELECT nickname, created_at FROM users WHERE openid = ?", openid)
	err := row.Scan(&user.Nickname, &user.CreatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, false, nil
	}
	return user, err == nil, err
}

// Create implements Users.
func (m *MySQL) Create(ctx context.Context, openid string) error {
	result, err := m.db.ExecContext(ctx, "INSERT INTO users (openid, nickname) VALUES (?, '') ON DUPLICATE KEY UPDATE openid = openid", openid)
	if err != nil {
		return err
	}
	if added, err := result.RowsAffected(); err != nil || added == 0 {
		return err // Was there before.
	}
	return m.cache.Invalidate(ctx, openid)
}

// Rename implements Users.
func (m *MySQL) Rename(ctx context.Context, openid, nickname string) (bool, error) {
	if _, err := m.db.ExecContext(ctx, "UPDATE users SET nickname = ? WHERE openid = ?", nickname, openid); err != nil {
		return false, err
	}
	if err := m.cache.Invalidate(ctx, openid); err != nil {
		return false, err
	}
	_, found, err := m.cache.Get(ctx, openid) // Not from RowsAffected, which is 0 too when the name was this one already.
	return found, err
}
