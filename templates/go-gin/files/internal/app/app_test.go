package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/wxapp/internal/config"
	"example.com/wxapp/internal/logx"
	"example.com/wxapp/internal/middleware"
	"example.com/wxapp/internal/wechat"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

const (
	signSecret = "0123456789abcdef0123456789abcdef"
	sessionKey = "c2VjcmV0c2Vzc2lvbmtleQ=="
)

// standIn is what these tests need of api.weixin.qq.com: codes that are good once, and messages.
type standIn struct {
	mu    sync.Mutex
	codes map[string]string // openids
	sent  []string
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	code := r.URL.Query().Get("js_code") + r.URL.Query().Get("code")
	switch openid, isGood := s.codes[code]; {
	case r.URL.Path == "/cgi-bin/stable_token":
		_, _ = io.WriteString(w, `{"access_token":"token","expires_in":7200}`)
	case strings.HasPrefix(r.URL.Path, "/cgi-bin/message/") && r.URL.Query().Get("access_token") == "token":
		s.sent = append(s.sent, r.URL.Path+" "+strings.TrimSpace(string(body)))
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok","msgid":7}`)
	case strings.HasPrefix(r.URL.Path, "/sns/") && isGood:
		delete(s.codes, code)
		_, _ = fmt.Fprintf(w, `{"openid":%q,"session_key":%q,"access_token":"a"}`, openid, sessionKey)
	default:
		_, _ = io.WriteString(w, `{"errcode":40029,"errmsg":"invalid code, rid: 1"}`)
	}
}

func (s *standIn) allow(code, openid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = openid
}

func (s *standIn) messages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

type running struct {
	t      *testing.T
	base   string
	api    *standIn
	client *http.Client
	stop   func()
	ended  chan error
}

