package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/wxapp/wechat"
)

const push = `<xml><ToUserName>gh_1</ToUserName><FromUserName>oAlice</FromUserName><CreateTime>1767225600</CreateTime>` +
	`<MsgType>text</MsgType><Content><![CDATA[%s]]></Content><MsgId>%d</MsgId></xml>`

// start serves on a free port until stop is called; ended gets what serve returned.
func start(t *testing.T, options wechat.Options) (base string, stop func(), ended <-chan error) {
	t.Helper()
	if options.Handle == nil {
		options.Handle = new(bot).handle
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	app := newApp(&wechat.Account{Token: "token"}, options)
	go func() { done <- app.serve(ctx, listener) }()
	t.Cleanup(stop)
	return "http://" + listener.Addr().String(), stop, done
}

func signed(path string) string {
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	return path + "?timestamp=" + timestamp + "&nonce=7&signature=" + wechat.Sign("token", timestamp, "7")
}

// client gives up as WeChat does.
var client = http.Client{Timeout: 5 * time.Second}

func ask(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

func TestRoutes(t *testing.T) {
	base, _, _ := start(t, wechat.Options{})
	for _, test := range []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"GET", "/healthz", "", 200, "ok"},
		{"GET", "/readyz", "", 200, ""},
		{"GET", "/", "", 404, ""},
		{"DELETE", "/wx", "", 405, ""},
		{"GET", signed("/wx") + "&echostr=0071234567890123456", "", 200, "0071234567890123456"},
		{"GET", "/wx?echostr=0071234567890123456", "", 403, ""},
		{"POST", signed("/wx"), fmt.Sprintf(push, "007", 1), 200, "<Content><![CDATA[007]]></Content>"},
		{"POST", signed("/wx"), fmt.Sprintf(push, "", 2), 200, "success"},
		{"POST", signed("/wx"), fmt.Sprintf(push, "#count", 3), 200, "<Content><![CDATA[1]]></Content>"},
		{"POST", signed("/wx"), fmt.Sprintf(push, "#count", 3), 200, "<Content><![CDATA[1]]></Content>"},
		{"POST", signed("/wx"), fmt.Sprintf(push, "#count", 4), 200, "<Content><![CDATA[2]]></Content>"},
		{"POST", signed("/wx"), "<xml>", 400, ""},
		{"POST", "/wx", fmt.Sprintf(push, "hi", 5), 403, ""},
	} {
		status, text := ask(t, test.method, base+test.path, test.body)
		if status != test.status || !strings.Contains(text, test.contains) || status == 403 && text != "" {
			t.Errorf("%s %s %s: %d %s", test.method, test.path, test.body, status, text)
		}
	}
}

func TestHugeBodyIsRefused(t *testing.T) {
	base, _, _ := start(t, wechat.Options{})
	response, err := client.Post(base+signed("/wx"), "text/xml", strings.NewReader(fmt.Sprintf(push, strings.Repeat("x", 2<<20), 1)))
	if err == nil { // Closing the connection is a refusal too.
		_ = response.Body.Close()
		if response.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("got %s", response.Status)
		}
	}
	if status, _ := ask(t, "GET", base+"/healthz", ""); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
}

func TestSlowWorkIsAnsweredInTime(t *testing.T) {
	release, sent := make(chan struct{}), make(chan wechat.Reply, 1)
	base, _, _ := start(t, wechat.Options{
		Patience: time.Millisecond,
		Handle: func(context.Context, *wechat.Message) (wechat.Reply, error) {
			<-release
			return wechat.Text("late"), nil
		},
		SendLate: func(_ context.Context, _ *wechat.Message, reply wechat.Reply) error {
			sent <- reply
			return nil
		},
	})
	if status, text := ask(t, "POST", base+signed("/wx"), fmt.Sprintf(push, "hi", 1)); status != 200 || text != "success" {
		t.Errorf("got %d %s", status, text)
	}
	close(release)
	if reply := <-sent; reply.Content != "late" {
		t.Errorf("sent %+v", reply)
	}
}

func TestTraceID(t *testing.T) {
	base, _, _ := start(t, wechat.Options{})
	for _, test := range []struct{ header, value, want string }{
		{"X-Trace-Id", "abc-1", "abc-1"},
		{"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"},
		{"X-Trace-Id", "a b", ""},
	} {
		request, _ := http.NewRequest("GET", base+"/healthz", nil)
		request.Header.Set(test.header, test.value)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		got := response.Header.Get("X-Trace-Id")
		if test.want != "" && got != test.want || test.want == "" && len(got) != 32 {
			t.Errorf("%s: %s became %q", test.header, test.value, got)
		}
	}
}

func TestStopAnswersWhatIsUnderWay(t *testing.T) {
	base, stop, ended := start(t, wechat.Options{})
	body, writer := io.Pipe()
	type answer struct {
		response *http.Response
		err      error
	}
	answers := make(chan answer, 1)
	request, err := http.NewRequest("POST", base+signed("/wx"), body)
	if err != nil {
		t.Fatal(err)
	}
	// The body is sent when the handler asks for it: a request whose head is not read yet when the server stops is not under way.
	request.Header.Set("Expect", "100-continue")
	patient := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{ExpectContinueTimeout: 10 * time.Second}}
	go func() {
		response, err := patient.Do(request)
		answers <- answer{response, err}
	}()
	text := fmt.Sprintf(push, "hi", 1)
	if _, err := io.WriteString(writer, text[:20]); err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := io.WriteString(writer, text[20:]); err != nil {
		t.Fatal(err)
	}
	_ = writer.Close()
	got := <-answers
	if got.err != nil || got.response.StatusCode != 200 {
		t.Errorf("got %v, %v", got.response, got.err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestStopDoesNotWaitForSlowWork(t *testing.T) {
	started := make(chan struct{})
	base, stop, ended := start(t, wechat.Options{Handle: func(ctx context.Context, _ *wechat.Message) (wechat.Reply, error) {
		close(started)
		<-ctx.Done()
		return wechat.Reply{}, ctx.Err()
	}})
	status := make(chan int, 1)
	go func() {
		got, _ := ask(t, "POST", base+signed("/wx"), fmt.Sprintf(push, "hi", 1))
		status <- got
	}()
	<-started
	stop()
	if got := <-status; got != http.StatusServiceUnavailable {
		t.Errorf("got %d: WeChat must send it again, to our successor", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	before, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chdir(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chdir(before) })
	for _, name := range []string{"WX_TOKEN", "WX_APPID", "WX_AES_KEY", "WX_MODE", "HOST", "PORT"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name)
	}
	write(t, ".env", "# a comment\nWX_TOKEN=fromenv\nWX_APPID = 'wx1'\n\nnonsense\nPORT=8080\n")
	write(t, ".env.local", "WX_TOKEN=\"local\"\n")
	t.Setenv("PORT", "9090")
	config, err := loadConfig()
	if err != nil || config.account.Token != "local" || config.account.AppID != "wx1" || config.address != "127.0.0.1:9090" {
		t.Errorf("got %+v, %v", config, err)
	}
	for name, value := range map[string]string{"WX_TOKEN": "", "WX_AES_KEY": "short", "WX_MODE": "safe"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			if _, err := loadConfig(); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
