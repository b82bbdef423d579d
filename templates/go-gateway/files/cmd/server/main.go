// A gateway before the services of a mini program, and the callback of its account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/wxapp/internal/app"
	"example.com/wxapp/internal/config"
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
	level := new(slog.LevelVar)
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level})))
	c, err := config.Load()
	if err != nil {
		return err
	}
	if healthcheck {
		return checkHealth(c.Address)
	}
	level.Set(c.Level)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	a, err := app.New(c)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Address)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	if at, ok := listener.Addr().(*net.TCPAddr); ok {
		slog.Info("listening", "host", at.IP.String(), "port", at.Port)
	}
	return a.Serve(ctx, listener)
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
