package demo

import (
	"bytes"
	"io"
	"log/slog"
	"testing"
)

func TestDemo(t *testing.T) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	var told bytes.Buffer
	if err := Run(t.Context(), &told); err != nil {
		t.Errorf("%v\n%s", err, told.String())
	}
}
