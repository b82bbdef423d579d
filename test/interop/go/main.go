// The message server of silenceper/wechat on Gin, as its documentation has it, and its crypto for single envelopes.
//
//	interop serve    answers pushes at /wx on a free port
//	interop crypto   seals and opens envelopes: one JSON object a line, in and out
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"

	"github.com/gin-gonic/gin"
	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"
	"github.com/sirupsen/logrus"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "crypto" {
		crypto()
		return
	}
	serve()
}

func serve() {
	gin.SetMode(gin.ReleaseMode)
	logrus.SetLevel(logrus.ErrorLevel)
	account := wechat.NewWechat().GetOfficialAccount(&config.Config{
		AppID:          os.Getenv("WX_APPID"),
		Token:          os.Getenv("WX_TOKEN"),
		EncodingAESKey: os.Getenv("WX_AES_KEY"),
		Cache:          cache.NewMemory(),
	})
	engine := gin.New()
	engine.GET("/cpu", cpu)
	engine.Any("/wx", func(c *gin.Context) {
		server := account.GetServer(c.Request, c.Writer)
		server.SetMessageHandler(answer)
		if err := server.Serve(); err != nil {
			c.String(http.StatusForbidden, err.Error())
			return
		}
		if err := server.Send(); err != nil {
			c.String(http.StatusInternalServerError, err.Error())
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("{\"event\":\"ready\",\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	panic(engine.RunListener(listener))
}

func answer(push *message.MixMessage) *message.Reply {
	switch {
	case push.MsgType == message.MsgTypeText:
		return text(push.Content)
	case push.MsgType == message.MsgTypeEvent && push.Event == message.EventSubscribe:
		return text("welcome")
	}
	return nil
}

func text(content string) *message.Reply {
	return &message.Reply{MsgType: message.MsgTypeText, MsgData: message.NewText(content)}
}

// cpu says how much processor time this process has used, in microseconds.
func cpu(c *gin.Context) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	c.String(http.StatusOK, "%d", (usage.Utime.Sec+usage.Stime.Sec)*1e6+usage.Utime.Usec+usage.Stime.Usec)
}

type order struct {
	Op, Text, Encrypt, Timestamp, Nonce string
}

func crypto() {
	token, appID, key := os.Getenv("WX_TOKEN"), os.Getenv("WX_APPID"), os.Getenv("WX_AES_KEY")
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	fmt.Println(`{"event":"ready"}`)
	for lines.Scan() {
		var o order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			panic(err)
		}
		if o.Op == "seal" {
			sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(o.Text), appID, key)
			fail(err)
			signature := util.Signature(token, o.Timestamp, o.Nonce, string(sealed))
			fail(out.Encode(map[string]string{"encrypt": string(sealed), "signature": signature}))
			continue
		}
		_, opened, err := util.DecryptMsg(appID, o.Encrypt, key)
		fail(err)
		signature := util.Signature(token, o.Timestamp, o.Nonce, o.Encrypt)
		fail(out.Encode(map[string]string{"text": string(opened), "signature": signature}))
	}
}

func fail(err error) {
	if err != nil {
		panic(err)
	}
}
