package wechat

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

var testNow = time.Unix(1767225600, 0)

func testAccount() *Account {
	key := Key([]byte("0123456789abcdef0123456789abcdef"))
	return &Account{Token: "token", AppID: "wx1234567890abcdef", Key: &key, Now: func() time.Time { return testNow }}
}

const pushText = `<xml><ToUserName><![CDATA[gh_0f1e2d3c4b5a]]></ToUserName>
<FromUserName><![CDATA[oAlice]]></FromUserName><CreateTime>1767225600</CreateTime>
<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content><MsgId>%d</MsgId></xml>`

// plainPush is signed as WeChat does.
func plainPush(a *Account, at time.Time) url.Values {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	return url.Values{
		"timestamp": {timestamp}, "nonce": {"415670741"},
		"signature": {Sign(a.Token, timestamp, "415670741")},
	}
}

// safePush encrypts and signs.
func safePush(t testing.TB, a *Account, text, appID string) (url.Values, []byte) {
	t.Helper()
	encrypted, err := Encrypt([]byte(text), *a.Key, appID)
	if err != nil {
		t.Fatal(err)
	}
	query := plainPush(a, testNow)
	query.Set("encrypt_type", "aes")
	query.Set("msg_signature", Sign(a.Token, query.Get("timestamp"), query.Get("nonce"), encrypted))
	return query, []byte("<xml><ToUserName>gh_0f1e2d3c4b5a</ToUserName><Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>")
}

func statusOf(err error) int {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.Status
	}
	return 0
}

