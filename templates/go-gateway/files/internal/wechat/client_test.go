package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// wechatAPI is a stand-in that answers what the test says, in turn.
func wechatAPI(t *testing.T, answers ...string) (client *Client, calls func() []string) {
	var mu sync.Mutex
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		text, _ := json.Marshal(body)
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.URL.RequestURI()+" "+string(text))
		_, _ = w.Write([]byte(answers[min(len(seen), len(answers))-1]))
	}))
	t.Cleanup(server.Close)
	return NewClient(server.URL, "wxapp", "secret"), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return seen
	}
}

func TestClientRenewsAStaleTokenOnce(t *testing.T) {
	stale := `{"errcode":40001,"errmsg":"invalid credential rid: 1"}`
	client, calls := wechatAPI(t,
		`{"access_token":"one","expires_in":7200}`, stale,
		`{"access_token":"two","expires_in":7200}`, `{"errcode":0,"errmsg":"ok"}`,
		stale, `{"access_token":"three","expires_in":7200}`, stale,
	)
	if err := client.SendReply("oAlice", Text("<你好>")); err != nil {
		t.Fatal(err)
	}
	if got := calls(); len(got) != 4 || got[3] != `/cgi-bin/message/custom/send?access_token=two {"msgtype":"text","text":{"content":"\u003c你好\u003e"},"touser":"oAlice"}` {
		t.Errorf("%d calls: %q", len(got), got)
	}
	var refused *APIError
	if err := client.SendReply("oAlice", Image("media")); !errors.As(err, &refused) || refused.Code != 40001 {
		t.Errorf("got %v", err)
	}
	if got := calls(); len(got) != 7 {
		t.Errorf("%d calls: %q", len(got), got)
	}
}

func TestClientFetchesOneTokenForAll(t *testing.T) {
	client, calls := wechatAPI(t, `{"access_token":"one","expires_in":7200}`)
	var all sync.WaitGroup
	for range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			if token, err := client.accessToken(context.Background(), ""); token != "one" || err != nil {
				t.Errorf("got %q, %v", token, err)
			}
		}()
	}
	all.Wait()
	if got := calls(); len(got) != 1 {
		t.Errorf("%d calls: %q", len(got), got)
	}
}

func TestClientErrorsHideTheToken(t *testing.T) {
	client, _ := wechatAPI(t, `{"access_token":"verysecret","expires_in":7200}`)
	if _, err := client.accessToken(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	client.Base = "http://127.0.0.1:1"
	err := client.Post(context.Background(), "/cgi-bin/x", nil, nil)
	if err == nil || strings.Contains(err.Error(), "verysecret") {
		t.Errorf("got %v", err)
	}
}

func TestCode2Session(t *testing.T) {
	client, calls := wechatAPI(t, `{"openid":"oAlice","session_key":"key"}`, `{"errcode":40163,"errmsg":"code been used, rid: 1"}`)
	if login, err := client.Code2Session(context.Background(), "x&appid=y"); err != nil || login != (Login{"oAlice", "key"}) {
		t.Errorf("got %+v, %v", login, err)
	}
	if got := calls()[0]; got != "/sns/jscode2session?appid=wxapp&grant_type=authorization_code&js_code=x%26appid%3Dy&secret=secret null" {
		t.Error(got)
	}
	if _, err := client.Code2Session(context.Background(), "x"); !IsCode(err, 40163) {
		t.Errorf("got %v", err)
	}
}
