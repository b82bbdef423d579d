package httpx

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"example.com/wxapp/internal/logx"
)

// Error is one that the caller may see. All others are answered with 500 and nothing about their cause.
type Error struct {
	Status int
	Code   int // the status and two digits of its own
	Msg    string
}

func (e *Error) Error() string { return e.Msg }

// Errors of the API. The client acts on the code; the text is for people.
var (
	ErrBadRequest   = &Error{http.StatusBadRequest, 40000, "bad request"}
	ErrBadCode      = &Error{http.StatusBadRequest, 40001, "the code is invalid, expired or used: call wx.login again"}
	ErrUnauthorized = &Error{http.StatusUnauthorized, 40100, "log in first"}
	ErrNotFound     = &Error{http.StatusNotFound, 40400, "no such path"}
	ErrMethod       = &Error{http.StatusMethodNotAllowed, 40500, "method not allowed"}
	ErrTooLarge     = &Error{http.StatusRequestEntityTooLarge, 41300, "body too large"}
	ErrTooMany      = &Error{http.StatusTooManyRequests, 42900, "too many requests"}
	ErrInternal     = &Error{http.StatusInternalServerError, 50000, "internal error"}
	ErrWechat       = &Error{http.StatusBadGateway, 50200, "WeChat refused or did not answer"}
	ErrUpstream     = &Error{http.StatusBadGateway, 50201, "a service behind this one failed"}
	ErrOpen         = &Error{http.StatusServiceUnavailable, 50301, "a service behind this one is down: try again later"}
	ErrTimeout      = &Error{http.StatusGatewayTimeout, 50400, "a service behind this one is too slow"}
)

// BodyError is what the caller sees when its body could not be read: too large, else cut off or too slow.
func BodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return ErrTooLarge
	}
	return ErrBadRequest
}

// Fail ends the request with err in an envelope. What the caller may not see goes to the log.
func Fail(c *gin.Context, err error) {
	var visible *Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &visible):
	case errors.As(err, &tooLarge):
		visible = ErrTooLarge
	default:
		visible = ErrInternal
	}
	if visible.Status >= http.StatusInternalServerError {
		logx.From(c.Request.Context()).Error("failed", "error", err.Error())
	}
	c.AbortWithStatusJSON(visible.Status, Envelope{Code: visible.Code, Msg: visible.Msg})
}
