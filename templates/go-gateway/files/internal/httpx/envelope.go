// Package httpx is what all answers of the API have in common.
package httpx

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// Envelope is the body of every answer of the API.
type Envelope struct {
	Code int    `json:"code"` // 0 when all is well
	Msg  string `json:"msg"`
	Data any    `json:"data,omitempty"`
}

// OK answers with data.
func OK(c *gin.Context, data any) {
	c.JSON(http.StatusOK, Envelope{Code: 0, Msg: "ok", Data: data})
}
