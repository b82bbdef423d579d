// Package upstream is the services behind this gateway, each with a time limit and a circuit breaker of its own.
package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/sony/gobreaker/v2"

	"example.com/wxapp/internal/logx"
)

// Options of an upstream.
type Options struct {
	Name string
	URL  *url.URL
	// Timeout of one call: shorter than what the client of the gateway waits.
	Timeout time.Duration
	// OpenFor is how long nothing is sent after too many failures; then one request tries again.
	OpenFor time.Duration
}

const (
	// The breaker opens when, of this many requests or more within the window, half or more have failed.
	window      = 10 * time.Second
	minRequests = 5
	failedShare = 0.5
	answerLimit = 1 << 20
)

// Why a call has no result.
var (
	ErrOpen    = errors.New("switched off after too many failures")
	ErrTimeout = errors.New("timed out")
	ErrFailed  = errors.New("failed")
)

// Upstream is one service. As a RoundTripper it is the transport of a reverse proxy too.
type Upstream struct {
	Options
	transport http.RoundTripper
	breaker   *gobreaker.CircuitBreaker[*http.Response]
}

// New sends nothing yet.
func New(options Options) *Upstream {
	return &Upstream{
		Options:   options,
		transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 60 * time.Second, ResponseHeaderTimeout: options.Timeout},
		breaker: gobreaker.NewCircuitBreaker[*http.Response](gobreaker.Settings{
			Name:        options.Name,
			MaxRequests: 1, // while half open
			Interval:    window,
			Timeout:     options.OpenFor,
			ReadyToTrip: func(counts gobreaker.Counts) bool {
				return counts.Requests >= minRequests && float64(counts.TotalFailures) >= failedShare*float64(counts.Requests)
			},
			// A client that leaves says nothing about the upstream.
			IsExcluded: func(err error) bool { return errors.Is(err, context.Canceled) },
			OnStateChange: func(name string, from, to gobreaker.State) {
				logx.From(context.Background()).Warn("breaker", "upstream", name, "from", from.String(), "to", to.String())
			},
		}),
	}
}

// State is closed, open or half-open.
func (u *Upstream) State() string { return u.breaker.State().String() }

// errServer counts an answer of 500 or more as a failure. 4xx is the caller's own fault, and must not switch off the upstream.
var errServer = errors.New("5xx")

// RoundTrip sends a request, unless the breaker is open.
func (u *Upstream) RoundTrip(request *http.Request) (*http.Response, error) {
	return u.send(request, func(*http.Response) error { return nil })
}

// send counts as a failure what read says too: an upstream may be slow in the middle of its answer.
func (u *Upstream) send(request *http.Request, read func(*http.Response) error) (*http.Response, error) {
	response, err := u.breaker.Execute(func() (*http.Response, error) {
		response, err := u.transport.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		if err := read(response); err != nil {
			return nil, err
		}
		if response.StatusCode >= http.StatusInternalServerError {
			return response, errServer
		}
		return response, nil
	})
	if errors.Is(err, errServer) {
		return response, nil
	}
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return nil, ErrOpen
	}
	return response, err
}

// Get asks for JSON. header adds what the upstream must know of the caller.
func (u *Upstream) Get(ctx context.Context, path string, header func(http.Header)) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, u.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.URL.JoinPath(path).String(), nil)
	if err != nil {
		return nil, err
	}
	header(request.Header)
	var body []byte
	response, err := u.send(request, func(response *http.Response) (err error) {
		defer func() { _ = response.Body.Close() }() // It was only read.
		body, err = io.ReadAll(io.LimitReader(response.Body, answerLimit))
		return err
	})
	if err != nil {
		return nil, Reason(err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: HTTP %d", ErrFailed, response.StatusCode)
	}
	if !json.Valid(body) {
		return nil, fmt.Errorf("%w: not JSON, or more than %d bytes", ErrFailed, answerLimit)
	}
	return body, nil
}

// Reason makes an error of the transport one of the above; it may name addresses that clients need not know.
func Reason(err error) error {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, ErrOpen), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return ErrTimeout
	}
	return fmt.Errorf("%w: %v", ErrFailed, err) //nolint:errorlint // Its kind is of no use to callers.
}
