// Package wechat is WeChat's callback protocol: signatures, encryption, messages, duplicates.
// https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
package wechat

import (
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
)

// Sign is SHA-1 over the values in byte order, as hex: `signature` over token, timestamp and nonce,
// `msg_signature` over these and the ciphertext.
func Sign(values ...string) string {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	sum := sha1.Sum([]byte(strings.Join(sorted, "")))
	return hex.EncodeToString(sum[:])
}

// IsSigned compares in constant time, so that nobody can guess a signature digit by digit.
func IsSigned(signature string, values ...string) bool {
	return subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(values...))) == 1
}
