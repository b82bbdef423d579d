package wechat

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"testing"
)

// vector is a known answer: from WeChat's documentation, or from the tests of other libraries.
type vector struct {
	Name, Kind string
	Input      struct {
		Token, Timestamp, Nonce, Encrypt, EncodingAESKey, ReceiveID, Random16, Msg string
		Signature                                                                  string
		MsgSignature                                                               string `json:"msg_signature"`
		Candidates                                                                 [][2]any
	}
	Expected struct {
		Signature, MsgSignature, Encrypt, Msg, ReceiveID string
	}
}

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	checks := map[string]func(*testing.T, vector){
		"mp.signature":         checkSignature,
		"mp.signature.reject":  checkWrongSignature,
		"msg_signature":        checkSignature,
		"msg_signature.reject": checkWrongSignature,
		"biz.decrypt":          checkDecrypt,
		"biz.decrypt.reject":   checkWrongMsgSignature,
		"biz.encryptReply":     checkEncrypt,
		"biz.encrypt":          checkEncrypt,
		"aeskey.check":         checkKeys,
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) { checks[v.Kind](t, v) })
	}
	if len(vectors) < 15 {
		t.Errorf("only %d vectors", len(vectors))
	}
}

func (v vector) signed() []string {
	values := []string{v.Input.Token, v.Input.Timestamp, v.Input.Nonce}
	if v.Input.Encrypt != "" {
		values = append(values, v.Input.Encrypt)
	}
	return values
}

func (v vector) key(t *testing.T) Key {
	t.Helper()
	key, err := ParseKey(v.Input.EncodingAESKey)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func checkSignature(t *testing.T, v vector) {
	if !IsSigned(v.Expected.Signature, v.signed()...) {
		t.Errorf("got %s, want %s", Sign(v.signed()...), v.Expected.Signature)
	}
}

func checkWrongSignature(t *testing.T, v vector) {
	if IsSigned(v.Input.Signature, v.signed()...) {
		t.Error("taken for good")
	}
}

func checkWrongMsgSignature(t *testing.T, v vector) {
	if IsSigned(v.Input.MsgSignature, v.signed()...) {
		t.Error("taken for good")
	}
}

func checkDecrypt(t *testing.T, v vector) {
	if !IsSigned(v.Input.MsgSignature, v.signed()...) {
		t.Error("the signature is right")
	}
	msg, appID, err := Decrypt(v.Input.Encrypt, v.key(t))
	if err != nil || string(msg) != v.Expected.Msg || appID != v.Expected.ReceiveID {
		t.Errorf("got %q for %q, %v", msg, appID, err)
	}
}

func checkEncrypt(t *testing.T, v vector) {
	encrypted, err := encrypt([]byte(v.Input.Msg), v.key(t), v.Input.ReceiveID, [16]byte([]byte(v.Input.Random16)))
	if err != nil || encrypted != v.Expected.Encrypt {
		t.Errorf("got %s, %v", encrypted, err)
	}
	if v.Expected.MsgSignature == "" {
		return
	}
	if got := Sign(v.Input.Token, v.Input.Timestamp, v.Input.Nonce, encrypted); got != v.Expected.MsgSignature {
		t.Errorf("MsgSignature: got %s, want %s", got, v.Expected.MsgSignature)
	}
}

func checkKeys(t *testing.T, v vector) {
	for _, candidate := range v.Input.Candidates {
		if _, err := ParseKey(candidate[0].(string)); (err == nil) != candidate[1].(bool) {
			t.Errorf("%v: %v", candidate[0], err)
		}
	}
}

func TestEncryptPadsToBlocksOf32(t *testing.T) {
	key := Key{1, 2, 3}
	for size := range 70 {
		text := make([]byte, size)
		encrypted, err := Encrypt(text, key, "wxapp")
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := base64.StdEncoding.DecodeString(encrypted)
		if len(raw)%32 != 0 {
			t.Errorf("%d bytes became %d", size, len(raw))
		}
		if got, appID, err := Decrypt(encrypted, key); err != nil || len(got) != size || appID != "wxapp" {
			t.Errorf("%d bytes: %d came back, %q, %v", size, len(got), appID, err)
		}
	}
}
