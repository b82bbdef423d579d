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
	AppID    string // when set, pushes for others are refused
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

// Open checks and reads a push in any of the three modes. The answer to an encrypted one must be sealed.
func (a *Account) Open(query url.Values, body []byte) (m *Message, encrypted bool, err error) {
	text := body
	// The query decides, not the settings: in compat mode the body has both.
	encrypted = query.Get("encrypt_type") != "" && query.Get("encrypt_type") != "raw"
	if encrypted {
		text, err = a.decrypt(query, body)
	} else if a.OnlySafe {
		err = forbidden("not encrypted, but WX_MODE is safe")
	} else {
		err = a.check(query, "signature")
	}
	if err != nil {
		return nil, encrypted, err
	}
	if m, err = ParseMessage(text); err != nil {
		return nil, encrypted, bad("%v", err)
	}
	return m, encrypted, nil
}

func (a *Account) decrypt(query url.Values, body []byte) ([]byte, error) {
	if a.Key == nil {
		return nil, bad("encrypted, but WX_AES_KEY is not set")
	}
	var envelope struct{ Encrypt string }
	if err := unmarshal(body, &envelope); err != nil {
		return nil, bad("%v", err)
	}
	// Not `signature`, which says nothing about the body.
	if err := a.check(query, "msg_signature", envelope.Encrypt); err != nil {
		return nil, err
	}
	text, appID, err := Decrypt(envelope.Encrypt, *a.Key)
	if err != nil {
		return nil, bad("%v", err)
	}
	if a.AppID != "" && appID != a.AppID {
		return nil, forbidden("encrypted for %q, but WX_APPID is %s", appID, a.AppID)
	}
	return text, nil
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

// Seal encrypts an answer, as it must be when the push was encrypted.
func (a *Account) Seal(reply []byte) ([]byte, error) {
	encrypted, err := Encrypt(reply, *a.Key, a.AppID)
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
