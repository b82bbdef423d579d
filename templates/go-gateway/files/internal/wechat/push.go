package wechat

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Account is how WeChat's console and this program know each other.
type Account struct {
	Token    string
	AppID    string // when set, encrypted pushes for others are refused
	Key      *Key   // nil: only plain mode
	OnlySafe bool   // refuse what is not encrypted
	// Now is the clock; nil is the machine's.
	Now func() time.Time
}

// ReplayWindow is how far the timestamp of a push may be from our clock: a recorded one is of no use for longer.
// Within it the pipeline remembers what it has done.
const ReplayWindow = 5 * time.Minute

// Refusal is why a push is not taken, with the status to answer.
type Refusal struct {
	Status int
	Reason string
}

func (r *Refusal) Error() string { return r.Reason }

func forbidden(format string, args ...any) error {
	return &Refusal{http.StatusForbidden, fmt.Sprintf(format, args...)}
}

func bad(format string, args ...any) error {
	return &Refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func (a *Account) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// Verify is WeChat's test of the URL. The echostr goes back as it came, and only to those who know the token.
func (a *Account) Verify(query url.Values) (echostr string, err error) {
	if err := a.check(query, "signature"); err != nil {
		return "", err
	}
	return query.Get("echostr"), nil
}

// Push is a message as it was posted.
type Push struct {
	*Message
	Encrypted bool
	appID     string // whom it was encrypted for
}

// Open checks and reads a push in any of the three modes.
func (a *Account) Open(query url.Values, body []byte) (push Push, err error) {
	// The query decides, not the settings: in compat mode the body has both.
	if kind := query.Get("encrypt_type"); kind != "" && kind != "raw" {
		push.Encrypted = true
		body, push.appID, err = a.decrypt(query, body)
	} else if a.OnlySafe {
		err = forbidden("not encrypted, but WX_MODE is safe")
	} else {
		err = a.check(query, "signature")
	}
	if err != nil {
		return Push{}, err
	}
	if push.Message, err = ParseMessage(body); err != nil {
		return Push{}, bad("%v", err)
	}
	return push, nil
}

func (a *Account) decrypt(query url.Values, body []byte) (text []byte, appID string, err error) {
	if a.Key == nil {
		return nil, "", bad("encrypted, but WX_AES_KEY is not set")
	}
	var envelope struct{ Encrypt string }
	if err := unmarshal(body, &envelope); err != nil {
		return nil, "", bad("%v", err)
	}
	// Not `signature`, which says nothing about the body.
	if err := a.check(query, "msg_signature", envelope.Encrypt); err != nil {
		return nil, "", err
	}
	if text, appID, err = Decrypt(envelope.Encrypt, *a.Key); err != nil {
		return nil, "", bad("%v", err)
	}
	if a.AppID != "" && appID != a.AppID {
		return nil, "", forbidden("encrypted for %q, but WX_APPID is %s", appID, a.AppID)
	}
	return text, appID, nil
}

// Answer is the body that answers a push with reply: encrypted if the push was.
func (a *Account) Answer(push Push, reply Reply) ([]byte, error) {
	text := reply.XML(push.Message, a.now())
	if !push.Encrypted {
		return text, nil
	}
	return a.seal(text, push.appID)
}

// check compares the signature called name, which also covers more, and looks at the clock.
func (a *Account) check(query url.Values, name string, more ...string) error {
	timestamp := query.Get("timestamp")
	values := append([]string{a.Token, timestamp, query.Get("nonce")}, more...)
	if a.Token == "" || !IsSigned(query.Get(name), values...) {
		return forbidden("wrong %s", name)
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return forbidden("the timestamp is no number")
	}
	if age := a.now().Sub(time.Unix(seconds, 0)); age.Abs() > ReplayWindow {
		return forbidden("signed %s ago: a replay, or a clock that is wrong", age.Round(time.Second))
	}
	return nil
}

func (a *Account) seal(text []byte, appID string) ([]byte, error) {
	encrypted, err := Encrypt(text, *a.Key, appID)
	if err != nil {
		return nil, err
	}
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	timestamp := strconv.FormatInt(a.now().Unix(), 10)
	nonce := hex.EncodeToString(random[:])
	signature := Sign(a.Token, timestamp, nonce, encrypted)
	return []byte("<xml><Encrypt>" + cdata(encrypted) + "</Encrypt><MsgSignature>" + cdata(signature) +
		"</MsgSignature><TimeStamp>" + timestamp + "</TimeStamp><Nonce>" + cdata(nonce) + "</Nonce></xml>"), nil
}