// start runs the app on a free port; with Redis and a database where REDIS_URL and DATABASE_URL say so.
func start(t *testing.T, change func(*config.Config)) *running {
	t.Helper()
	api := &standIn{codes: map[string]string{}}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	c := &config.Config{
		Account: &wechat.Account{Token: "token", AppID: "wxapp"}, Secret: "secret", APIBase: server.URL, OpenBase: server.URL,
		JWTSecrets: []string{signSecret}, APISignSecret: signSecret, RatePerSecond: 1000, RateBurst: 1000,
		RedisURL: os.Getenv("REDIS_URL"), DatabaseURL: os.Getenv("DATABASE_URL"),
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.PublicURL = "http://" + listener.Addr().String()
	if change != nil {
		change(c)
	}
	ctx, stop := context.WithCancel(context.Background())
	a, err := New(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	r := &running{t, "http://" + listener.Addr().String(), api, &http.Client{
		Timeout: 5 * time.Second, Jar: jar, // Gives up as WeChat does.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, stop, make(chan error, 1)}
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

var serial int

// login returns an openid that nobody had before, its token, and what it signs with.
func (r *running) login() (openid, token, signKey string) {
	r.t.Helper()
	serial++
	openid = fmt.Sprintf("oUser%d_%d", time.Now().UnixNano(), serial)
	r.api.allow("code", openid)
	data := r.expect(200, 0, "POST", "/api/login", `{"code":"code"}`)
	token, _ = data["token"].(string)
	signKey, _ = data["sign_key"].(string)
	return openid, token, signKey
}

// sign returns the headers of a signed request.
func sign(secret, method, path, body string) []string {
	serial++
	timestamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), fmt.Sprintf("nonce-%d-%d", time.Now().UnixNano(), serial)
	signature := middleware.Sign(secret, method, path, timestamp, nonce, []byte(body))
	return []string{"X-Timestamp", timestamp, "X-Nonce", nonce, "X-Signature", signature}
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

func TestLogin(t *testing.T) {
	r := start(t, nil)
	openid, token, signKey := r.login()
	me := r.expect(200, 0, "GET", "/api/me", "", bearer(token)...)
	if me["user"] != logx.Hash(openid) || me["nickname"] != "" {
		t.Errorf("got %v", me)
	}
	rename := func(status, code int, body string) map[string]any {
		t.Helper()
		return r.expect(status, code, "PUT", "/api/me/nickname", body, append(bearer(token), sign(signKey, "PUT", "/api/me/nickname", body)...)...)
	}
	if me := rename(200, 0, `{"nickname":"小明"}`); me["nickname"] != "小明" {
		t.Errorf("got %v", me)
	}
	rename(400, 40000, `{"nickname":"`+strings.Repeat("x", 65)+`"}`)
	r.expect(401, 40101, "PUT", "/api/me/nickname", `{"nickname":"unsigned"}`, bearer(token)...)
	if me := r.expect(200, 0, "GET", "/api/me", "", bearer(token)...); me["nickname"] != "小明" {
		t.Errorf("got %v", me)
	}
	r.expect(400, 40001, "POST", "/api/login", `{"code":"code"}`)
	r.expect(400, 40001, "POST", "/api/login", `{"code":"x&appid=y"}`)
	r.expect(400, 40000, "POST", "/api/login", `{}`)
	r.expect(400, 40000, "POST", "/api/login", `nonsense`)
	r.expect(413, 41300, "POST", "/api/login", `{"code":"`+strings.Repeat("x", apiLimit)+`"}`)
	r.expect(401, 40100, "GET", "/api/me", "")
	r.expect(401, 40100, "GET", "/api/me", "", bearer(token[:len(token)-4]+"AAAA")...)
	r.expect(404, 40400, "GET", "/nothing", "")
	r.expect(405, 40500, "GET", "/api/login", "")

	r.api.allow("again", openid)
	again, _ := r.expect(200, 0, "POST", "/api/login", `{"code":"again"}`)["token"].(string)
	r.expect(401, 40100, "GET", "/api/me", "", bearer(token)...) // The new session has replaced the old one.
	r.expect(200, 0, "GET", "/api/me", "", bearer(again)...)
	r.expect(200, 0, "DELETE", "/api/session", "", bearer(again)...)
	r.expect(401, 40100, "GET", "/api/me", "", bearer(again)...)
}

func TestSessionKeyStaysHere(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)
	r := start(t, nil)
	openid, token, _ := r.login()
	_, text := r.ask("GET", "/api/me", "", bearer(token)...)
	r.stop()
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	if strings.Contains(text, sessionKey) || strings.Contains(token, sessionKey) {
		t.Error("the client has seen the session_key")
	}
	for _, secret := range []string{sessionKey, token, openid, signSecret} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
}

func TestWebLogin(t *testing.T) {
	r := start(t, nil)
	response, _ := r.ask("GET", "/oauth/start?to=/page%3Fa=1", "")
	authorize, err := url.Parse(response.Header.Get("Location"))
	if err != nil || authorize.Path != "/connect/oauth2/authorize" || authorize.Query().Get("redirect_uri") != r.base+"/oauth/callback" || authorize.Fragment != "wechat_redirect" {
		t.Fatalf("got %s", authorize)
	}
	state := authorize.Query().Get("state")
	r.api.allow("webcode", "oWeb"+state)
	r.expect(400, 40002, "GET", "/oauth/callback?code=webcode&state=forged", "") // Also takes the state away.
	response, _ = r.ask("GET", "/oauth/start?to=/page%3Fa=1", "")
	authorize, _ = url.Parse(response.Header.Get("Location"))
	callback := "/oauth/callback?code=webcode&state=" + authorize.Query().Get("state")
	response, _ = r.ask("GET", callback, "")
	if response.StatusCode != http.StatusFound || response.Header.Get("Location") != "/page?a=1" {
		t.Errorf("got %s to %s", response.Status, response.Header.Get("Location"))
	}
	if cookie := response.Header.Get("Set-Cookie"); strings.Contains(cookie, "Path=/") && !strings.Contains(strings.Join(response.Header.Values("Set-Cookie"), ";"), "HttpOnly") {
		t.Errorf("got %s", cookie)
	}
	if me := r.expect(200, 0, "GET", "/api/me", ""); me["user"] != logx.Hash("oWeb"+state) {
		t.Errorf("by cookie: %v", me)
	}
	r.expect(401, 40100, "PUT", "/api/me/nickname", `{"nickname":"by another site"}`)
	r.expect(400, 40002, "GET", callback, "")
}

func TestWebLoginStaysHere(t *testing.T) {
	for to, want := range map[string]string{
		"/a?b=c#d": "/a?b=c#d", "": "/", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "evil": "/", "/a\nb": "/",
	} {
		if got := localPath(to); got != want {
			t.Errorf("%q became %q", to, got)
		}
	}
}

func TestSignedRequestsSendMessages(t *testing.T) {
	r := start(t, nil)
	template := `{"openid":"oAlice","template_id":"T1","data":{"thing1":"咖啡"}}`
	if data := r.expect(200, 0, "POST", "/api/template", template, sign(signSecret, "POST", "/api/template", template)...); data["msgid"] != "7" {
		t.Errorf("got %v", data)
	}
	customer := `{"openid":"oAlice","text":"你好"}`
	r.expect(200, 0, "POST", "/api/customer", customer, sign(signSecret, "POST", "/api/customer", customer)...)
	r.expect(401, 40101, "POST", "/api/customer", customer)
	got := r.api.messages()
	if len(got) != 2 || !strings.Contains(got[0], `"template_id":"T1"`) || !strings.Contains(got[1], `"content":"你好"`) {
		t.Errorf("%q", got)
	}
}

func TestLimitAnswers429(t *testing.T) {
	r := start(t, func(c *config.Config) { c.RatePerSecond, c.RateBurst = 0.001, 2 })
	r.expect(400, 40001, "POST", "/api/login", `{"code":"bad"}`)
	r.expect(400, 40001, "POST", "/api/login", `{"code":"bad"}`)
	r.expect(429, 42900, "POST", "/api/login", `{"code":"bad"}`)
}

func TestWebSocketNeedsALogin(t *testing.T) {
	r := start(t, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, response, err := websocket.Dial(ctx, r.base+"/ws", nil); err == nil || response.StatusCode != 401 {
		t.Errorf("got %v", err)
	}
	dial := func() *websocket.Conn {
		_, token, _ := r.login()
		conn, _, err := websocket.Dial(ctx, r.base+"/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	hear := func(conn *websocket.Conn, want string) {
		t.Helper()
		if _, message, err := conn.Read(ctx); err != nil || !strings.Contains(string(message), want) {
			t.Errorf("heard %s, %v", message, err)
		}
	}
	alice, bob := dial(), dial()
	hear(alice, `"type":"welcome"`)
	hear(bob, `"type":"welcome"`)
	if err := alice.Write(ctx, websocket.MessageText, []byte(`{"type":"text","text":"你好"}`)); err != nil {
		t.Fatal(err)
	}
	hear(bob, `"text":"你好"`)
	hear(alice, `"text":"你好"`)
	go func() { _, _, _ = bob.Read(ctx) }() // Reading answers the goodbye.
	r.stop()
	if _, _, err := alice.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("at the end: %v", err)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
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
