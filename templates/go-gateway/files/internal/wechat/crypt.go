package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
)

// Key is a decoded EncodingAESKey.
type Key [32]byte

var encodedKey = regexp.MustCompile(`^[A-Za-z0-9]{43}$`)

// ParseKey decodes an EncodingAESKey: base64 of 32 bytes without its last `=`.
func ParseKey(text string) (Key, error) {
	if !encodedKey.MatchString(text) {
		return Key{}, fmt.Errorf("an EncodingAESKey has 43 letters and digits, this one %d characters", len(text))
	}
	raw, err := base64.StdEncoding.DecodeString(text + "=")
	if err != nil {
		return Key{}, err
	}
	return Key(raw), nil
}

const (
	randomSize = 16
	headSize   = randomSize + 4
	// WeChat pads to blocks of 32 bytes, not AES's 16: libraries that unpad by themselves refuse half of all pushes.
	padBlock = 32
)

// Encrypt seals text for the account appID.
func Encrypt(text []byte, key Key, appID string) (string, error) {
	var random [randomSize]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", err
	}
	return encrypt(text, key, appID, random)
}

// encrypt: random(16) + length of text in bytes(4) + text + AppID, padded, AES-256-CBC, base64.
func encrypt(text []byte, key Key, appID string, random [randomSize]byte) (string, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return "", err
	}
	content := append(random[:], binary.BigEndian.AppendUint32(nil, uint32(len(text)))...)
	content = append(content, text...)
	content = append(content, appID...)
	padding := padBlock - len(content)%padBlock
	content = append(content, bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(content, content)
	return base64.StdEncoding.EncodeToString(content), nil
}

var errNotOurs = errors.New("decryption failed: WX_AES_KEY is not the key of this account")

// Decrypt opens what WeChat encrypted. Check its msg_signature first.
func Decrypt(encrypted string, key Key) (text []byte, appID string, err error) {
	content, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(content) < padBlock || len(content)%aes.BlockSize != 0 {
		return nil, "", errors.New("Encrypt is not the base64 of whole blocks")
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, "", err
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(content, content)
	padding := int(content[len(content)-1])
	if padding < 1 || padding > padBlock || padding > len(content)-headSize {
		return nil, "", errNotOurs
	}
	content = content[:len(content)-padding]
	length := binary.BigEndian.Uint32(content[randomSize:headSize])
	rest := content[headSize:]
	if uint64(length) > uint64(len(rest)) {
		return nil, "", errNotOurs
	}
	return rest[:length], string(rest[length:]), nil
}
