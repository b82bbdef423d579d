package config

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
)

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
		if err := os.Setenv(name, unquote(strings.TrimSpace(value))); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return lines.Err()
}

func unquote(value string) string {
	if len(value) > 1 && strings.ContainsAny(value[:1], `"'`) && value[0] == value[len(value)-1] {
		return value[1 : len(value)-1]
	}
	return value
}
