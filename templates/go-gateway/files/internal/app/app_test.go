package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/wxapp/internal/config"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/stub"
	"example.com/wxapp/internal/wechat"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

const (
	jwtSecret  = "0123456789abcdef0123456789abcdef"
	sessionKey = "c2VjcmV0c2Vzc2lvbmtleQ=="
)

// standIn is what these tests need of api.weixin.qq.com: codes that are good once.
type standIn struct {
	mu    sync.Mutex
	codes map[string]string // openids
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := r.URL.Query().Get("js_code")
	openid, isGood := s.codes[code]
	if r.URL.Path != "/sns/jscode2session" || !isGood || len(r.URL.Query()["js_code"]) != 1 {
		_, _ = io.WriteString(w, `{"errcode":40029,"errmsg":"invalid code, rid: 1"}`)
		return
	}
	delete(s.codes, code)
	_, _ = fmt.Fprintf(w, `{"openid":%q,"session_key":%q}`, openid, sessionKey)
}

func (s *standIn) allow(code, openid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = openid
}

type running struct {
	t         *testing.T
	base      string
	api       *standIn
	upstreams *stub.Stub
	client    *http.Client
	stop      func()
	ended     chan error
}

// start runs the app on a free port; with Redis where REDIS_URL says so.
func start(t *testing.T, change func(*config.Config)) *running {
	t.Helper()
	api := &standIn{codes: map[string]string{}}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	c := &config.Config{
		Account: &wechat.Account{Token: "token", AppID: "wxapp"}, Secret: "secret", APIBase: server.URL,
		JWTSecrets: []string{jwtSecret}, RatePerSecond: 10_000, RateBurst: 10_000, RedisURL: os.Getenv("REDIS_URL"),
		UpstreamTimeout: 20 * time.Second, BreakerOpenFor: time.Minute,
	}
	upstreams := stub.New()
	behind := httptest.NewServer(upstreams)
	t.Cleanup(behind.Close)
	for _, name := range []string{"orders", "points"} {
		address, err := url.Parse(behind.URL + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		c.Upstreams = append(c.Upstreams, config.Upstream{Name: name, URL: address})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(c)
	}
	ctx, stop := context.WithCancel(context.Background())
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	// Gives up as WeChat does.
	client := &http.Client{Timeout: 5 * time.Second}
	r := &running{t, "http://" + listener.Addr().String(), api, upstreams, client, stop, make(chan error, 1)}
	go func() { r.ended <- a.Serve(ctx, listener) }()
	t.Cleanup(stop)
	return r
}

// ask sends a request; headers are pairs of name and value.
func (r *running) ask(method, path, body string, headers ...string) (*http.Response, string) {
	r.t.Helper()
	request, err := http.NewRequest(method, r.base+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response, string(text)
}

// expect asks, and wants a status and the code of the envelope.
func (r *running) expect(status, code int, method, path, body string, headers ...string) (data map[string]any) {
	r.t.Helper()
	response, text := r.ask(method, path, body, headers...)
	var envelope struct {
		Code *int
		Msg  string
		Data map[string]any
	}
	if err := json.Unmarshal([]byte(text), &envelope); err != nil || response.StatusCode != status || envelope.Code == nil || *envelope.Code != code || envelope.Msg == "" {
		r.t.Errorf("%s %s: %s %s", method, path, response.Status, text)
	}
	return envelope.Data
}

// login returns an openid that nobody had before, and its token.
func (r *running) login() (openid, token string) {
	r.t.Helper()
	openid = fmt.Sprintf("oUser%d_%d", time.Now().UnixNano(), serial.Add(1))
	r.api.allow("code", openid)
	data := r.expect(200, 0, "POST", "/api/login", `{"code":"code"}`)
	token, _ = data["token"].(string)
	return openid, token
}

var serial atomic.Int64

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

func TestLogin(t *testing.T) {
	r := start(t, nil)
	openid, token := r.login()
	if me := r.expect(200, 0, "GET", "/api/me", "", bearer(token)...); me["user"] != logx.Hash(openid) {
		t.Errorf("got %v", me)
	}
	r.expect(400, 40001, "POST", "/api/login", `{"code":"code"}`)
	r.expect(400, 40001, "POST", "/api/login", `{"code":"x&js_code=code"}`)
	r.expect(400, 40000, "POST", "/api/login", `nonsense`)
	r.expect(401, 40100, "GET", "/api/me", "")
	r.expect(401, 40100, "GET", "/api/dashboard", "")
	r.expect(401, 40100, "GET", "/api/orders/list", "")
	r.expect(401, 40100, "GET", "/api/me", "", bearer(token[:len(token)-4]+"AAAA")...)
	r.expect(404, 40400, "GET", "/nothing", "")
	r.expect(405, 40500, "GET", "/api/login", "")
	r.expect(200, 0, "DELETE", "/api/session", "", bearer(token)...)
	r.expect(401, 40100, "GET", "/api/me", "", bearer(token)...)
}

func TestSessionKeyStaysHere(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)
	r := start(t, nil)
	openid, token := r.login()
	r.stop()
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	for _, secret := range []string{sessionKey, token, openid, jwtSecret} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
}

func TestProxyPassesOnWhoAsksAndNothingElse(t *testing.T) {
	r := start(t, nil)
	openid, token := r.login()
	response, text := r.ask("POST", "/api/orders/a/b?c=d", "body", append(bearer(token),
		"X-Openid", "oSomebodyElse", "Cookie", "secret=1", "X-Forwarded-For", "1.2.3.4",
		"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Tracestate", "a=b")...)
	if response.StatusCode != 200 || text != `{"open":2}` || response.Header.Get("X-Trace-Id") != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("got %s %s %v", response.Status, text, response.Header)
	}
	seen := r.upstreams.LastHeader()
	for name, want := range map[string]string{
		"X-Openid": openid, "Authorization": "", "Cookie": "", "X-Trace-Id": "0af7651916cd43dd8448eb211c80319c", "Tracestate": "a=b",
	} {
		if got := seen.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	parent := seen.Get("Traceparent")
	if !strings.HasPrefix(parent, "00-0af7651916cd43dd8448eb211c80319c-") || strings.Contains(parent, "b7ad6b7169203331") {
		t.Errorf("a span of its own: %s", parent)
	}
	if strings.Contains(seen.Get("X-Forwarded-For"), "1.2.3.4") {
		t.Errorf("forwarded for %s", seen.Get("X-Forwarded-For"))
	}
	r.upstreams.Set("orders", stub.Behaviour{Status: 404})
	for range 20 { // The caller's fault: the breaker stays closed.
		if response, _ := r.ask("GET", "/api/orders/none", "", bearer(token)...); response.StatusCode != 404 {
			t.Fatalf("got %s", response.Status)
		}
	}
}

// abort sends half a body, and returns what is answered.
func (r *running) abort(path, token string) string {
	r.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\nhalf", path, token)
	if err := errors.Join(err, conn.(*net.TCPConn).CloseWrite()); err != nil {
		r.t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.Status
}

func TestBadBodiesAreNoFaultOfTheUpstream(t *testing.T) {
	r := start(t, nil)
	_, token := r.login()
	huge := strings.Repeat("x", apiLimit+1)
	for range 10 {
		r.expect(413, 41300, "POST", "/api/orders/list", huge, bearer(token)...)
		if got := r.abort("/api/orders/list", token); got != "400 Bad Request" {
			t.Errorf("aborted: %s", got)
		}
	}
	if asked := r.upstreams.Count("orders"); asked != 0 {
		t.Errorf("passed on %d times", asked)
	}
	if response, text := r.ask("POST", "/api/orders/list", huge[1:], bearer(token)...); response.StatusCode != 200 {
		t.Errorf("got %s %s", response.Status, text)
	}
}

func TestProxyPassesOnTheBody(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %d %s %v", r.RequestURI, r.ContentLength, body, err)
	}))
	defer echo.Close()
	address, err := url.Parse(echo.URL + "/v1")
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, func(c *config.Config) { c.Upstreams = append(c.Upstreams, config.Upstream{Name: "echo", URL: address}) })
	_, token := r.login()
	for _, body := range []io.Reader{strings.NewReader("你好"), io.MultiReader(strings.NewReader("你"), strings.NewReader("好"))} {
		request, err := http.NewRequest("POST", r.base+"/api/echo/a%20b?c=d", body) // The second one is sent in chunks.
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := r.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if got := string(text); err != nil || got != "/v1/a%20b?c=d 6 你好 <nil>" {
			t.Errorf("got %s, %v", got, err)
		}
	}
}

