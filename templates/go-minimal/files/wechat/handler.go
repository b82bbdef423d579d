package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
)

// bodyLimit is far above any push, in bytes.
const bodyLimit = 1 << 20

// Callback is the HTTP side: GET verifies the URL, POST is a push.
type Callback struct {
	Account  *Account
	Pipeline *Pipeline
}

// Verify answers WeChat's test of the URL.
func (c *Callback) Verify(w http.ResponseWriter, r *http.Request) {
	echostr, err := c.Account.Verify(r.URL.Query())
	if err != nil {
		refuse(w, r, err)
		return
	}
	write(w, "text/plain; charset=utf-8", []byte(echostr))
}

// Push answers a push.
func (c *Callback) Push(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		refuse(w, r, err)
		return
	}
	push, err := c.Account.Open(r.URL.Query(), body)
	if err != nil {
		refuse(w, r, err)
		return
	}
	ctx := describe(r.Context(), push.Message)
	reply, isRepeat, err := c.Pipeline.Answer(ctx, push.Message)
	Log(ctx).Info("push", "encrypted", push.Encrypted, "repeat", isRepeat, "replied", !reply.IsEmpty())
	if err != nil {
		refuse(w, r, err)
		return
	}
	if reply.IsEmpty() {
		// Exactly this word, in clear also when the push was encrypted, tells WeChat that all is well.
		write(w, "text/plain; charset=utf-8", []byte("success"))
		return
	}
	answer, err := c.Account.Answer(push, reply)
	if err != nil {
		refuse(w, r, err)
		return
	}
	write(w, "text/xml; charset=utf-8", answer)
}

// describe says in the log what it may say about a message: no content, and the follower only as a hash.
func describe(ctx context.Context, m *Message) context.Context {
	kind := m.MsgType
	if m.Event != "" {
		kind = m.Event
	}
	sum := sha256.Sum256([]byte(m.FromUserName))
	return WithLog(ctx, Log(ctx).With("type", kind, "msg_id", m.MsgID, "openid_hash", hex.EncodeToString(sum[:6])))
}

func write(w http.ResponseWriter, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // Who left does not read it.
}

// refuse answers with a status and nothing else; the reason is for the log.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	var refusal *Refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &refusal):
		status = refusal.Status
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrBusy), errors.Is(err, ErrStopping):
		status = http.StatusServiceUnavailable // WeChat tries again in 5 s.
	case r.Context().Err() != nil, errors.Is(err, io.ErrUnexpectedEOF):
		status = http.StatusBadRequest // The sender left before the end.
	}
	Log(r.Context()).Warn("refused", "status", status, "reason", err.Error())
	w.WriteHeader(status)
}
