// Stands in for the services behind the gateway, and for WeChat's server API, on one port.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"example.com/wxapp/internal/stub"
)

func main() {
	address := "127.0.0.1:" + getenv("STUB_PORT", "3101")
	fmt.Printf(`stub services on http://%s
  slow:   curl -X PUT http://%[1]s/_stub/orders -d '{"delay_ms":3000}'
  broken: curl -X PUT http://%[1]s/_stub/orders -d '{"status":500}'
  well:   curl -X PUT http://%[1]s/_stub/orders -d '{}'
`, address)
	server := &http.Server{Addr: address, Handler: stub.New(), ReadHeaderTimeout: time.Second}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}

func getenv(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
