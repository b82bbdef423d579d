// A callback server for WeChat (微信消息推送). Your bot is in bot.go.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/wxapp/wechat"
)

const (
	// answersLimit is how long answers under way may take after SIGTERM, endLimit is the end in any case.
	answersLimit = 800 * time.Millisecond
	endLimit     = 1400 * time.Millisecond
)

func main() {
	healthcheck := flag.Bool("healthcheck", false, "ask the running server whether it is well, for Docker's HEALTHCHECK")
	flag.Parse()
	if err := run(*healthcheck); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(healthcheck bool) error {
	config, err := loadConfig()
	if err != nil {
		return err
	}
	if healthcheck {
		return checkHealth(config.address)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(config.level)); err != nil {
		return fmt.Errorf("LOG_LEVEL: %w", err)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level})))

	client := wechat.NewClient(config.apiBase, config.account.AppID, config.secret)
	app := newApp(config.account, wechat.Options{Handle: new(bot).handle, SendLate: client.SendReply})
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := net.Listen("tcp", config.address)
	if err != nil {
		return err
	}
	if at, ok := listener.Addr().(*net.TCPAddr); ok {
		slog.Info("listening", "host", at.IP.String(), "port", at.Port)
	}
	return app.serve(ctx, listener)
}

// app is everything but its settings and its socket.
type app struct {
	pipeline   *wechat.Pipeline
	handler    http.Handler
	isStopping atomic.Bool
}

func newApp(account *wechat.Account, options wechat.Options) *app {
	a := &app{pipeline: wechat.NewPipeline(options)}
	callback := &wechat.Callback{Account: account, Pipeline: a.pipeline}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /wx", callback.Verify)
	mux.HandleFunc("POST /wx", callback.Push)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if a.isStopping.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	a.handler = traced(mux)
	return a
}

// serve runs until ctx ends, then lets answers and work under way finish.
func (a *app) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           a.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       65 * time.Second, // A proxy may keep a connection open for a minute.
		MaxHeaderBytes:    16 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	slog.Info("stopping")
	a.isStopping.Store(true)
	end, cancel := context.WithTimeout(context.Background(), endLimit)
	defer cancel()
	hurry := time.AfterFunc(answersLimit, a.pipeline.Hurry)
	defer hurry.Stop()
	if err := server.Shutdown(end); err != nil {
		slog.Warn("answers were cut off", "error", err.Error())
		_ = server.Close() // Its error is the one above.
	}
	if err := a.pipeline.Close(end); err != nil {
		slog.Warn(err.Error())
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

var traceID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
var traceParent = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}`)

// traced gives each request an id, that of the caller if there is one, for the log and the answer.
func traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		id := r.Header.Get("X-Trace-Id")
		if !traceID.MatchString(id) {
			if parent := traceParent.FindStringSubmatch(r.Header.Get("Traceparent")); parent != nil {
				id = parent[1]
			} else {
				id = newTraceID()
			}
		}
		w.Header().Set("X-Trace-Id", id)
		log := slog.With("trace_id", id)
		next.ServeHTTP(w, r.WithContext(wechat.WithLog(r.Context(), log)))
		log.Debug("answered", "method", r.Method, "path", r.URL.Path, "cost_ms", time.Since(started).Milliseconds())
	})
}

func newTraceID() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // Zeros would do: nothing depends on it.
	return hex.EncodeToString(random[:])
}

func checkHealth(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get("http://" + net.JoinHostPort("127.0.0.1", port) + "/healthz")
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // It was only read.
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}