func TestOpen(t *testing.T) {
	a := testAccount()
	text := fmt.Sprintf(pushText, "007 你好 ]]]]><![CDATA[> <&", 25000000000000017)
	safeQuery, safeBody := safePush(t, a, text, a.AppID)
	compatBody := strings.Replace(text, "</xml>", strings.TrimPrefix(string(safeBody), "<xml>"), 1)
	for name, push := range map[string]struct {
		query url.Values
		body  string
	}{
		"plain":  {plainPush(a, testNow), text},
		"compat": {safeQuery, compatBody},
		"safe":   {safeQuery, string(safeBody)},
	} {
		got, err := a.Open(push.query, []byte(push.body))
		if err != nil || got.Content != "007 你好 ]]> <&" || got.MsgID != "25000000000000017" || got.Encrypted != (name != "plain") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	a := testAccount()
	text := fmt.Sprintf(pushText, "hi", 1)
	safeQuery, safeBody := safePush(t, a, text, a.AppID)
	foreignQuery, foreignBody := safePush(t, a, text, "wx0000000000000000")
	emptyQuery, emptyBody := safePush(t, a, "", a.AppID)
	noKey, onlySafe, otherKey, noToken := testAccount(), testAccount(), testAccount(), testAccount()
	noKey.Key, onlySafe.OnlySafe, otherKey.Key, noToken.Token = nil, true, &Key{}, ""
	with := func(query url.Values, name, value string) url.Values {
		changed := url.Values{}
		for key := range query {
			changed.Set(key, query.Get(key))
		}
		changed.Set(name, value)
		return changed
	}
	plain := plainPush(a, testNow)
	for name, test := range map[string]struct {
		account *Account
		query   url.Values
		body    string
		status  int
	}{
		"wrong signature":        {a, with(plain, "signature", strings.Repeat("0", 40)), text, http.StatusForbidden},
		"no signature":           {a, with(plain, "signature", ""), text, http.StatusForbidden},
		"empty token":            {noToken, plainPush(noToken, testNow), text, http.StatusForbidden},
		"too old":                {a, plainPush(a, testNow.Add(-6*time.Minute)), text, http.StatusForbidden},
		"from the future":        {a, plainPush(a, testNow.Add(6*time.Minute)), text, http.StatusForbidden},
		"wrong msg_signature":    {a, with(safeQuery, "msg_signature", strings.Repeat("0", 40)), string(safeBody), http.StatusForbidden},
		"signature of the query": {a, with(safeQuery, "msg_signature", safeQuery.Get("signature")), string(safeBody), http.StatusForbidden},
		"another AppID":          {a, foreignQuery, string(foreignBody), http.StatusForbidden},
		"plaintext in safe mode": {onlySafe, plain, text, http.StatusForbidden},
		"no key":                 {noKey, safeQuery, string(safeBody), http.StatusBadRequest},
		"another key":            {otherKey, safeQuery, string(safeBody), http.StatusBadRequest},
		"nothing encrypted":      {a, emptyQuery, string(emptyBody), http.StatusBadRequest},
		"empty":                  {a, plain, "", http.StatusBadRequest},
		"not XML":                {a, plain, `{"MsgType":"text"}`, http.StatusBadRequest},
		"cut off":                {a, plain, text[:len(text)/2], http.StatusBadRequest},
		"fields are missing":     {a, plain, "<xml><MsgType>text</MsgType></xml>", http.StatusBadRequest},
		"another root":           {a, plain, "<html></html>", http.StatusBadRequest},
		"two roots":              {a, plain, text + text, http.StatusBadRequest},
		"text after it":          {a, plain, text + "!", http.StatusBadRequest},
		"DOCTYPE":                {a, plain, "<!DOCTYPE xml>" + text, http.StatusBadRequest},
		"an entity of its own":   {a, plain, `<!DOCTYPE xml [<!ENTITY hi "hello">]>` + strings.Replace(text, "text", "&hi;", 1), http.StatusBadRequest},
		"an unknown entity":      {a, plain, "<xml><MsgType>&hi;</MsgType></xml>", http.StatusBadRequest},
		"too deep":               {a, plain, "<xml>" + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + "</xml>", http.StatusBadRequest},
	} {
		if push, err := test.account.Open(test.query, []byte(test.body)); statusOf(err) != test.status {
			t.Errorf("%s: want %d, got %+v, %v", name, test.status, push, err)
		}
	}
}

func TestVerify(t *testing.T) {
	a := testAccount()
	query := plainPush(a, testNow)
	query.Set("echostr", "0071234567890123456")
	if echostr, err := a.Verify(query); err != nil || echostr != "0071234567890123456" {
		t.Errorf("got %q, %v", echostr, err)
	}
	query.Set("nonce", "1")
	if echostr, err := a.Verify(query); statusOf(err) != http.StatusForbidden || echostr != "" {
		t.Errorf("got %q, %v", echostr, err)
	}
}

func TestReply(t *testing.T) {
	a := testAccount()
	push := Push{Message: &Message{ToUserName: "gh_1", FromUserName: "oAlice"}, Encrypted: true, appID: "wx1"}
	sealed, err := a.Answer(push, Text("a]]>b <&> 😀\x00\x0b\xff"))
	if err != nil {
		t.Fatal(err)
	}
	var envelope struct {
		Encrypt, MsgSignature, Nonce string
		TimeStamp                    int64
	}
	if err := unmarshal(sealed, &envelope); err != nil {
		t.Fatal(err)
	}
	if !IsSigned(envelope.MsgSignature, a.Token, strconv.FormatInt(envelope.TimeStamp, 10), envelope.Nonce, envelope.Encrypt) {
		t.Error("MsgSignature is wrong")
	}
	text, appID, err := Decrypt(envelope.Encrypt, *a.Key)
	if err != nil || appID != "wx1" {
		t.Fatalf("got %s for %s, %v", text, appID, err)
	}
	got, err := ParseMessage(text)
	if err != nil || got.Content != "a]]>b <&> 😀" || got.ToUserName != "oAlice" || got.FromUserName != "gh_1" || got.CreateTime != testNow.Unix() {
		t.Errorf("got %+v, %v", got, err)
	}
	image := string(Image("media").XML(push.Message, testNow))
	if !strings.Contains(image, "<Image><MediaId><![CDATA[media]]></MediaId></Image>") {
		t.Error(image)
	}
}

func TestKeyTellsPushesApart(t *testing.T) {
	base := Message{FromUserName: "oAlice", CreateTime: 1, Event: "CLICK", EventKey: "A"}
	keys := map[string]bool{}
	for _, change := range []func(*Message){
		func(*Message) {},
		func(m *Message) { m.FromUserName = "oBob" },
		func(m *Message) { m.CreateTime++ },
		func(m *Message) { m.Event = "VIEW" },
		func(m *Message) { m.EventKey = "B" },
		func(m *Message) { m.JobID = "7" },
		func(m *Message) { m.MsgID = "1" },
		func(m *Message) { m.MsgID = "2" },
	} {
		m := base
		change(&m)
		keys[m.Key()] = true
	}
	if len(keys) != 8 {
		t.Errorf("8 pushes have %d keys", len(keys))
	}
}

// FuzzOpen: whatever is posted, signed or not, is taken or refused, and nothing else.
func FuzzOpen(f *testing.F) {
	a := testAccount()
	text := fmt.Sprintf(pushText, "hi", 1)
	f.Add(text, true)
	f.Add(text, false)
	f.Add("", true)
	f.Add("<xml><MsgType>&#x41;</MsgType><CreateTime> 1 </CreateTime></xml>", true)
	f.Add("<!DOCTYPE xml [<!ENTITY a 'b'>]><xml/>", false)
	f.Fuzz(func(t *testing.T, text string, isSafe bool) {
		query, body := plainPush(a, testNow), []byte(text)
		if isSafe {
			query, body = safePush(t, a, text, a.AppID)
		}
		push, err := a.Open(query, body)
		if err == nil && (push.ToUserName == "" || push.FromUserName == "" || push.MsgType == "" || push.CreateTime <= 0) {
			t.Errorf("taken: %+v", push)
		}
		if status := statusOf(err); err != nil && (status < 400 || status > 499) {
			t.Errorf("%d: %v", status, err)
		}
	})
}

// FuzzDecrypt: no ciphertext makes it panic.
func FuzzDecrypt(f *testing.F) {
	a := testAccount()
	good, err := Encrypt([]byte("hello"), *a.Key, a.AppID)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-4])
	f.Add(strings.Repeat("A", 44))
	f.Add("你好")
	f.Fuzz(func(_ *testing.T, encrypted string) { _, _, _ = Decrypt(encrypted, *a.Key) })
}
