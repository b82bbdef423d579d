package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Client calls WeChat's server API.
type Client struct {
	Base          string // https://api.weixin.qq.com, or a stand-in
	AppID, Secret string
	HTTP          *http.Client

	lock    chan struct{} // A mutex that can be waited for with a context.
	token   string
	expires time.Time
}

// NewClient asks for nothing yet.
func NewClient(base, appID, secret string) *Client {
	lock := make(chan struct{}, 1)
	return &Client{Base: base, AppID: appID, Secret: secret, HTTP: &http.Client{Timeout: 5 * time.Second}, lock: lock}
}

// APIError is an errcode. WeChat answers errors with HTTP 200.
type APIError struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
}

func (e *APIError) Error() string { return fmt.Sprintf("errcode %d: %s", e.Code, e.Message) }

func (e *APIError) isStaleToken() bool { return e.Code == 40001 || e.Code == 40014 || e.Code == 42001 }

// SendReply sends a reply as a customer service message: possible for 48 h after the follower has written.
func (c *Client) SendReply(ctx context.Context, m *Message, reply Reply) error {
	body := map[string]any{"touser": m.FromUserName, "msgtype": reply.MsgType}
	if reply.MsgType == "image" {
		body["image"] = map[string]string{"media_id": reply.MediaID}
	} else {
		body["text"] = map[string]string{"content": reply.Content}
	}
	return c.Post(ctx, "/cgi-bin/message/custom/send", body, nil)
}

// Post calls path with an access token; once more with a new one when WeChat says that it has expired.
func (c *Client) Post(ctx context.Context, path string, body, result any) error {
	stale := ""
	for {
		token, err := c.accessToken(ctx, stale)
		if err != nil {
			return err
		}
		err = c.post(ctx, path, url.Values{"access_token": {token}}, body, result)
		var refused *APIError
		if stale != "" || !errors.As(err, &refused) || !refused.isStaleToken() {
			return err
		}
		stale = token
	}
}

// accessToken returns the token that is kept, unless that is stale. Who comes while one is fetched waits for it.
func (c *Client) accessToken(ctx context.Context, stale string) (string, error) {
	select {
	case c.lock <- struct{}{}:
		defer func() { <-c.lock }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if c.token != "" && c.token != stale && time.Now().Before(c.expires) {
		return c.token, nil
	}
	// Unlike /cgi-bin/token this one does not end the token that other processes use.
	body := map[string]any{"grant_type": "client_credential", "appid": c.AppID, "secret": c.Secret}
	var got struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := c.post(ctx, "/cgi-bin/stable_token", nil, body, &got); err != nil {
		return "", err
	}
	if got.AccessToken == "" {
		return "", errors.New("/cgi-bin/stable_token gave no access_token")
	}
	lifetime := time.Duration(got.ExpiresIn) * time.Second
	c.token, c.expires = got.AccessToken, time.Now().Add(lifetime-min(lifetime/10, 5*time.Minute))
	return c.token, nil
}

func (c *Client) post(ctx context.Context, path string, query url.Values, body, result any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // WeChat shows \u003c as it stands.
	if err := encoder.Encode(body); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Base+path+"?"+query.Encode(), &text)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.HTTP.Do(request)
	if err != nil {
		var withURL *url.Error
		if errors.As(err, &withURL) {
			err = withURL.Err // The URL has the token in it, and errors end up in logs.
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	defer func() { _ = response.Body.Close() }() // It was only read.
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: HTTP %d", path, response.StatusCode)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var failure APIError
	if err := json.Unmarshal(answer, &failure); err != nil {
		return fmt.Errorf("%s: not JSON", path)
	}
	if failure.Code != 0 {
		return fmt.Errorf("%s: %w", path, &failure)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}
