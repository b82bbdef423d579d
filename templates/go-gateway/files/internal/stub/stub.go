// Package stub stands in for two upstreams and for WeChat's server API, so that the gateway can be tried alone.
package stub

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Behaviour of an upstream.
type Behaviour struct {
	DelayMS int `json:"delay_ms"`
	Status  int `json:"status"` // 0 is 200
}

// Stub answers for /orders, /points, and WeChat. PUT /_stub/<name> with a Behaviour makes one slow or broken.
type Stub struct {
	mu     sync.Mutex
	now    map[string]Behaviour
	counts map[string]int
	last   http.Header
	mux    *http.ServeMux
}

// New answers at once and with 200.
func New() *Stub {
	s := &Stub{now: map[string]Behaviour{}, counts: map[string]int{}, mux: http.NewServeMux()}
	for name, data := range map[string]string{"orders": `{"open":2}`, "points": `{"balance":120}`} {
		s.mux.HandleFunc("/"+name+"/", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, name, data) })
	}
	s.mux.HandleFunc("PUT /_stub/{name}", func(w http.ResponseWriter, r *http.Request) {
		var next Behaviour
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&next); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.Set(r.PathValue("name"), next)
	})
	s.mux.HandleFunc("GET /sns/jscode2session", func(w http.ResponseWriter, r *http.Request) {
		openid := "oStub_" + r.URL.Query().Get("js_code")
		reply(w, http.StatusOK, `{"openid":`+strconv.Quote(openid)+`,"session_key":"c3R1Yg=="}`)
	})
	s.mux.HandleFunc("POST /cgi-bin/", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, `{"errcode":0,"errmsg":"ok","access_token":"stub","expires_in":7200}`)
	})
	return s
}

// ServeHTTP implements http.Handler.
func (s *Stub) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Set changes how an upstream behaves.
func (s *Stub) Set(name string, next Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now[name] = next
}

// Count is how many requests an upstream has seen.
func (s *Stub) Count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[name]
}

// LastHeader is that of the latest request to an upstream.
func (s *Stub) LastHeader() http.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func (s *Stub) answer(w http.ResponseWriter, r *http.Request, name, data string) {
	s.mu.Lock()
	behaviour := s.now[name]
	s.counts[name]++
	s.last = r.Header.Clone()
	s.mu.Unlock()
	select {
	case <-time.After(time.Duration(behaviour.DelayMS) * time.Millisecond):
	case <-r.Context().Done():
		return
	}
	if behaviour.Status != 0 {
		reply(w, behaviour.Status, `{"error":"as told"}`)
		return
	}
	reply(w, http.StatusOK, data)
}

func reply(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, text) // Who left does not read it.
}
