package repo

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"
)

// migrate runs the .sql files that have not been run, in the order of their names, one process at a time.
func migrate(ctx context.Context, db *sql.DB, files fs.FS) (err error) {
	conn, err := db.Conn(ctx) // The lock belongs to the connection.
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var locked sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(CONCAT(DATABASE(), '.migrations'), 30)").Scan(&locked); err != nil {
		return err
	}
	if locked.Int64 != 1 {
		return errors.New("another process has been migrating for 30 s")
	}
	defer func() {
		_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK(CONCAT(DATABASE(), '.migrations'))")
		err = errors.Join(err, unlockErr)
	}()
	if _, err := conn.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS schema_migrations (name VARCHAR(190) PRIMARY KEY)"); err != nil {
		return err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := runFile(ctx, conn, files, name); err != nil {
			return err
		}
	}
	return nil
}

func runFile(ctx context.Context, conn *sql.Conn, files fs.FS, name string) error {
	var isDone bool
	if err := conn.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM schema_migrations WHERE name = ?", name).Scan(&isDone); err != nil || isDone {
		return err
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	// MySQL commits after each CREATE or ALTER anyway: one statement a file is best.
	for statement := range strings.SplitSeq(string(text), ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "INSERT INTO schema_migrations (name) VALUES (?)", name)
	return err
}