func TestProxyKeepsToTheUpstream(t *testing.T) {
	r := start(t, nil)
	_, token := r.login()
	for _, path := range []string{
		"../points/x", "a/../../points/x", "%2e%2e/points/x", ".%2E/points/x", "..%2fpoints/x", "a%2Fb", "%2e%2e%2fpoints/x",
		"..%5cpoints/x", `a\b`, "./x", "..;a=b/points/x", "a/..",
	} {
		r.expect(400, 40000, "GET", "/api/orders/"+path, "", bearer(token)...)
	}
	if asked := r.upstreams.Count("orders") + r.upstreams.Count("points"); asked != 0 {
		t.Errorf("passed on %d times", asked)
	}
	for _, path := range []string{"...", "a..b", ".well-known/x", "%252e%252e", "%E4%BD%A0"} {
		if response, text := r.ask("GET", "/api/orders/"+path, "", bearer(token)...); response.StatusCode != 200 {
			t.Errorf("%s: %s %s", path, response.Status, text)
		}
	}
}

func TestProxyAnswersInTheEnvelope(t *testing.T) {
	r := start(t, func(c *config.Config) { c.UpstreamTimeout = 50 * time.Millisecond })
	_, token := r.login()
	r.upstreams.Set("orders", stub.Behaviour{DelayMS: 30_000})
	r.expect(504, 50400, "GET", "/api/orders/list", "", bearer(token)...)
	r = start(t, func(c *config.Config) {
		c.Upstreams = append(c.Upstreams, config.Upstream{Name: "gone", URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}})
	})
	_, token = r.login()
	r.expect(502, 50201, "GET", "/api/gone/list", "", bearer(token)...)
}

