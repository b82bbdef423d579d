// Shows what the gateway does when the services behind it are slow, broken and well again.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"example.com/wxapp/internal/demo"
)

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err := demo.Run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
