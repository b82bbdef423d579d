package wxapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"example.com/wxapp/internal/kv"
	"example.com/wxapp/internal/wechat"
)

// standIn answers for api.weixin.qq.com, each path with its answers in turn, and remembers what it was asked.
type standIn struct {
	mu      sync.Mutex
	answers map[string][]string
	calls   []string
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.URL.RequestURI()+" "+strings.TrimSpace(string(body)))
	answers := s.answers[r.URL.Path]
	if len(answers) == 0 {
		_, _ = io.WriteString(w, `{"errcode":48001,"errmsg":"api unauthorized"}`)
		return
	}
	if len(answers) > 1 {
		s.answers[r.URL.Path] = answers[1:]
	}
	_, _ = io.WriteString(w, answers[0])
}

func (s *standIn) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func start(t *testing.T, answers map[string][]string) (*Client, *standIn, *httptest.Server) {
	t.Helper()
	api := &standIn{answers: answers}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return New(Options{AppID: "wxapp", Secret: "s3cret", Base: server.URL, KV: kv.NewMemory()}), api, server
}

const token = "/cgi-bin/stable_token"

func TestLogin(t *testing.T) {
	client, api, _ := start(t, map[string][]string{"/sns/jscode2session": {
		`{"openid":"oAlice","session_key":"key","unionid":"u"}`, `{"errcode":40163,"errmsg":"code been used, rid: 1"}`,
	}})
	login, err := client.Code2Session(context.Background(), "0a1b_-")
	if err != nil || login != (Login{"oAlice", "u", "key"}) {
		t.Errorf("got %+v, %v", login, err)
	}
	if got := api.seen(); got[0] != "/sns/jscode2session?appid=wxapp&secret=s3cret&js_code=0a1b_-&grant_type=authorization_code " {
		t.Errorf("%q", got)
	}
	if _, err := client.Code2Session(context.Background(), "0a1b_-"); !IsCode(err, 40163) {
		t.Errorf("used code: %v", err)
	}
	if _, err := client.Code2Session(context.Background(), "x&appid=other"); !IsCode(err, 40029) || len(api.seen()) != 2 {
		t.Errorf("a code that changes the URL: %v, %q", err, api.seen())
	}
}

func TestWebLogin(t *testing.T) {
	client, _, _ := start(t, map[string][]string{"/sns/oauth2/access_token": {`{"access_token":"a","openid":"oAlice","scope":"snsapi_base"}`}})
	url, err := client.AuthorizeURL("https://example.com/oauth/callback?a=b", "state")
	if err != nil || url != "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wxapp&redirect_uri=https%3A%2F%2Fexample.com%2Foauth%2Fcallback%3Fa%3Db&response_type=code&scope=snsapi_base&state=state#wechat_redirect" {
		t.Errorf("got %s, %v", url, err)
	}
	if openid, err := client.WebLogin(context.Background(), "code"); openid != "oAlice" || err != nil {
		t.Errorf("got %s, %v", openid, err)
	}
}

func TestCustomerMessage(t *testing.T) {
	client, api, _ := start(t, map[string][]string{
		token:                          {`{"access_token":"one","expires_in":7200}`, `{"access_token":"two","expires_in":7200}`},
		"/cgi-bin/message/custom/send": {`{"errcode":42001,"errmsg":"access_token expired rid: 1"}`, `{"errcode":0,"errmsg":"ok"}`},
	})
	if err := client.SendReply("oAlice", wechat.Text("<你好>")); err != nil {
		t.Fatal(err)
	}
	got := api.seen()
	if len(got) != 4 || got[3] != `/cgi-bin/message/custom/send?access_token=two {"touser":"oAlice","msgtype":"text","text":{"content":"<你好>"}}` {
		t.Errorf("%d calls: %q", len(got), got)
	}
	if err := client.SendReply("oAlice", wechat.Image("media")); err != nil || len(api.seen()) != 5 {
		t.Errorf("the token is kept: %v, %q", err, api.seen())
	}
}

func TestStaleTokenIsRenewedOnce(t *testing.T) {
	client, api, _ := start(t, map[string][]string{
		token:                          {`{"access_token":"one","expires_in":7200}`},
		"/cgi-bin/message/custom/send": {`{"errcode":40001,"errmsg":"invalid credential"}`},
	})
	if err := client.SendReply("oAlice", wechat.Text("hi")); !IsCode(err, 40001) || len(api.seen()) != 4 {
		t.Errorf("got %v, %q", err, api.seen())
	}
}

func TestTemplateMessage(t *testing.T) {
	client, api, _ := start(t, map[string][]string{
		token:                            {`{"access_token":"one","expires_in":7200}`},
		"/cgi-bin/message/template/send": {`{"errcode":0,"errmsg":"ok","msgid":9007199254740993}`, `{"errcode":43004,"errmsg":"require subscribe"}`},
	})
	template := Template{OpenID: "oAlice", TemplateID: "T1", Data: map[string]string{"thing1": "咖啡"}, DedupeID: "order-1"}
	if id, err := client.SendTemplate(template); id != 9007199254740993 || err != nil {
		t.Errorf("got %d, %v", id, err)
	}
	_, body, _ := strings.Cut(api.seen()[1], " ")
	var sent struct {
		ToUser string `json:"touser"`
		ID     string `json:"client_msg_id"`
		Data   map[string]struct{ Value string }
	}
	if err := json.Unmarshal([]byte(body), &sent); err != nil || sent.ToUser != "oAlice" || sent.ID != "order-1" || sent.Data["thing1"].Value != "咖啡" {
		t.Errorf("sent %s, %v", body, err)
	}
	if _, err := client.SendTemplate(template); !IsCode(err, 43004) {
		t.Errorf("got %v", err)
	}
}

func TestOneTokenForAll(t *testing.T) {
	client, api, _ := start(t, map[string][]string{
		token:                          {`{"access_token":"one","expires_in":7200}`},
		"/cgi-bin/message/custom/send": {`{"errcode":0,"errmsg":"ok"}`},
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := client.SendReply("oAlice", wechat.Text("hi")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(api.seen()) != 21 {
		t.Errorf("%d calls", len(api.seen()))
	}
}

func TestErrorsHideSecrets(t *testing.T) {
	client, _, server := start(t, map[string][]string{token: {`{"access_token":"verysecret","expires_in":7200}`}})
	if _, err := client.tokens.GetAccessToken(); err != nil {
		t.Fatal(err)
	}
	server.Close()
	_, loginErr := client.Code2Session(context.Background(), "code")
	for _, err := range []error{client.SendReply("oAlice", wechat.Text("hi")), loginErr} {
		if err == nil || strings.Contains(err.Error(), "verysecret") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v", err)
		}
	}
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer failing.Close()
	client = New(Options{AppID: "wxapp", Secret: "s3cret", Base: failing.URL, KV: kv.NewMemory()})
	if _, err := client.Code2Session(context.Background(), "code"); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}