func TestDashboardIsAskedForOnce(t *testing.T) {
	r := start(t, nil)
	_, token := r.login()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, text := r.ask("GET", "/api/dashboard", "", bearer(token)...); !strings.Contains(text, `"points":{"balance":120}`) {
				t.Error(text)
			}
		})
	}
	all.Wait()
	if asked := r.upstreams.Count("orders"); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	_, other := r.login()
	r.expect(200, 0, "GET", "/api/dashboard", "", bearer(other)...)
	if asked := r.upstreams.Count("orders"); asked != 2 {
		t.Errorf("another user has another dashboard: asked %d times", asked)
	}
}

func TestDashboardWithoutAnyPart(t *testing.T) {
	r := start(t, nil)
	_, token := r.login()
	r.upstreams.Set("orders", stub.Behaviour{Status: 500})
	r.upstreams.Set("points", stub.Behaviour{Status: 503})
	data := r.expect(502, 50201, "GET", "/api/dashboard", "", bearer(token)...)
	if missing, _ := data["errors"].([]any); len(missing) != 2 {
		t.Errorf("got %v", data)
	}
}

func TestLimitAnswers429(t *testing.T) {
	r := start(t, func(c *config.Config) { c.RatePerSecond, c.RateBurst = 0.001, 2 })
	// The address that the limit of Redis remembers from the last run is this one too: only the end is certain.
	for range 3 {
		r.ask("POST", "/api/login", `{"code":"bad"}`)
	}
	r.expect(429, 42900, "POST", "/api/login", `{"code":"bad"}`)
}

const push = `<xml><ToUserName>gh_1</ToUserName><FromUserName>%s</FromUserName><CreateTime>1767225600</CreateTime>` +
	`<MsgType>text</MsgType><Content><![CDATA[%s]]></Content><MsgId>%d</MsgId></xml>`

func signed(path string) string {
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	return path + "?timestamp=" + timestamp + "&nonce=7&signature=" + wechat.Sign("token", timestamp, "7")
}

func TestCallback(t *testing.T) {
	r := start(t, nil)
	id := time.Now().UnixNano()
	openid := fmt.Sprint("o", id)
	for _, test := range []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"GET", signed("/wx") + "&echostr=0071234567890123456", "", 200, "0071234567890123456"},
		{"GET", "/wx?echostr=0071234567890123456", "", 403, ""},
		{"POST", signed("/wx"), fmt.Sprintf(push, openid, "007", id), 200, "<Content><![CDATA[007]]></Content>"},
		{"POST", signed("/wx"), fmt.Sprintf(push, openid, "", id+1), 200, "success"},
		{"POST", signed("/wx"), fmt.Sprintf(push, openid, "#count", id+2), 200, "<Content><![CDATA[1]]></Content>"},
		{"POST", signed("/wx"), fmt.Sprintf(push, openid, "#count", id+2), 200, "<Content><![CDATA[1]]></Content>"},
		{"POST", signed("/wx"), fmt.Sprintf(push, openid, "#count", id+3), 200, "<Content><![CDATA[2]]></Content>"},
		{"POST", signed("/wx"), "<xml>", 400, ""},
		{"POST", "/wx", fmt.Sprintf(push, openid, "hi", id+4), 403, ""},
		{"GET", "/healthz", "", 200, "ok"},
		{"GET", "/readyz", "", 200, `"store":"ok"`},
	} {
		response, text := r.ask(test.method, test.path, test.body)
		if response.StatusCode != test.status || !strings.Contains(text, test.contains) || test.status == 403 && text != "" {
			t.Errorf("%s %s %s: %s %s", test.method, test.path, test.body, response.Status, text)
		}
	}
}

func TestStopAnswersWhatIsUnderWay(t *testing.T) {
	r := start(t, nil)
	body, writer := io.Pipe()
	status := make(chan string, 1)
	request, err := http.NewRequest("POST", r.base+signed("/wx"), body)
	if err != nil {
		t.Fatal(err)
	}
	// The body is sent when the handler asks for it: a request whose head is not read yet when the server stops is not under way.
	request.Header.Set("Expect", "100-continue")
	patient := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{ExpectContinueTimeout: 10 * time.Second}}
	go func() {
		response, err := patient.Do(request)
		if err != nil {
			status <- err.Error()
			return
		}
		_ = response.Body.Close()
		status <- response.Status
	}()
	text := fmt.Sprintf(push, "oAlice", "hi", time.Now().UnixNano())
	if _, err := io.WriteString(writer, text[:20]); err != nil {
		t.Fatal(err)
	}
	r.stop()
	if _, err := io.WriteString(writer, text[20:]); err != nil {
		t.Fatal(err)
	}
	_ = writer.Close()
	if got := <-status; got != "200 OK" {
		t.Errorf("got %s", got)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
}
