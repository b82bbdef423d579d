// Package demo shows what the gateway does when the services behind it are slow, broken and well again, and checks it.
package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/wxapp/internal/app"
	"example.com/wxapp/internal/config"
	"example.com/wxapp/internal/stub"
	"example.com/wxapp/internal/wechat"
)

const (
	burst    = 20
	timeout  = 1500 * time.Millisecond
	openFor  = 2 * time.Second
	patience = 20 * time.Second
)

// Run plays the scenario and tells it to out. Its error is the first thing that was not as it should be.
func Run(ctx context.Context, out io.Writer) (err error) {
	upstreams := stub.New()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: upstreams, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }() // Ends with Close.
	defer func() { err = errors.Join(err, server.Close()) }()

	base, stop, err := startGateway(ctx, "http://"+listener.Addr().String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	d := &demo{ctx: ctx, out: out, base: base, stub: upstreams, client: &http.Client{Timeout: patience}}
	for _, step := range []func() error{d.complete, d.partial, d.opens, d.halfOpens, d.closes, d.limits} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func startGateway(ctx context.Context, stubs string) (base string, stop func() error, err error) {
	c := &config.Config{
		Account: &wechat.Account{Token: "token"}, APIBase: stubs, JWTSecrets: []string{strings.Repeat("demo", 8)},
		RatePerSecond: 0.001, RateBurst: burst, UpstreamTimeout: timeout, BreakerOpenFor: openFor,
	}
	for _, name := range []string{"orders", "points"} {
		address, err := url.Parse(stubs + "/" + name)
		if err != nil {
			return "", nil, err
		}
		c.Upstreams = append(c.Upstreams, config.Upstream{Name: name, URL: address})
	}
	gateway, err := app.New(c)
	if err != nil {
		return "", nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- gateway.Serve(ctx, listener) }()
	return "http://" + listener.Addr().String(), func() error { cancel(); return <-ended }, nil
}

type demo struct {
	ctx    context.Context //nolint:containedctx // Of one run.
	out    io.Writer
	base   string
	stub   *stub.Stub
	client *http.Client
	token  string
	users  int
}

func (d *demo) complete() error {
	d.say("1. All services are well: the dashboard is complete.")
	if err := d.login(); err != nil {
		return err
	}
	return d.expect("/api/dashboard", 200, `"errors":[]`)
}

func (d *demo) partial() error {
	d.say(fmt.Sprintf("2. orders needs 30 s: after %s the dashboard shows the rest, and says what is missing.", timeout))
	d.stub.Set("orders", stub.Behaviour{DelayMS: 30_000})
	if err := d.login(); err != nil { // Another user: the dashboard of the first one is cached.
		return err
	}
	return d.expect("/api/dashboard", 200, `{"parts":{"points":{"balance":120}},"errors":[{"upstream":"orders","code":50400`)
}

func (d *demo) opens() error {
	d.say("3. orders fails: half of at least five requests, and its breaker opens. Then it is left alone; points is not touched.")
	d.stub.Set("orders", stub.Behaviour{Status: 500})
	for range 10 {
		status, _, err := d.ask("/api/orders/list")
		if err != nil {
			return err
		}
		if status == 503 {
			break
		}
	}
	before := d.stub.Count("orders")
	if err := d.expect("/api/orders/list", 503, `"code":50301`); err != nil {
		return err
	}
	if after := d.stub.Count("orders"); after != before {
		return fmt.Errorf("orders was asked %d times while the breaker was open", after-before)
	}
	if err := d.login(); err != nil {
		return err
	}
	if err := d.expect("/api/dashboard", 200, `"errors":[{"upstream":"orders","code":50301`); err != nil {
		return err
	}
	return d.expect("/readyz", 200, `"breakers":{"orders":"open","points":"closed"}`)
}

func (d *demo) halfOpens() error {
	d.say(fmt.Sprintf("4. After %s the breaker is half open: one request goes through, fails, and it opens again.", openFor))
	if err := d.waitFor("half-open"); err != nil {
		return err
	}
	before := d.stub.Count("orders")
	if err := d.expect("/api/orders/list", 500, `"as told"`); err != nil {
		return err
	}
	if err := d.expect("/api/orders/list", 503, `"code":50301`); err != nil {
		return err
	}
	if after := d.stub.Count("orders"); after != before+1 {
		return fmt.Errorf("orders was asked %d times while the breaker was half open", after-before)
	}
	return nil
}

func (d *demo) closes() error {
	d.say("5. orders is well again: the next request that goes through closes the breaker.")
	d.stub.Set("orders", stub.Behaviour{})
	if err := d.waitFor("half-open"); err != nil {
		return err
	}
	if err := d.expect("/api/orders/list", 200, `{"open":2}`); err != nil {
		return err
	}
	return d.expect("/readyz", 200, `"orders":"closed"`)
}

func (d *demo) limits() error {
	d.say(fmt.Sprintf("6. A user who asks more than %d times at once is told to wait; another one is not.", burst))
	if err := d.login(); err != nil {
		return err
	}
	for range burst {
		if status, text, err := d.ask("/api/me"); err != nil || status != 200 {
			return fmt.Errorf("within the limit: %d %s, %w", status, text, err)
		}
	}
	if err := d.expect("/api/me", 429, `{"code":42900,"msg":"too many requests"}`); err != nil {
		return err
	}
	if err := d.login(); err != nil {
		return err
	}
	return d.expect("/api/me", 200, `"code":0`)
}

func (d *demo) say(text string) { _, _ = fmt.Fprintln(d.out, text) }

// login makes the next user the current one.
func (d *demo) login() error {
	d.users++
	response, err := d.client.Post(d.base+"/api/login", "application/json", bytes.NewBufferString(fmt.Sprintf(`{"code":"user%d"}`, d.users)))
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // It was only read.
	var answer struct{ Data struct{ Token string } }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	d.token = answer.Data.Token
	return nil
}

func (d *demo) ask(path string) (status int, text string, err error) {
	request, err := http.NewRequestWithContext(d.ctx, http.MethodGet, d.base+path, nil)
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	response, err := d.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }() // It was only read.
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func (d *demo) expect(path string, status int, part string) error {
	started := time.Now()
	got, text, err := d.ask(path)
	if err != nil {
		return err
	}
	d.say(fmt.Sprintf("   GET %-18s %d in %d ms  %s", path, got, time.Since(started).Milliseconds(), text))
	if got != status || !strings.Contains(text, part) {
		return fmt.Errorf("GET %s: got %d %s, not %d with %s", path, got, text, status, part)
	}
	return nil
}

// waitFor the breaker of orders to be in a state.
func (d *demo) waitFor(state string) error {
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		_, text, err := d.ask("/readyz")
		if err != nil || strings.Contains(text, `"orders":"`+state+`"`) {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("the breaker does not become %s: %s", state, text)
		}
	}
}
